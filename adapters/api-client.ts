import type { Sleep } from '../core/ports.ts';
import { systemSleep } from './clock.ts';

/** One call of the API, as any sender makes it. */
export type ApiCall = {
  readonly url: string;
  readonly key: string;
  readonly method: 'POST' | 'DELETE';
  /** Below the address of the API. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | string;
};

/** Its whole answer: one that breaks off in its middle is none. */
export type ApiAnswer = { readonly status: number; readonly text: string };

/** Calls before the last answer is taken for the answer. */
export const triesMax = 6;
const firstWaitMs = 500;
/** Before the next one of several tries; `turn` counts from 1. */
export const waitBefore = (turn: number): number => firstWaitMs * 2 ** (turn - 1);
/** Whether the same may well be taken a little later. */
export const isPassing = (status: number): boolean => status === 429 || status >= 500;

/** Calls the API; what may pass is tried again, which a key of the call makes harmless. */
export const callApi = async (call: ApiCall, sleep: Sleep = systemSleep): Promise<ApiAnswer> =>
  await trying(() => send(call), sleep);

/** Asks up to six times, with longer and longer pauses. */
export const trying = async <Answer extends { readonly status: number }>(
  ask: () => Promise<Answer>,
  sleep: Sleep,
): Promise<Answer> => {
  for (let turn = 1; ; turn += 1) {
    const answer = await ask().catch((error: unknown) => {
      if (turn === triesMax) throw error;
      return undefined;
    });
    if (answer !== undefined && (turn === triesMax || !isPassing(answer.status))) return answer;
    await sleep(waitBefore(turn));
  }
};

const send = async ({ url, key, method, path, headers, body }: ApiCall): Promise<ApiAnswer> => {
  const answer = await fetch(`${url.replace(/\/$/, '')}${path}`, {
    ...{ method, headers: { ...headers, 'x-api-key': key } },
    ...(method === 'DELETE' ? {} : { body }),
  });
  return { status: answer.status, text: await answer.text() };
};

/** What a refusal says of itself, on one line. */
export const problemText = (text: string): string => {
  try {
    const { title, detail }: { title?: unknown; detail?: unknown } = Object(JSON.parse(text));
    return [title, detail].filter((part) => typeof part === 'string').join(' ');
  } catch {
    return text.slice(0, 200);
  }
};
