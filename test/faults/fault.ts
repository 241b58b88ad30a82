import { randomOf } from '../sim/random.ts';
import type { Operation } from './operation.ts';

/** What can happen to a request of a function on its way. */
export const faultKinds = [
  /** It is applied, and the connection breaks before the answer. */
  'lost reply',
  /** The connection breaks, and it is applied some time later: the retry may be there first. */
  'late',
  /** It is applied, and answered with an error of the server. */
  'error after',
  /** The answer breaks off in its middle. */
  'cut',
  /** The service has too much to do; nothing is applied. */
  'throttle',
  /** Somebody else is at the same thing; nothing is applied. */
  'conflict',
  /** It is applied twice, and the second answer is the one that comes. */
  'twice',
  /** It takes its time. */
  'delay',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** The function's process is ended, before or after its request was applied. */
export const crashKinds = ['crash before', 'crash after'] as const;
export type CrashKind = (typeof crashKinds)[number];

export type Strike = { readonly kind: FaultKind | CrashKind; readonly ms: number };

/** Which kinds strike in a run, and how often: the share of the requests that each fits. */
export type Rates = Partial<Readonly<Record<FaultKind | CrashKind, number>>>;

/** A seed's choice for the n-th request of an operation, which depends on nothing else. */
export type Plan = { readonly seed: number; readonly rates: Rates };

/** Longest row of requests that one fault strikes; the SDK itself tries three times. */
const inARowMax = 7;
const longestMs = 2_500;

const conflicting = [
  ...['s3 PutObject once', 'iceberg commit', 'iceberg create'],
  ...['dynamodb TransactWriteItems', 'dynamodb UpdateItem', 'dynamodb PutItem'],
];

const fits = (kind: Strike['kind'], { service, name, writes }: Operation): boolean => {
  if (kind === 'conflict') return conflicting.includes(`${service} ${name}`);
  return writes || !(kind === 'late' || kind === 'twice');
};

/** The n-th request of an operation is struck by a fault of its own, or by an earlier one's row. */
export const strikeOf = (plan: Plan, operation: Operation, n: number): Strike | undefined => {
  for (let back = 0; back < inARowMax && back <= n; back += 1) {
    const begun = beginning(plan, operation, n - back);
    if (begun !== undefined && begun.length > back) return begun;
  }
  return undefined;
};

/** What a run does once or twice would hardly ever be struck at the rate of what it does often. */
const timesOf = ({ service, name }: Operation): number => {
  if (['iceberg', 'events', 'kinesis', 'secrets'].includes(service)) return 8;
  return frequent.includes(`${service} ${name}`) ? 1 : 3;
};
const frequent = [
  ...['dynamodb GetItem', 'dynamodb UpdateItem', 's3 GetObject', 's3 PutObject'],
  's3 PutObject once',
];

const beginning = (plan: Plan, operation: Operation, n: number) => {
  const name = `${operation.service} ${operation.name}`;
  const random = randomOf(plan.seed, `${name} ${n}`);
  const luck = random.next() / timesOf(operation);
  let share = 0;
  for (const kind of [...faultKinds, ...crashKinds]) {
    if (!fits(kind, operation)) continue;
    share += plan.rates[kind] ?? 0;
    if (luck >= share) continue;
    const isShort = kind.startsWith('crash') || random.chance(0.5);
    const length = isShort ? 1 : random.whole(2, inARowMax + 1);
    return { kind, length, ms: random.whole(100, longestMs) };
  }
  return undefined;
};

/** An answer in place of the service's own. */
export type Refusal = {
  readonly status: number;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

const json = (status: number, code: string, more: object = {}): Refusal => ({
  status,
  type: 'application/x-amz-json-1.0',
  headers: { 'x-amzn-errortype': code },
  body: JSON.stringify({ __type: code, message: 'a fault of the test', ...more }),
});

const xml = (status: number, code: string): Refusal => ({
  status,
  type: 'application/xml',
  headers: {},
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>a fault</Message></Error>`,
});

const iceberg = (code: number, type: string): Refusal => ({
  status: code,
  type: 'application/json',
  headers: {},
  body: JSON.stringify({ error: { code, type, message: 'a fault of the test' } }),
});

/** How the service says that it is busy. */
export const throttled = ({ service }: Operation): Refusal => {
  if (service === 's3') return xml(503, 'SlowDown');
  if (service === 'iceberg') return iceberg(429, 'ThrottlingException');
  if (service === 'dynamodb' || service === 'kinesis')
    return json(400, 'ProvisionedThroughputExceededException');
  return json(400, 'ThrottlingException');
};

/** How the service says that it broke, which leaves open what it did before. */
export const broken = ({ service }: Operation): Refusal => {
  if (service === 's3') return xml(500, 'InternalError');
  return service === 'iceberg' ? iceberg(500, 'InternalError') : json(500, 'InternalServerError');
};

/** How the service says that another request was quicker; a transaction tells of each action. */
export const conflicted = ({ service, name }: Operation, body: Buffer): Refusal => {
  if (service === 's3') return xml(409, 'ConditionalRequestConflict');
  if (service === 'iceberg') return iceberg(409, 'CommitFailedException');
  if (name !== 'TransactWriteItems') return json(400, 'TransactionConflictException');
  const { TransactItems: items = [] } = JSON.parse(body.toString('utf8'));
  const CancellationReasons = Array.from(items, (_, at) =>
    at === 0
      ? { Code: 'TransactionConflict', Message: 'Transaction is ongoing' }
      : { Code: 'None' },
  );
  return json(400, 'TransactionCanceledException', { CancellationReasons });
};
