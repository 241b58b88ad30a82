import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** How a command of ours ended. */
export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

const longest = 16 * 1024 * 1024;

/** Runs `npx headgate …` as a user does: in a process of its own, that finds its AWS by itself. */
export const headgate = async (...args: readonly string[]): Promise<Ended> => {
  const command = ['bin/headgate.js', ...args];
  try {
    const done = await promisify(execFile)(process.execPath, command, { maxBuffer: longest });
    return { code: 0, ...done };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'number')
      throw error;
    const text = (name: string): string => String(Reflect.get(error, name));
    return { code: error.code, stdout: text('stdout'), stderr: text('stderr') };
  }
};

/** What a command printed with --json, and nothing else. */
export const headgateJson = async (...args: readonly string[]): Promise<unknown> => {
  const { stdout } = await headgate(...args, '--json');
  return JSON.parse(stdout);
};

/** The only row of a query. */
export const headgateRow = async (sql: string): Promise<unknown> => {
  const rows = await headgateJson('query', sql);
  if (!Array.isArray(rows) || rows.length !== 1) throw new Error(`not one row: ${sql}`);
  return rows[0];
};
