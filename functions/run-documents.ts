import type * as z from 'zod';
import {
  GateDocument,
  PartDocument,
  PlanDocument,
  type RunPointer,
  TransformDocument,
  type ValidatedFile,
} from '../core/documents.ts';
import { PermanentError } from '../core/errors.ts';
import { inOrder } from '../core/landing/parts.ts';
import { cleanKeys, s3Uri } from '../core/layout.ts';
import type { Store } from '../core/ports.ts';
import type { Profile } from '../core/quality/profile.ts';

/**
 * The documents of one attempt of a run, read and written by the stages (core/documents.ts). Each
 * is the decision of its stage and never changes: `decide…` returns the one that stands. A stage
 * may run twice within an attempt, and again as a zombie when its run has long been held. A
 * released attempt goes on with the held one's work; only its gate has a document of its own.
 */
export const runDocuments = (
  store: Pick<Store, 'get' | 'put' | 'putOnce'>,
  cleanBucket: string,
  { runId, dataset, fence, attempt = fence, work = attempt }: RunPointer,
) => {
  const uri = (key: string): string => s3Uri(cleanBucket, key);
  const read = async <S extends z.ZodType>(schema: S, key: string): Promise<z.infer<S>> => {
    const parsed = schema.safeParse(JSON.parse((await store.get(uri(key))).toString('utf8')));
    if (parsed.success) return parsed.data;
    throw new PermanentError(`${uri(key)} is not what the stage before should have written`, {
      cause: parsed.error,
    });
  };
  const write = (key: string, document: object): Promise<void> =>
    store.put(uri(key), JSON.stringify(document));
  /** The first document of an attempt stays, and every later invocation goes on with that one. */
  const decide = async <S extends z.ZodType>(
    schema: S,
    key: string,
    document: z.infer<S> & object,
  ): Promise<z.infer<S>> =>
    (await store.putOnce(uri(key), JSON.stringify(document))) === 'written'
      ? document
      : await read(schema, key);

  const planKey = cleanKeys.plan(dataset, runId, work);
  const transformKey = cleanKeys.transform(dataset, runId, work);
  const gateKey = cleanKeys.gate(dataset, runId, attempt);
  const partKey = (part: number): string => cleanKeys.part(dataset, runId, work, part);
  const plan = (): Promise<PlanDocument> => read(PlanDocument, planKey);

  return {
    plan,
    decidePlan: (document: PlanDocument) => decide(PlanDocument, planKey, document),
    writeItems: async (items: readonly object[]): Promise<string> => {
      const key = cleanKeys.items(dataset, runId, fence);
      await write(key, items);
      return key;
    },
    decidePart: (document: PartDocument) => decide(PartDocument, partKey(document.part), document),
    /** All validated files of the run, in the order that decides which row of a key is first. */
    validated: async (): Promise<ValidatedFile[]> => {
      const { parts } = await plan();
      const documents = await Promise.all(
        parts.map(({ part }) => read(PartDocument, partKey(part))),
      );
      const found = new Map(
        documents.flatMap((document) => document.files).map((file) => [file.fileId, file]),
      );
      return inOrder(parts.flatMap(({ files }) => files)).flatMap(
        ({ fileId }) => found.get(fileId) ?? [],
      );
    },
    transform: (): Promise<TransformDocument> => read(TransformDocument, transformKey),
    decideTransform: (document: TransformDocument) =>
      decide(TransformDocument, transformKey, document),
    writeProfile: (profile: Profile) => write(cleanKeys.profile(dataset, runId, work), profile),
    gate: (): Promise<GateDocument> => read(GateDocument, gateKey),
    decideGate: (document: GateDocument) => decide(GateDocument, gateKey, document),
  };
};
