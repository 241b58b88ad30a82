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
  | { readonly kind: 'ministack'; readonly endpoint: string }
  | { readonly kind: 'other' };

/** `unproven`: whoever answers is only looked at, and nothing is told or believed. */
type Trust = { readonly caFile: string } | 'unproven';

const get = (url: string, trust: Trust): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = { timeout: PROBE_MS, agent: false };
    const tls =
      trust === 'unproven' ? { rejectUnauthorized: false } : { ca: readFileSync(trust.caFile) };
    const request = url.startsWith('https:')
      ? httpsRequest(url, { ...options, ...tls })
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
export const askEdition = async (
  endpoint: string,
  trust: Trust = 'unproven',
): Promise<string | null> => {
  try {
    const answer = await get(`${endpoint}/_ministack/health`, trust);
    return Health.parse(JSON.parse(answer)).edition;
  } catch {
    return null;
  }
};

/** Looks at a port before it is used, so that the message can name who has it. */
export const lookAtPort = async (port: number): Promise<Listener> => {
  if (!(await isOpen(port))) return { kind: 'nothing' };
  for (const scheme of ['http', 'https']) {
    const edition = await askEdition(`${scheme}://127.0.0.1:${port}`);
    if (edition !== null) return { kind: 'ministack', endpoint: `${scheme}://127.0.0.1:${port}` };
  }
  return { kind: 'other' };
};
