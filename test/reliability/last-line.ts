import { spawn } from 'node:child_process';
import { root } from '../../bin/local/places.ts';

/** Runs one of our scripts in the foreground, and keeps its exit code and the last line it says. */
export const lastLine = (
  script: string,
  args: readonly string[],
): Promise<{ readonly status: number; readonly line: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      process.stdout.write(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ status: code ?? 1, line: text.trimEnd().split('\n').at(-1) ?? '' }),
    );
  });
