import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runProgram } from '../../../bin/headgate.ts';
import { problemDocument } from '../../../core/api/problem.ts';
import { type Heard, localServer, type Said } from '../../support/http-server.ts';
import { heardOutput, temporaryDir } from '../fake-stack.ts';

let dir = '';
let close = async (): Promise<void> => undefined;
beforeEach(async () => {
  dir = await temporaryDir();
});
afterEach(async () => {
  await close();
  close = async () => undefined;
  await rm(dir, { recursive: true, force: true });
});

/** An API that lets every file in, and is S3, too. */
const letIn =
  (url: () => string) =>
  (request: Heard): Said => {
    if (request.method === 'PUT') return { status: 200, body: '' };
    const { file_name: name }: { file_name?: string } = JSON.parse(request.body);
    const key = `orders/_uploads/u1/${name}`;
    const signed = { method: 'PUT', url: `${url()}s3`, headers: {} };
    const ticket = { upload: 'u1', key, state: 'open', request: signed, parts: null };
    return { status: 201, body: JSON.stringify(ticket) };
  };

const upload = async (names: readonly string[], options: string[] = [], answer?: Said) => {
  let url = '';
  const good = letIn(() => url);
  const server = await localServer((request) => answer ?? good(request));
  url = server.url;
  close = server.close;
  const { out, stdout, stderr } = heardOutput();
  const paths = names.map((name) => join(dir, name));
  for (const path of paths) await writeFile(path, 'id\n1\n');
  const given = ['--url', url, '--key', 'secret', ...options];
  const args = ['upload', 'orders', ...paths, ...given];
  const code = await runProgram({ out, env: {}, clock: () => 0 }, args);
  return { code, text: stdout.join(''), said: stderr.join(''), heard: server.heard };
};

const keysOf = (heard: readonly Heard[]) =>
  heard.flatMap(({ headers }) => headers['idempotency-key'] ?? []);

describe('upload', () => {
  test('sends each file, and says where it landed and what to do next', async () => {
    const { code, text, said, heard } = await upload(['a.csv', 'b.csv']);
    expect(code).toBe(0);
    expect(text).toMatch(/a\.csv landed as orders\/_uploads\/u1\/a\.csv\n.*b\.csv landed as /);
    expect(said).toContain('npx headgate status');
    expect(heard.filter(({ method }) => method === 'PUT').map(({ body }) => body)).toEqual([
      ...['id\n1\n', 'id\n1\n'],
    ]);
  });

  test('has the same key for the same file, and another for each other', async () => {
    const [one] = keysOf((await upload(['a.csv'])).heard);
    await close();
    const both = keysOf((await upload(['a.csv', 'b.csv'])).heard);
    expect(both[0]).toBe(one);
    expect(new Set(both).size).toBe(2);
  });

  test('gives one document with --json', async () => {
    const { text } = await upload(['a.csv'], ['--json']);
    expect(JSON.parse(text)).toEqual([
      {
        ...{ file: join(dir, 'a.csv'), dataset: 'orders', sizeBytes: 5, upload: 'u1' },
        ...{ key: 'orders/_uploads/u1/a.csv', state: 'LANDED' },
      },
    ]);
  });

  test('that is refused ends with 1, and says what has landed', async () => {
    const problem = problemDocument({ name: 'forbidden', detail: 'not to orders' });
    const refusal = { status: 403, body: JSON.stringify(problem) };
    const { code, said } = await upload(['a.csv'], [], refusal);
    expect(code).toBe(1);
    expect(said).toMatch(/a\.csv was refused \(403\): .*not to orders\nNothing has landed\./);
  });

  const run = async (...args: string[]) => {
    const { out, stderr } = heardOutput();
    const code = await runProgram({ out, env: {}, clock: () => 0 }, ['upload', 'orders', ...args]);
    return { code, said: stderr.join('') };
  };

  test.each<[string, string[], RegExp]>([
    ['without a key', ['nix'], /No key[\s\S]*api-key create NAME --dataset orders/],
    ['with a file that is not there', ['nix', '--key', 'k'], /nix cannot be read \(ENOENT\)/],
    ['with a folder', ['.', '--key', 'k'], /\. is no file/],
    ['with small parts', ['nix', '--key', 'k', '--part-size', '4'], /must be at least 5/],
  ])('%s is wrong usage', async (_name, args, message) => {
    const { code, said } = await run(...args);
    expect({ code, said }).toEqual({ code: 2, said: expect.stringMatching(message) });
  });

  test('of a file without a byte is wrong usage', async () => {
    const path = join(dir, 'empty.csv');
    await writeFile(path, '');
    const { code, said } = await run(path, '--key', 'k', '--url', 'http://127.0.0.1:9');
    expect(code).toBe(2);
    expect(said).toContain('at least one byte');
  });
});
