import type { Sleep } from '../core/ports.ts';
import { Receipt } from '../core/push/receipt.ts';
import { systemSleep } from './clock.ts';

/** What an API answered: the receipt, or why there is none, as it says itself. */
export type Pushed =
  | { readonly kind: 'receipt'; readonly receipt: Receipt }
  | { readonly kind: 'refused'; readonly status: number; readonly problem: string };

export type PushCall = {
  readonly url: string;
  readonly key: string;
  readonly dataset: string;
  readonly idempotencyKey: string;
  readonly body: Uint8Array<ArrayBuffer>;
};

/** Calls before the last answer is taken for the answer. */
const triesMax = 6;
const firstWaitMs = 500;
const isPassing = (status: number): boolean => status === 429 || status >= 500;

/** Sends JSON Lines to the API; what may pass is tried again, which the key makes harmless. */
export const pushRecords = async (call: PushCall, sleep: Sleep = systemSleep): Promise<Pushed> => {
  for (let turn = 1; ; turn += 1) {
    const answer = await send(call).catch((error: unknown) => {
      if (turn === triesMax) throw error;
      return undefined;
    });
    if (answer !== undefined && (turn === triesMax || !isPassing(answer.status)))
      return pushedOf(answer);
    await sleep(firstWaitMs * 2 ** (turn - 1));
  }
};

type Answer = { readonly status: number; readonly text: string };

/** One call with its whole answer: one that breaks off in its middle is none. */
const send = async ({ url, key, dataset, idempotencyKey, body }: PushCall): Promise<Answer> => {
  const path = `/datasets/${encodeURIComponent(dataset)}/records`;
  const answer = await fetch(`${url.replace(/\/$/, '')}${path}`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-ndjson',
      'Idempotency-Key': idempotencyKey,
      'x-api-key': key,
    },
    body,
  });
  return { status: answer.status, text: await answer.text() };
};

const pushedOf = ({ status, text }: Answer): Pushed =>
  status === 202
    ? { kind: 'receipt', receipt: Receipt.parse(JSON.parse(text)) }
    : { kind: 'refused', status, problem: problemText(text) };

const problemText = (text: string): string => {
  try {
    const { title, detail }: { title?: unknown; detail?: unknown } = Object(JSON.parse(text));
    return [title, detail].filter((part) => typeof part === 'string').join(' ');
  } catch {
    return text.slice(0, 200);
  }
};
