import type { Sleep } from '../core/ports.ts';
import { Receipt } from '../core/push/receipt.ts';
import { callApi, problemText } from './api-client.ts';
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

/** Sends JSON Lines to the API; the key of the call makes it harmless to say it again. */
export const pushRecords = async (
  { url, key, dataset, idempotencyKey, body }: PushCall,
  sleep: Sleep = systemSleep,
): Promise<Pushed> => {
  const { status, text } = await callApi(
    {
      ...{ url, key, method: 'POST', body },
      path: `/datasets/${encodeURIComponent(dataset)}/records`,
      headers: { 'Content-Type': 'application/x-ndjson', 'Idempotency-Key': idempotencyKey },
    },
    sleep,
  );
  return status === 202
    ? { kind: 'receipt', receipt: Receipt.parse(JSON.parse(text)) }
    : { kind: 'refused', status, problem: problemText(text) };
};
