import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import * as z from 'zod';

/** A local server answers at once or not at all. */
const PROBE_MS = 2_000;

const Health = z.object({ edition: z.string(), version: z.string().optional() });

/** What listens at a port, as far as asking tells. */
export type Listener =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'ministack'; readonly edition: string }
  | { readonly kind: 'other' };

const get = (url: string, caFile?: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = { timeout: PROBE_MS, agent: false };
    const request = url.startsWith('https:')
      ? httpsRequest(url, caFile ? { ...options, ca: readFileSync(caFile) } : options)
      : httpRequest(url, options);
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', reject);
    request.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve(body)).on('error', reject);
    });
    request.end();
  });

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: PROBE_MS });
    const end = (open: boolean) => () => {
      socket.destroy();
      resolve(open);
    };
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false));
  });

/** MiniStack's edition at this endpoint; null when it is not MiniStack, or not (yet) there. */
export const askEdition = async (endpoint: string, caFile?: string): Promise<string | null> => {
  try {
    const answer = await get(`${endpoint}/_ministack/health`, caFile);
    return Health.parse(JSON.parse(answer)).edition;
  } catch {
    return null;
  }
};

/** Looks at a port before it is used, so that the message can name who has it. */
export const lookAtPort = async (port: number): Promise<Listener> => {
  if (!(await isOpen(port))) return { kind: 'nothing' };
  const edition = await askEdition(`http://127.0.0.1:${port}`);
  return edition === null ? { kind: 'other' } : { kind: 'ministack', edition };
};
