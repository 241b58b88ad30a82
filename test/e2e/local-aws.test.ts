import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readInstance, writeInstance } from '../../bin/local/instance.ts';
import { findLocalAws, freePort, startLocalAws, stopLocalAws } from '../../bin/local/local-aws.ts';
import { lookAtPort } from '../../bin/local/probe.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headgate-local-'));
});
afterEach(async () => {
  await stopLocalAws(dir);
  await rm(dir, { recursive: true, force: true });
});

const profile = 'local';

describe('the local AWS', () => {
  test('starts, is found again, is taken over by a second start, and ends', async () => {
    const port = await freePort();
    const first = await startLocalAws({ profile, port, dir });
    expect(first.endpoint).toBe(`http://127.0.0.1:${port}`);
    const second = await startLocalAws({ profile, dir });
    expect(second.token).toBe(first.token);
    await first.stop();
    expect(await findLocalAws(profile, dir)).toBeUndefined();
    expect(await lookAtPort(port)).toEqual({ kind: 'nothing' });
  });

  test('two starts at once are one local AWS', async () => {
    const port = await freePort();
    const first = startLocalAws({ profile, port, dir });
    await expect.poll(() => readInstance(dir), { interval: 5 }).toBeDefined();
    const second = await startLocalAws({ profile, port, dir });
    expect(second.token).toBe((await first).token);
  });

  test('one that no longer answers is ended all the same', async () => {
    const local = await startLocalAws({ profile, port: await freePort(), dir });
    const { pid } = (await readInstance(dir)) ?? { pid: 0 };
    expect(pid).toBeGreaterThan(1);
    process.kill(pid, 'SIGSTOP');
    expect(await stopLocalAws(dir)).toBe('stopped');
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await local.stop();
  });

  test('another port than the one it runs at is refused, with the way out', async () => {
    await startLocalAws({ profile, port: await freePort(), dir });
    const other = startLocalAws({ profile, port: await freePort(), dir });
    await expect(other).rejects.toThrow('npx headgate down');
  });

  test('a port that another program has is named', async () => {
    const server = createServer((_request, response) => response.end('hello'));
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    try {
      await expect(startLocalAws({ profile, port, dir })).rejects.toThrow(
        `Port ${port} is taken by another program.`,
      );
    } finally {
      server.close();
    }
  });

  test('a port that another local AWS has is named, with how to use that one', async () => {
    const port = await freePort();
    await startLocalAws({ profile, port, dir });
    const elsewhere = join(dir, 'elsewhere');
    await expect(startLocalAws({ profile, port, dir: elsewhere })).rejects.toThrow(
      `AWS_ENDPOINT_URL=http://127.0.0.1:${port}`,
    );
  });

  test('a record whose process is gone, and its id in other use, is not believed', async () => {
    const running = await startLocalAws({ profile, port: await freePort(), dir });
    const record = await readInstance(dir);
    await running.stop();
    if (record === undefined) throw new Error('no record was written');
    await writeInstance(dir, { ...record, pid: process.pid });
    expect(await stopLocalAws(dir)).toBe('not-running');
    expect(await readInstance(dir)).toBeUndefined();
  });

  test('over TLS it has a certificate of its own', async () => {
    const local = await startLocalAws({ profile: 'local-secure', port: await freePort(), dir });
    expect(local.endpoint.startsWith('https://')).toBe(true);
    const certificate = local.env.NODE_EXTRA_CA_CERTS ?? '';
    expect(existsSync(certificate)).toBe(true);
    await local.stop();
    expect(existsSync(certificate)).toBe(false);
  });
});
