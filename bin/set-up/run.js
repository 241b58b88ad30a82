import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { outerPath } from './checks.js';
import { SetUpError } from './fail.js';
import { logDir, root } from './paths.js';

/** How much of a failed tool's own words are repeated; the rest is in its log. */
const TAIL_LINES = 6;

// What npm, pip and the resolver say when nothing answers.
const NO_NETWORK =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|ECONNRESET|Failed to establish a new connection|Name or service not known|Temporary failure in name resolution|NewConnectionError|ConnectTimeout/;

/** Runs one tool with its output in a log; a failure says why in one sentence and names the log. */
export const runLogged = async (name, command, args) => {
  mkdirSync(logDir, { recursive: true });
  const log = join(logDir, `${name}.log`);
  const file = createWriteStream(log);
  const status = await new Promise((resolve, reject) => {
    const env = { ...process.env, PATH: outerPath() };
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.pipe(file, { end: false });
    child.stderr.pipe(file, { end: false });
    child.on('error', reject);
    child.on('close', resolve);
  });
  await new Promise((resolve) => file.end(resolve));
  if (status !== 0) throw new SetUpError(explain(name, log));
};

const explain = (name, log) => {
  const text = readFileSync(log, 'utf8');
  if (NO_NETWORK.test(text)) {
    return (
      `${name} could not reach its registry. Check the network or the proxy settings and try ` +
      `again; what is installed already is kept. Its own words: ${log}`
    );
  }
  const tail = text.trimEnd().split('\n').slice(-TAIL_LINES).join('\n  ');
  return `${name} failed:\n  ${tail}\nThe whole log: ${log}. Mend the cause and try again.`;
};
