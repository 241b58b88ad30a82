import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Output } from '../console/output.ts';

/** The Python of the peers, or why there is none: a benchmark without them is still one. */
export type PeersPython =
  | { readonly kind: 'ready'; readonly path: string }
  | { readonly kind: 'absent'; readonly why: string };

const venvScript = fileURLToPath(new URL('venv.js', import.meta.url));

/** Makes the virtual environment where it is missing; its progress is told as it comes. */
export const peersPython = async (
  out: Output,
  env: Readonly<Record<string, string | undefined>>,
): Promise<PeersPython> => {
  const child = spawn(process.execPath, [venvScript], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  let path = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    path += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.push(text);
    out.note(text.trimEnd());
  });
  const [code] = await once(child, 'close');
  if (code === 0) return { kind: 'ready', path };
  const why = (said.at(-1) ?? '').trim().replace(/^headgate: /, '');
  return { kind: 'absent', why: why === '' ? `the set-up of Python ended with ${code}` : why };
};
