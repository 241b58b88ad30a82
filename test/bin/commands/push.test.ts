import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { callsOf } from '../../../bin/commands/push.ts';
import { runProgram } from '../../../bin/headgate.ts';
import { root } from '../../../bin/local/places.ts';
import { problemDocument } from '../../../core/api/problem.ts';
import { codes } from '../../../core/codes.ts';
import { type Heard, localServer, type Said } from '../../support/http-server.ts';
import { heardOutput, temporaryDir } from '../fake-stack.ts';

let dir = '';
let close = async (): Promise<void> => undefined;
beforeEach(async () => {
  dir = await temporaryDir();
});
afterEach(async () => {
  vi.useRealTimers();
  await close();
  close = async () => undefined;
  await rm(dir, { recursive: true, force: true });
});

/** An API that rejects the records with a text "bad" in them, as its receipts say. */
const receiptOf = ({ body, path }: Heard, index: number): Said => {
  const lines = body.split('\n').slice(0, -1);
  const outcomes = lines.map((line, at) =>
    line.includes('bad')
      ? {
          ...{ index: at, outcome: 'rejected' },
          reasons: [
            { code: 'E_TYPE', field: 'id' },
            { code: 'E_JSON', field: null },
          ],
        }
      : { index: at, outcome: 'accepted' },
  );
  const rejected = outcomes.filter(({ outcome }) => outcome === 'rejected').length;
  const receipt = {
    receipt: String(index).padStart(32, '0'),
    dataset: path.split('/')[3],
    ...{ received_at: '2026-11-21T05:00:00.000Z', contract_version: 'c1' },
    ...{ body_sha256: 'a'.repeat(64), records: lines.length, rejected, outcomes },
    ...{ accepted: lines.length - rejected, landed: { accepted: null, rejected: null } },
  };
  return { status: 202, body: JSON.stringify(receipt) };
};

const push = async (
  content: string,
  options: readonly string[] = [],
  answer: (request: Heard, index: number) => Said = receiptOf,
) => {
  const server = await localServer(answer);
  close = server.close;
  const path = join(dir, 'records');
  await writeFile(path, content);
  const { out, stdout, stderr } = heardOutput();
  const args = ['push', 'orders', path, '--url', server.url, '--key', 'secret', ...options];
  const code = await runProgram({ out, env: {}, clock: () => 0 }, args);
  await server.close();
  close = async () => undefined;
  return { code, text: stdout.join(''), said: stderr.join(''), heard: server.heard };
};

const bodies = (heard: readonly Heard[]): string[] => heard.map(({ body }) => body);
const keysOf = (heard: readonly Heard[]) => heard.map(({ headers }) => headers['idempotency-key']);

