import { setTimeout as sleep } from 'node:timers/promises';
import { createKey, revokeKey } from '../../commands/api-key.ts';
import { UserError } from '../../console/errors.ts';
import type { Output } from '../../console/output.ts';
import { findTarget } from '../../local/target.ts';
import { apiUrlOf, type DeployedStack, withStack } from '../../world.ts';
import { percentile } from '../figures.ts';
import { apiDataset, apiDoor, type LoadDoor, streamDoor } from './senders.ts';
import { type Visible, visibleOf } from './visible.ts';

/** What came of one door's records. */
export type DoorLoad = Visible & {
  readonly door: LoadDoor['name'];
  readonly sent: number;
  readonly lost: number;
  readonly duplicated: number;
  /** From when records were due to the answer that they are durable. */
  readonly answerP50Ms: number;
  readonly answerP95Ms: number;
};

/** What the emulator takes for calls that do next to nothing, and for one record alone. */
export type Floor = {
  readonly gatewayMs: number;
  readonly putMs: number;
  readonly aloneMs: number;
};

export type Load =
  | { readonly kind: 'skipped'; readonly why: string }
  | {
      readonly kind: 'measured';
      readonly where: string;
      readonly perSecond: number;
      readonly seconds: number;
      readonly doors: readonly DoorLoad[];
      readonly floor: Floor;
    };

export type LoadPlan = {
  /** Records of both doors together. */
  readonly perSecond: number;
  readonly seconds: number;
  readonly stack: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

const keyName = 'npm-run-bench';
const FLOOR_CALLS = 10;
const ALONE_CALLS = 5;
const POLL_MS = 500;
const WAIT_MS_MAX = 300_000;

const now = (): number => Date.now();

const took = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

/**
 * Sends at fixed times, whether or not what was sent before is answered: a sender that waits would
 * hide how long others would have had to.
 */
const sendAll = async (door: LoadDoor, each: number, seconds: number): Promise<number[]> => {
  const first = now() + 1_000;
  const turns = Array.from({ length: seconds }, async (_, at) => {
    const dueMs = first + at * 1_000;
    await sleep(Math.max(0, dueMs - now()));
    await door.send(dueMs, each);
    return now() - dueMs;
  });
  return await Promise.all(turns);
};

/** Asks until all of them can be read, or the time is over: then what is there is the answer. */
const whenVisible = async (
  stack: DeployedStack,
  door: LoadDoor,
  { tag, sent, pollMs }: { readonly tag: string; readonly sent: number; readonly pollMs: number },
): Promise<Visible> => {
  const deadline = now() + WAIT_MS_MAX;
  for (;;) {
    const visible = await visibleOf(stack, door, tag);
    if (visible.distinct >= sent || now() > deadline) return visible;
    await sleep(pollMs);
  }
};

const floorOf = async (stack: DeployedStack, door: LoadDoor, tag: string): Promise<Floor> => {
  const url = `${apiUrlOf(stack)}/datasets/clickstream/records`;
  const [gateway, puts, alone]: [number[], number[], number[]] = [[], [], []];
  for (let call = 0; call < FLOOR_CALLS; call += 1) {
    // Without a key: the gateway refuses it by itself.
    gateway.push(await took(() => fetch(url, { method: 'POST', body: '{}' })));
    puts.push(await took(() => door.send(0, 1)));
  }
  for (let call = 0; call < ALONE_CALLS; call += 1) {
    const own = `${tag}${call}`;
    await streamDoor(stack.putRecords, own).send(now(), 1);
    const { p50Ms } = await whenVisible(stack, door, { tag: own, sent: 1, pollMs: POLL_MS });
    alone.push(p50Ms ?? Number.NaN);
  }
  const middle = (values: readonly number[]): number => percentile(values, 0.5);
  return { gatewayMs: middle(gateway), putMs: middle(puts), aloneMs: middle(alone) };
};

const loadDoor = async (
  stack: DeployedStack,
  door: LoadDoor,
  { each, seconds, tag }: { readonly each: number; readonly seconds: number; readonly tag: string },
  out: Output,
): Promise<DoorLoad> => {
  const answers = await sendAll(door, each, seconds);
  const sent = each * seconds;
  out.note(`  ${door.name}: ${sent} records are sent`);
  const visible = await whenVisible(stack, door, { tag, sent, pollMs: 4 * POLL_MS });
  return {
    ...{ door: door.name, sent, ...visible },
    ...{ lost: sent - visible.distinct, duplicated: visible.rows - visible.distinct },
    answerP50Ms: percentile(answers, 0.5),
    answerP95Ms: percentile(answers, 0.95),
  };
};

const loadBoth = async (
  stack: DeployedStack,
  { perSecond, seconds }: LoadPlan,
  out: Output,
): Promise<Pick<Extract<Load, { kind: 'measured' }>, 'doors' | 'floor'>> => {
  const tag = `load${now().toString(36)}`;
  const known = await stack.senders.senders(1_000);
  if (known.some(({ name }) => name === keyName)) await revokeKey(stack, keyName, now);
  const stream = streamDoor(stack.putRecords, tag);
  const floor = await floorOf(stack, stream, `${tag}floor`);
  const { key } = await createKey(stack, keyName, [apiDataset], now);
  try {
    const pair = [apiDoor(apiUrlOf(stack), key, tag), stream];
    const each = Math.ceil(perSecond / pair.length);
    const doors = await Promise.all(
      pair.map((door) => loadDoor(stack, door, { each, seconds, tag }, out)),
    );
    return { doors, floor };
  } finally {
    await revokeKey(stack, keyName, now);
  }
};

/** A steady load through both doors at once; never on a real AWS, where the rows would stay. */
export const measureLoad = async (plan: LoadPlan, out: Output): Promise<Load> => {
  const target = await findTarget(plan.env);
  if (target.kind === 'aws')
    return {
      kind: 'skipped',
      why: 'No local AWS is running. Start a local AWS with: npx headgate up',
    };
  const { stack: name, env, perSecond, seconds } = plan;
  try {
    return await withStack({ out, env }, name, async (stack) => ({
      ...{ kind: 'measured', where: target.label, perSecond, seconds },
      ...(await loadBoth(stack, plan, out)),
    }));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: 'skipped', why: error.message };
  }
};
