import type { Invoked } from './aws/lambda.ts';
import { type DoorDeed, textOf } from './doors.ts';
import type { Kernel } from './kernel.ts';
import { type Random, randomOf } from './random.ts';
import type { SimulatedWorld } from './world.ts';

export type CallDeed = Extract<DoorDeed, { kind: 'call' }>;

/** One answer that a sender got. */
export type Answer = { readonly call: CallDeed; readonly status: number; readonly body: string };

/** What was sent through the doors, for the oracle to compare with what came of it. */
export type SentThrough = {
  readonly answers: Answer[];
  /** How often a call without a key was tried. */
  readonly tries: Map<CallDeed, number>;
  readonly put: { readonly shard: string; readonly sequence: string; readonly text: string }[];
};

const LONGEST_PAUSE = 600_000;

const bodyOf = ({ records }: CallDeed): string => records.map(textOf).join('\n');

const eventOf = (call: CallDeed, requestId: string) => ({
  ...{ body: Buffer.from(bodyOf(call)).toString('base64'), isBase64Encoded: true },
  headers: {
    'content-type': 'application/x-ndjson',
    ...(call.key === null ? {} : { 'Idempotency-Key': call.key }),
  },
  pathParameters: { dataset: call.dataset },
  requestContext: { requestId, authorizer: { principalId: 'sender' } },
});

const answerOf = (end: Invoked): Omit<Answer, 'call'> => {
  if (!end.ok || typeof end.payload !== 'object' || end.payload === null)
    return { status: 502, body: '' };
  const of = (name: string): unknown => Reflect.get(end.payload ?? {}, name);
  return { status: Number(of('statusCode')), body: String(of('body')) };
};

/**
 * Does what the outside world does at the doors. A sender keeps to the retry rule: the same again,
 * until there is an answer that is no trouble of the service. `isLost` says whether one gets lost.
 */
export const atTheDoors = (
  kernel: Kernel,
  world: SimulatedWorld,
  deeds: readonly DoorDeed[],
  { seed, isLost }: { readonly seed: number; readonly isLost: (random: Random) => boolean },
): SentThrough => {
  const random = randomOf(seed, 'senders');
  const sent: SentThrough = { answers: [], tries: new Map(), put: [] };
  let requests = 0;
  const send = (call: CallDeed, turn: number): void => {
    requests += 1;
    sent.tries.set(call, (sent.tries.get(call) ?? 0) + 1);
    world.lambda.invoke('push', eventOf(call, `r${requests}`), (end) => {
      const answer = answerOf(end);
      if (answer.status < 500 && !isLost(random)) sent.answers.push({ call, ...answer });
      else kernel.after(Math.min(LONGEST_PAUSE, 1_000 * 2 ** turn), () => send(call, turn + 1));
    });
  };
  for (const deed of deeds)
    kernel.after(deed.atMs, () => {
      if (deed.kind === 'reshard') world.stream.split();
      else if (deed.kind === 'call')
        for (let sender = 0; sender < deed.senders; sender += 1) send(deed, 0);
      else
        for (const record of deed.records) {
          const text = textOf(record);
          sent.put.push({ ...world.stream.put(Buffer.from(text), random.next()), text });
        }
    });
  return sent;
};
