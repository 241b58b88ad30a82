import {
  createServer,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import { assertNever } from '../../core/assert.ts';
import {
  broken,
  type CrashKind,
  conflicted,
  type FaultKind,
  type Plan,
  type Refusal,
  type Strike,
  strikeOf,
  throttled,
} from './fault.ts';
import { type Operation, operationOf } from './operation.ts';

/** What stood between the functions and their AWS, and did it how often. */
export type Tally = {
  readonly requests: number;
  /** By `operation, kind of fault`. */
  readonly strikes: ReadonlyMap<string, number>;
};

/**
 * A stage on the way from the functions to the local AWS. It passes everything on as it is, Host
 * and signature included, until it is told to `strike`.
 */
export type FaultProxy = {
  readonly url: string;
  /** From now on requests are struck as the plan has it; their counts start anew. */
  strike(plan: Plan): void;
  /** No more faults. */
  calm(): void;
  /** Nothing that was sent is still on its way, no matter how late. */
  settled(): Promise<void>;
  tally(): Tally;
  close(): Promise<void>;
};

export type ProxyOptions = {
  /** The local AWS. */
  readonly upstream: string;
  /** Ends the process at the other end of a connection, known by its port; false: not found. */
  readonly crash?: (port: number) => Promise<boolean>;
  /** Called with every request that is struck. */
  readonly onStrike?: (what: string) => void;
};

type Answer = {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
};

const POLL_MS = 20;

export const startProxy = async (options: ProxyOptions): Promise<FaultProxy> => {
  const send = senderTo(options.upstream);
  const strikes = new Map<string, number>();
  const seen = new Map<string, number>();
  let plan: Plan | undefined;
  let requests = 0;
  let onTheWay = 0;

  const counted = async <T>(work: () => Promise<T>): Promise<T> => {
    onTheWay += 1;
    try {
      return await work();
    } finally {
      onTheWay -= 1;
    }
  };
  const chosen = (operation: Operation | undefined): Strike | undefined => {
    if (plan === undefined || operation === undefined) return undefined;
    const name = `${operation.service} ${operation.name}`;
    const n = seen.get(name) ?? 0;
    seen.set(name, n + 1);
    return strikeOf(plan, operation, n);
  };
  const note = (operation: Operation, { kind }: Strike): void => {
    const what = `${operation.service} ${operation.name}, ${kind}`;
    strikes.set(what, (strikes.get(what) ?? 0) + 1);
    options.onStrike?.(what);
  };

  const server = createServer((request, response) => {
    counted(() => pass(request, response)).catch(() => response.destroy());
  });
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    requests += 1;
    const { method = 'GET', url = '/', headers } = request;
    const operation = operationOf({ method, url, headers });
    const strike = chosen(operation);
    const forward = (): Promise<Answer> => send(request, body);
    if (operation === undefined || strike === undefined) return tell(response, await forward());
    const exchange = { request, response, operation, body, forward };
    if (isCrash(strike.kind)) {
      if (await crashed(exchange, strike.kind, options.crash)) note(operation, strike);
    } else {
      note(operation, strike);
      await struck(exchange, strike.kind, strike.ms);
    }
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    strike: (next) => {
      seen.clear();
      plan = next;
    },
    calm: () => {
      plan = undefined;
    },
    settled: async () => {
      while (onTheWay > 0) await wait(POLL_MS);
    },
    tally: () => ({ requests, strikes: new Map(strikes) }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** A request, what it will be answered with, and the way to have it applied. */
type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly operation: Operation;
  readonly body: Buffer;
  readonly forward: () => Promise<Answer>;
};

const isCrash = (kind: Strike['kind']): kind is CrashKind => kind.startsWith('crash');

const struck = async (exchange: Exchange, kind: FaultKind, ms: number): Promise<void> => {
  const { request, response, operation, body, forward } = exchange;
  switch (kind) {
    case 'throttle':
      return refuse(response, throttled(operation));
    case 'conflict':
      return refuse(response, conflicted(operation, body));
    case 'error after':
      await forward();
      return refuse(response, broken(operation));
    case 'lost reply':
      await forward();
      return void request.socket.destroy();
    case 'late':
      request.socket.destroy();
      await wait(ms);
      return void (await forward());
    case 'cut':
      return cut(response, await forward());
    case 'twice':
      await forward();
      return tell(response, await forward());
    case 'delay':
      await wait(ms);
      return tell(response, await forward());
    default:
      return assertNever(kind);
  }
};

/** Ends who asked; when nobody is found, nothing has happened to the request either. */
const crashed = async (
  { request, response, forward }: Exchange,
  kind: CrashKind,
  crash: ProxyOptions['crash'],
): Promise<boolean> => {
  const answer = kind === 'crash after' ? await forward() : undefined;
  const isDead = (await crash?.(request.socket.remotePort ?? 0)) === true;
  if (!isDead) tell(response, answer ?? (await forward()));
  return isDead;
};

const bodyOf = async (stream: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** Headers that speak of one connection, and not of what is sent on it. */
const ofConnection = new Set(['connection', 'keep-alive', 'transfer-encoding', 'expect']);

const passedOn = (raw: readonly string[]): string[] =>
  raw.filter((_, at) => !ofConnection.has((raw[at - (at % 2)] ?? '').toLowerCase()));

/** Given up before the local AWS does it, which would be in the middle of a request. */
const pooled = { keepAlive: true, timeout: 1_000 };

const senderTo = (upstream: string) => {
  const { protocol, hostname, port } = new URL(upstream);
  const [start, agent] =
    protocol === 'https:'
      ? [httpsRequest, new HttpsAgent(pooled)]
      : [httpRequest, new HttpAgent(pooled)];
  return (request: IncomingMessage, body: Buffer): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const own = start({
        ...{ agent, hostname, port, method: request.method, path: request.url, setHost: false },
        headers: withLength(passedOn(request.rawHeaders), body),
      });
      own.on('error', reject).on('response', (reply) => {
        bodyOf(reply).then(
          (bytes) =>
            resolve({
              status: reply.statusCode ?? 500,
              headers: passedOn(reply.rawHeaders),
              body: bytes,
            }),
          reject,
        );
      });
      own.end(body);
    });
};

/** Of a body that came in chunks the length is known by now. */
const withLength = (headers: string[], body: Buffer): string[] =>
  body.length === 0 || headers.some((name) => name.toLowerCase() === 'content-length')
    ? headers
    : [...headers, 'content-length', String(body.length)];

const tell = (response: ServerResponse, { status, headers, body }: Answer): void => {
  response.writeHead(status, [...headers]);
  response.end(body);
};

const refuse = (response: ServerResponse, { status, type, headers, body }: Refusal): void => {
  response.writeHead(status, { ...headers, 'content-type': type }).end(body);
};

/** Half of an answer, whose length was told before; of none, nothing at all. */
const cut = (response: ServerResponse, { status, headers, body }: Answer): void => {
  if (body.length > 1) {
    response.writeHead(status, withLength([...headers], body));
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
  } else response.destroy();
};
