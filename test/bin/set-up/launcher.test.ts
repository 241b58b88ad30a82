import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../../bin/local/places.ts';

/** A clone that is set up already, with a program of ours in place of the command line. */
let clone = '';
beforeAll(() => {
  clone = realpathSync(mkdtempSync(join(tmpdir(), 'headgate-launch-')));
  cpSync(join(root, 'bin', 'set-up'), join(clone, 'bin', 'set-up'), { recursive: true });
  cpSync(join(root, 'bin', 'headgate.js'), join(clone, 'bin', 'headgate.js'));
  writeFileSync(join(clone, 'package.json'), '{"type":"module"}');
  writeFileSync(join(clone, 'package-lock.json'), '{"packages":{}}');
  const bin = join(clone, 'node_modules', '.bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(process.execPath, join(bin, 'node'));
  symlinkSync('../../bin/headgate.js', join(bin, 'headgate'));
  writeFileSync(
    join(clone, 'bin', 'headgate.ts'),
    `const [first] = process.argv.slice(2);
    if (first === 'wait') {
      process.on('SIGTERM', () => process.exit(9));
      setInterval(() => undefined, 1000);
      process.stdout.write('ready');
    } else {
      const path = process.env.PATH?.split(':')[0];
      const said = { args: process.argv.slice(2), path, node: process.version };
      process.stdout.write(JSON.stringify(said));
      process.exitCode = 7;
    }`,
  );
});
afterAll(() => rmSync(clone, { recursive: true, force: true }));

const launcher = () => join(clone, 'node_modules', '.bin', 'headgate');

describe('the launcher', () => {
  test('hands arguments and exit code through, from any directory', () => {
    const args = ['runs', '--dataset', 'a b'];
    const end = spawnSync(launcher(), args, { cwd: tmpdir(), encoding: 'utf8' });
    expect(end.status).toBe(7);
    const said: unknown = JSON.parse(end.stdout);
    expect(said).toEqual({
      args,
      path: join(clone, 'node_modules', '.bin'),
      node: process.version,
    });
  });

  test('a signal reaches the program, and its exit code comes back', async () => {
    const child = spawn(process.execPath, [join(clone, 'bin', 'headgate.js'), 'wait']);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const code = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    expect(await code).toBe(9);
  });
});

test('everything runs on the Node that Lambda has', () => {
  expect(process.versions.node.split('.')[0]).toBe('24');
});
