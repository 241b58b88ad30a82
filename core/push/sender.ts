import * as z from 'zod';
import { sha256 } from '../hash.ts';
import { DatasetName, EpochMs } from '../ids.ts';

/**
 * Whoever sends records with a key of the API. The key itself is nowhere kept here: it is known by
 * its hash, which tells nothing of it, since keys are long and random.
 */
export const Sender = z.object({
  keyHash: z.string().regex(/^[0-9a-f]{64}$/),
  /** As API Gateway calls the key. */
  keyId: z.string().min(1),
  name: z.string().min(1),
  /** What it may send to. */
  datasets: z.array(DatasetName).min(1),
  createdAt: EpochMs,
  /** Null while it may send. */
  revokedAt: EpochMs.nullable(),
});
export type Sender = z.infer<typeof Sender>;

export const keyHashOf = (key: string): string => sha256(`headgate key\0${key}`);

/**
 * What a sender may call, as ARNs of methods. All of it at once: API Gateway keeps the answer for
 * the key, and asks again of no other dataset.
 */
export const callableBy = ({ datasets }: Sender, methodArn: string): readonly string[] => {
  const [api, stage] = methodArn.split('/', 2);
  return datasets.flatMap((dataset) => [
    `${api}/${stage}/POST/datasets/${dataset}/*`,
    `${api}/${stage}/DELETE/datasets/${dataset}/uploads/*`,
  ]);
};