describe('push', () => {
  test.each([
    ['an array of JSON', '[{"id":1},\n {"id": 12.50}]', '{"id":1}\n{"id": 12.50}\n'],
    ['an object of JSON over lines', '{\n"id":1\n}', '{ "id":1 }\n'],
    ['one record a line', '{"id":1}\r\n\n{"id":2}', '{"id":1}\n{"id":2}\n'],
    ['lines that are no JSON, too', '{"id":1}\nnot json\n', '{"id":1}\nnot json\n'],
  ])('sends %s as lines, digit for digit', async (_name, content, body) => {
    const { code, heard, text } = await push(content);
    expect(code).toBe(0);
    expect(bodies(heard)).toEqual([body]);
    expect(heard[0]?.path).toBe('/v1/datasets/orders/records');
    expect(heard[0]?.headers['x-api-key']).toBe('secret');
    expect(text).toMatch(/^[12] records? accepted, 0 rejected\.\n$/);
  });

  test('sends no more than --records in a call, in their order', async () => {
    const { heard, text } = await push('{"id":1}\n{"id":2}\n{"id":3}', ['--records', '2']);
    expect(bodies(heard)).toEqual(['{"id":1}\n{"id":2}\n', '{"id":3}\n']);
    expect(text).toBe('3 records accepted, 0 rejected.\n');
  });

  test('has the same key for the same call, and another for each other', async () => {
    const one = [...keysOf((await push('{"id":1}\n{"id":1}', ['--records', '1'])).heard)];
    const again = keysOf((await push('[{"id":1},{"id":1}]', ['--records', '1'])).heard);
    expect(again).toEqual(one);
    const [other] = keysOf((await push('{"id":2}')).heard);
    expect(new Set([...one, other]).size).toBe(3);
    for (const key of one) expect(key).toMatch(/^[0-9a-f]{64}$/);
  });

  test('ends with 1 and the reasons in words where records were rejected', async () => {
    const content = '{"id":1}\n{"id":"bad"}\n{"id":3}\n"bad"\n';
    const { code, text, said } = await push(content, ['--records', '3']);
    expect(code).toBe(1);
    const reasons = `E_TYPE id (${codes.E_TYPE.means}); E_JSON (${codes.E_JSON.means})`;
    expect(text.split('\n')).toEqual([
      '2 records accepted, 2 rejected.',
      `  record 2: ${reasons}`,
      `  record 4: ${reasons}`,
      '',
    ]);
    expect(said).toContain('2 records of orders were rejected.');
    expect(said).toContain('npx headgate rejects --dataset orders');
    expect(text + said).not.toContain('bad');
  });

  test('says how many rejected records it does not name', async () => {
    const { text } = await push('"bad"\n'.repeat(23));
    expect(text.match(/ {2}record \d+:/g)).toHaveLength(20);
    expect(text).toContain('  and 3 more\n');
  });

  test('gives one document with --json, all rejected records in it', async () => {
    const { code, text } = await push('"bad"\n'.repeat(23), ['--json', '--records', '20']);
    const told = JSON.parse(text);
    expect(code).toBe(1);
    expect(told).toMatchObject({ dataset: 'orders', records: 23, accepted: 0 });
    expect(told.rejected.map(({ record }: { record: number }) => record)).toEqual(
      Array.from({ length: 23 }, (_, at) => at + 1),
    );
    expect(told.receipts).toEqual(['0'.repeat(32), '1'.padStart(32, '0')]);
  });

  const problem = problemDocument({ name: 'forbidden', detail: 'not to orders' });
  const refusal: Said = { status: 403, body: JSON.stringify(problem) };
  test.each([
    ['at its first call', 0, 'records 1 to 2', 'Nothing was taken.'],
    ['at a later one', 1, 'records 3 to 4', 'Records 1 to 2 were taken.'],
  ])('that is refused %s says what was taken, and sends no more', async (_n, at, which, taken) => {
    const { code, said, text, heard } = await push(
      '{"id":1}\n{"id":2}\n{"id":3}\n{"id":4}\n{"id":5}',
      ['--records', '2'],
      (request, index) => (index === at ? refusal : receiptOf(request, index)),
    );
    expect(code).toBe(1);
    expect(said).toContain(
      `The API refused ${which} (403): The sender may not do this here. not to orders\n${taken}`,
    );
    expect(text).toBe('');
    expect(heard).toHaveLength(at + 1);
  });

  test.each<[string, Said]>([
    ['fails on its side', { status: 503, body: '' }],
    ['loses the connection', { ends: 'none' }],
  ])('of an API that %s says that it is not known what was taken', async (_name, said) => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    let isDone = false;
    const pushed = push('{"id":1}\n{"id":2}', ['--records', '1'], (request, index) =>
      index === 0 ? receiptOf(request, index) : said,
    ).finally(() => {
      isDone = true;
    });
    while (!isDone) await vi.advanceTimersByTimeAsync(1_000);
    const { code, said: words, heard } = await pushed;
    expect(code).toBe(1);
    expect(words).toContain('records 2 to 2');
    expect(words).toContain('Records 1 to 1 were taken. Whether the others were is not known.');
    expect(words).toContain('what was taken is not taken twice');
    expect(heard).toHaveLength(7);
  });

  test('reads standard input, and takes key and address from the environment', async () => {
    const server = await localServer(receiptOf);
    close = server.close;
    const env = {
      PATH: process.env.PATH ?? '',
      HEADGATE_API_KEY: 'secret',
      HEADGATE_API_URL: server.url,
    };
    const script = join(root, 'bin', 'headgate.ts');
    const stdout = await new Promise<string>((resolve, reject) => {
      const done = (error: Error | null, text: string) => (error ? reject(error) : resolve(text));
      const child = execFile(process.execPath, [script, 'push', 'orders', '-'], { env }, done);
      child.stdin?.end('{"id":1}\n{"id":2}\n');
    });
    expect(stdout).toBe('2 records accepted, 0 rejected.\n');
    expect(bodies(server.heard)).toEqual(['{"id":1}\n{"id":2}\n']);
    expect(server.heard[0]?.headers['x-api-key']).toBe('secret');
  });
});

