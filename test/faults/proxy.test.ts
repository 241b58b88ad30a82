import { createServer, type IncomingMessage, type Server, request as send } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CrashKind, type FaultKind, type Plan, strikeOf } from './fault.ts';
import { type Operation, operationOf } from './operation.ts';
import { type FaultProxy, startProxy } from './proxy.ts';

const update = { 'x-amz-target': 'DynamoDB_20120810.UpdateItem' };
const transact = { 'x-amz-target': 'DynamoDB_20120810.TransactWriteItems' };
const putOnce = '/bucket/key?x-id=PutObject';

describe('a request', () => {
  test.each<[string, string, string, Record<string, string>, boolean]>([
    ['dynamodb GetItem', 'POST', '/', { 'x-amz-target': 'DynamoDB_20120810.GetItem' }, false],
    ['dynamodb UpdateItem', 'POST', '/', update, true],
    [
      'states StartExecution',
      'POST',
      '/',
      { 'x-amz-target': 'AWSStepFunctions.StartExecution' },
      true,
    ],
    ['kinesis GetRecords', 'POST', '/', { 'x-amz-target': 'Kinesis_20131202.GetRecords' }, false],
    ['events PutEvents', 'POST', '/', { 'x-amz-target': 'AWSEvents.PutEvents' }, true],
    ['s3 PutObject', 'PUT', putOnce, {}, true],
    ['s3 PutObject once', 'PUT', putOnce, { 'if-none-match': '*' }, true],
    ['s3 GetObject', 'GET', '/bucket/key?versionId=1&x-id=GetObject', {}, false],
    ['s3 HeadObject', 'HEAD', '/bucket/key?versionId=1', {}, false],
    ['s3 ListObjectVersions', 'GET', '/bucket?versions&prefix=a', {}, false],
    ['iceberg load', 'GET', '/iceberg/v1/catalogs/0/namespaces/d/tables/t', {}, false],
    ['iceberg commit', 'POST', '/iceberg/v1/catalogs/0/namespaces/d/tables/t', {}, true],
    ['iceberg create', 'POST', '/iceberg/v1/catalogs/0/namespaces/d/tables', {}, true],
  ])('is known as %s', (name, method, url, headers, writes) => {
    const operation = operationOf({ method, url, headers });
    expect(`${operation?.service} ${operation?.name}`).toBe(name);
    expect(operation?.writes).toBe(writes);
  });

  test('of a service that no function uses is passed by', () => {
    const headers = { 'x-amz-target': 'Logs_20140328.PutLogEvents' };
    expect(operationOf({ method: 'POST', url: '/', headers })).toBeUndefined();
  });
});

describe('the faults of a seed', () => {
  const write: Operation = { service: 's3', name: 'PutObject', writes: true };
  const kindsOf = (plan: Plan, operation: Operation) =>
    Array.from({ length: 400 }, (_, n) => strikeOf(plan, operation, n)?.kind);

  test('are the same each time, and others for another seed', () => {
    const plan = { seed: 7, rates: { throttle: 0.1, late: 0.1 } };
    expect(kindsOf(plan, write)).toEqual(kindsOf(plan, write));
    expect(kindsOf(plan, write)).not.toEqual(kindsOf({ ...plan, seed: 8 }, write));
  });

  test('strike more than the three tries of an SDK in a row', () => {
    const kinds = kindsOf({ seed: 1, rates: { throttle: 0.05 } }, write);
    const rows = kinds.map((kind) => (kind === undefined ? '-' : 'x')).join('');
    expect(rows).toMatch(/x{4,}/);
    expect(rows).toMatch(/-x-/);
  });

  test('are those that fit: a read is never late, and only a condition conflicts', () => {
    const rates = { late: 0.3, twice: 0.3, conflict: 0.3 };
    const read: Operation = { service: 's3', name: 'GetObject', writes: false };
    expect(new Set(kindsOf({ seed: 1, rates }, read))).toEqual(new Set([undefined]));
    expect(new Set(kindsOf({ seed: 1, rates }, write))).toEqual(
      new Set([undefined, 'late', 'twice']),
    );
  });
});

