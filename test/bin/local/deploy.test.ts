import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { assemblyDigest, childEnv, contextFlags } from '../../../bin/local/cdk.ts';
import { readOutputs } from '../../../bin/local/deploy.ts';
import { localEnv } from '../../../bin/local/local-aws.ts';
import { toolsDir } from '../../../bin/local/places.ts';
import { sourcesDigest } from '../../../bin/local/sources.ts';
import { findTarget } from '../../../bin/local/target.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headgate-deploy-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true });
});

const instance = (endpoint: string) => ({ endpoint, temp: '/tmp/hg' });

describe('the environment of a deploy into the local AWS', () => {
  test('the user’s own AWS settings stay out', () => {
    vi.stubEnv('AWS_PROFILE', 'production');
    vi.stubEnv('AWS_SESSION_TOKEN', 'real');
    const env = childEnv(localEnv(instance('http://127.0.0.1:4566')));
    expect(env).not.toHaveProperty('AWS_PROFILE');
    expect(env).not.toHaveProperty('AWS_SESSION_TOKEN');
    expect(env).toMatchObject({
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_REGION: 'us-east-1',
    });
    expect(env.PATH?.split(':')[0]).toBe(toolsDir);
  });

  test('over TLS, every client is told whom to trust, before any bundle of the user', () => {
    vi.stubEnv('REQUESTS_CA_BUNDLE', '/corporate.pem');
    const env = childEnv(localEnv(instance('https://127.0.0.1:4567')));
    const certificate = '/tmp/hg/ministack-tls/server.crt';
    for (const name of ['NODE_EXTRA_CA_CERTS', 'AWS_CA_BUNDLE', 'REQUESTS_CA_BUNDLE'])
      expect(env[name]).toBe(certificate);
  });
});

describe('which AWS a command talks to', () => {
  test('an endpoint that is named wins, with keys that emulators take', async () => {
    const target = await findTarget({ AWS_ENDPOINT_URL: 'http://emulator:1' });
    expect(target).toMatchObject({ kind: 'endpoint', label: 'http://emulator:1' });
    expect(target.env).toMatchObject({ AWS_ACCESS_KEY_ID: 'test', AWS_REGION: 'us-east-1' });
  });

  test('keys and a profile of the user are left alone', async () => {
    const env = {
      AWS_ENDPOINT_URL: 'http://emulator:1',
      AWS_PROFILE: 'dev',
      AWS_REGION: 'eu-west-1',
    };
    expect((await findTarget(env)).env).toEqual({ AWS_REGION: 'eu-west-1' });
  });

  test('real AWS when that is asked for', async () => {
    const target = await findTarget({ HEADGATE_TARGET: 'aws', AWS_REGION: 'eu-west-1' });
    expect(target).toEqual({ kind: 'aws', label: 'AWS, eu-west-1', env: {} });
  });
});

describe('the digest of an assembly', () => {
  const write = (name: string, text: string) => writeFile(join(dir, name), text);

  test('follows templates and assets, and nothing that holds a path', async () => {
    await write('A.template.json', '{}');
    await write('A.assets.json', '{}');
    await write('manifest.json', '/clone/one');
    const before = await assemblyDigest(dir);
    await write('manifest.json', '/clone/two');
    expect(await assemblyDigest(dir)).toBe(before);
    await write('A.assets.json', '{"files":{}}');
    expect(await assemblyDigest(dir)).not.toBe(before);
  });
});

test('context becomes flags of the CDK', () => {
  expect(contextFlags({ 'headgate:architecture': 'x64' })).toEqual([
    '-c',
    'headgate:architecture=x64',
  ]);
});

test('a stack that lacks an output is told, with what is missing', async () => {
  const file = join(dir, 'outputs.json');
  await writeFile(file, JSON.stringify({ Headgate: { LandingBucket: 'l' } }));
  await expect(readOutputs(file, 'Headgate')).rejects.toThrow('missing: CleanBucket');
});

describe('the digest of the sources', () => {
  const files = [
    'adapters/a.ts',
    'core/a.ts',
    'datasets/a.ts',
    'functions/a.ts',
    'layers/a.ts',
    'lib/a.ts',
  ];
  const single = ['bin/app.ts', 'cdk.json', 'package-lock.json', 'package.json', 'tsconfig.json'];
  const write = async (name: string, text: string) => {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), text);
  };

  test('follows what the stack is built from and its settings, and nothing else', async () => {
    for (const name of [...files, ...single]) await write(name, '1');
    const before = await sourcesDigest({}, dir);
    for (const name of [
      'layers/duckdb/.build/x',
      'datasets/samples/x.csv',
      'test/x.ts',
      'bin/x.ts',
    ])
      await write(name, '1');
    expect(await sourcesDigest({}, dir)).toBe(before);
    expect(await sourcesDigest({ a: 'b' }, dir)).not.toBe(before);
    for (const name of [...files, ...single]) {
      await write(name, '2');
      expect(await sourcesDigest({}, dir), name).not.toBe(before);
      await write(name, '1');
    }
  });
});