describe('push is wrong usage', () => {
  const run = async (...args: string[]) => {
    const { out, stderr } = heardOutput();
    const code = await runProgram({ out, env: {}, clock: () => 0 }, ['push', 'orders', ...args]);
    return { code, said: stderr.join('') };
  };
  const url = ['--url', 'http://127.0.0.1:9', '--key', 'secret'];

  test('without a key, and says how one is made', async () => {
    const { code, said } = await run(join(dir, 'nix'));
    expect(code).toBe(2);
    expect(said).toMatch(
      /No key[\s\S]*HEADGATE_API_KEY[\s\S]*api-key create NAME --dataset orders/,
    );
  });

  test.each([
    ['with an empty key', ['--key', ''], /--key: must not be empty/],
    ['with an address that is none', ['--key', 'k', '--url', 'api'], /--url: must be an address/],
    ['with no records in a call', [...url, '--records', '0'], /--records: must be at least 1/],
    ['with too many in a call', [...url, '--records', '10001'], /must be at most 10000/],
  ])('%s', async (_name, options, message) => {
    const { code, said } = await run(join(dir, 'nix'), ...options);
    expect(code).toBe(2);
    expect(said).toMatch(message);
  });

  test('with a file that is not there', async () => {
    const { code, said } = await run(join(dir, 'nix'), ...url);
    expect(code).toBe(2);
    expect(said).toMatch(/nix cannot be read \(ENOENT\)/);
  });

  test('with a file without records', async () => {
    const { code, said, heard } = await push('\n\n');
    expect(code).toBe(2);
    expect(said).toContain('holds no record');
    expect(heard).toEqual([]);
  });
});

describe('the calls of some records', () => {
  const shape = (sizes: readonly number[], recordsMax: number) =>
    callsOf(
      sizes.map((size) => new Uint8Array(size)),
      recordsMax,
    ).map(({ first, lines }) => [first, lines.length]);
  const third = 1024 * 1024;

  test.each<[string, number[], number, number[][]]>([
    [
      'end at so many records',
      [1, 1, 1, 1, 1],
      2,
      [
        [0, 2],
        [2, 2],
        [4, 1],
      ],
    ],
    ['are one where all fit', [1, 1, 1], 3, [[0, 3]]],
    [
      'end at 3 MiB, line ends among them',
      [third - 1, third - 1, third - 1, 1],
      9,
      [
        [0, 3],
        [3, 1],
      ],
    ],
    [
      'end before what goes beyond',
      [third - 1, third - 1, third],
      9,
      [
        [0, 2],
        [2, 1],
      ],
    ],
    [
      'have one alone that is larger',
      [1, 4 * third, 1],
      9,
      [
        [0, 1],
        [1, 1],
        [2, 1],
      ],
    ],
    ['are none without records', [], 9, []],
  ])('%s', (_name, sizes, recordsMax, expected) => {
    expect(shape(sizes, recordsMax)).toEqual(expected);
  });
});
