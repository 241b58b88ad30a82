import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { withTools } from '../local/cdk.ts';
import { root, toolsDir } from '../local/places.ts';

/** How a tool of node_modules/.bin ended. */
export type ToolEnd = { readonly status: number; readonly stdout: string; readonly text: string };

/** Runs one and keeps what it says; `text` has stdout and stderr as they came. */
export const runTool = (
  tool: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ToolEnd> =>
  new Promise((resolve, reject) => {
    const child = spawn(join(toolsDir, tool), args, {
      cwd: root,
      env: { ...env, ...withTools(env.PATH) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
      text += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ status: code ?? 1, stdout, text }));
  });

/** Runs one in the terminal's foreground: its progress and colours are its own. */
export const showTool = (
  tool: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(join(toolsDir, tool), args, {
      cwd: root,
      env: { ...env, ...withTools(env.PATH) },
      stdio: 'inherit',
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
