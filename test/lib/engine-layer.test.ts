import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import {
  buildEngine,
  checkEngine,
  type EngineArchitecture,
  engineHash,
} from '../../layers/duckdb/build.ts';

const root = join(import.meta.dirname, '../..');
/** The layer that local AWS uses; another machine's would have to be fetched. */
const host: EngineArchitecture = process.arch === 'arm64' ? 'arm64' : 'x64';
const other: EngineArchitecture = host === 'arm64' ? 'x64' : 'arm64';
const bindings = (architecture: EngineArchitecture) =>
  `node_modules/@duckdb/node-bindings-linux-${architecture}`;

describe('the layer of this machine’s processor', () => {
  const { directory } = buildEngine(host);

  test('is checked when it is built: binaries of this kind, and not too large', () => {
    expect(() => checkEngine(directory, host)).not.toThrow();
  });

  test('would be refused for the other processor', () => {
    expect(() => checkEngine(directory, other)).toThrow(/binaries of another kind/);
  });

  test('lies where Lambda looks for modules', () => {
    const manifest = join(directory, 'nodejs/node_modules/@duckdb/node-api/package.json');
    expect(
      z.object({ name: z.string() }).parse(JSON.parse(readFileSync(manifest, 'utf8'))),
    ).toEqual(expect.objectContaining({ name: '@duckdb/node-api' }));
  });

  test('is built once', () => {
    expect(buildEngine(host).directory).toBe(directory);
  });
});

describe('a layer', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'layer-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('without a binary is refused: npm leaves one out without a word', () => {
    writeFileSync(join(directory, 'index.js'), '');
    expect(() => checkEngine(directory, host)).toThrow(/has no binary/);
  });

  test('with something that only looks like a binary is refused', () => {
    writeFileSync(join(directory, 'duckdb.node'), 'no such binary');
    expect(() => checkEngine(directory, host)).toThrow(/binaries of another kind/);
  });

  test('that Lambda would refuse for its size is refused here', () => {
    const library = join(buildEngine(host).directory, 'nodejs', bindings(host), 'libduckdb.so');
    for (const copy of ['a', 'b', 'c', 'd', 'e'].map((name) => join(directory, name))) {
      mkdirSync(copy);
      copyFileSync(library, join(copy, 'libduckdb.so'));
    }
    expect(() => checkEngine(directory, host)).toThrow(/Lambda allows/);
  });
});

describe('the lockfile', () => {
  const Lock = z.object({
    packages: z.record(z.string(), z.looseObject({ version: z.string().optional() })),
  });
  const lockOf = (path: string) =>
    Lock.parse(JSON.parse(readFileSync(join(root, path), 'utf8'))).packages;
  const layer = lockOf('layers/duckdb/package-lock.json');

  test.each(['arm64', 'x64'] as const)('has the binary for %s', (architecture) => {
    expect(layer[bindings(architecture)]).toMatchObject({
      integrity: expect.stringMatching(/^sha512-/),
    });
  });

  test('names no registry', () => {
    expect(JSON.stringify(layer)).not.toContain('"resolved"');
  });

  test('has the DuckDB that tests and the command line use', () => {
    const name = 'node_modules/@duckdb/node-api';
    expect(layer[name]?.version).toBe(lockOf('package-lock.json')[name]?.version);
  });

  test('tells the processors’ layers apart', () => {
    expect(engineHash('arm64')).not.toBe(engineHash('x64'));
  });
});