describe('the proxy', () => {
  const seen: { url: string; host: string; body: string }[] = [];
  const ended: number[] = [];
  let aws: Server;
  let proxy: FaultProxy;

  beforeEach(async () => {
    seen.length = 0;
    ended.length = 0;
    aws = createServer(async (request, response) => {
      const body = await textOf(request);
      seen.push({ url: request.url ?? '', host: request.headers.host ?? '', body });
      response.writeHead(201, { 'x-answer': 'yes' }).end(`answer ${seen.length}`);
    });
    await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
    const address = aws.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    proxy = await startProxy({
      upstream: `http://127.0.0.1:${address.port}`,
      crash: async (port) => {
        ended.push(port);
        return port > 0;
      },
    });
  });
  afterEach(async () => {
    await proxy.close();
    aws.close();
  });

  const textOf = async (stream: IncomingMessage): Promise<string> => {
    let text = '';
    for await (const chunk of stream) text += chunk;
    return text;
  };
  type Reply = { status: number; text: string; header: string | undefined };
  const ask = (headers: Record<string, string>, path = '/', method = 'POST'): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const own = send(
        proxy.url + path,
        { method, headers: { host: 'signed.example:1234', ...headers }, timeout: 100 },
        (reply) => {
          textOf(reply).then((text) => {
            const header = reply.headers['x-answer'];
            resolve({ status: reply.statusCode ?? 0, text, header: header?.toString() });
          }, reject);
        },
      );
      // Of a caller that was ended nothing more comes, and no socket is closed in this test.
      own.on('timeout', () => own.destroy(new Error('no answer')));
      own.on('error', reject).end('{"TransactItems":[1,2]}');
    });
  const always = (kind: FaultKind | CrashKind): void =>
    proxy.strike({ seed: 1, rates: { [kind]: 1 } });

  test('passes all on as it is, with the Host that was signed', async () => {
    const reply = await ask(update, '/a%20b?c=d');
    expect(reply).toEqual({ status: 201, text: 'answer 1', header: 'yes' });
    const body = '{"TransactItems":[1,2]}';
    expect(seen).toEqual([{ url: '/a%20b?c=d', host: 'signed.example:1234', body }]);
    expect(proxy.tally()).toEqual({ requests: 1, strikes: new Map() });
  });

  test.each<[FaultKind, number]>([
    ['lost reply', 1],
    ['late', 1],
    ['cut', 1],
  ])('breaks the connection when struck by %s, and it is applied', async (kind, times) => {
    always(kind);
    await expect(ask(update)).rejects.toThrow();
    await proxy.settled();
    expect(seen).toHaveLength(times);
    expect(proxy.tally().strikes).toEqual(new Map([[`dynamodb UpdateItem, ${kind}`, 1]]));
  });

  test('answers with an error what was applied', async () => {
    always('error after');
    expect((await ask(update)).status).toBe(500);
    expect(seen).toHaveLength(1);
  });

  test('applies twice, and tells of the second', async () => {
    always('twice');
    expect((await ask(update)).text).toBe('answer 2');
  });

  test.each<[string, number, Record<string, string>, string, string]>([
    ['ProvisionedThroughputExceededException', 400, update, '/', 'throttle'],
    ['ThrottlingException', 400, { 'x-amz-target': 'AWSEvents.PutEvents' }, '/', 'throttle'],
    ['SlowDown', 503, {}, putOnce, 'throttle'],
    ['ThrottlingException', 429, {}, '/iceberg/v1/tables/t', 'throttle'],
    ['ConditionalRequestConflict', 409, { 'if-none-match': '*' }, putOnce, 'conflict'],
    ['CommitFailedException', 409, {}, '/iceberg/v1/tables/t', 'conflict'],
    ['TransactionConflict', 400, transact, '/', 'conflict'],
  ])(
    'refuses with %s and %i, and nothing is applied',
    async (code, status, headers, path, kind) => {
      always(kind === 'throttle' ? 'throttle' : 'conflict');
      const reply = await ask(headers, path, path === putOnce ? 'PUT' : 'POST');
      expect(reply.status).toBe(status);
      expect(reply.text).toContain(code);
      expect(seen).toEqual([]);
    },
  );

  test.each<[CrashKind, number]>([
    ['crash before', 0],
    ['crash after', 1],
  ])('ends who asked, as a %s', async (kind, applied) => {
    always(kind);
    await expect(ask(update)).rejects.toThrow('no answer');
    expect(ended).toHaveLength(1);
    expect(seen).toHaveLength(applied);
  });

  test('is calm when it is told so', async () => {
    always('throttle');
    proxy.calm();
    expect((await ask(update)).status).toBe(201);
  });
});
