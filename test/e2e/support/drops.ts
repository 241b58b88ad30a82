import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { FileId, RunId } from '../../../core/ids.ts';
import { fileIdOf } from '../../../core/landing/file-id.ts';
import { type FileEntry, type RunEntry, terminalRunStates } from '../../../core/ledger.ts';
import type { Stack } from './stack.ts';
import { until } from './until.ts';

/** One object version in landing, and the file it is in the ledger. */
export type Dropped = {
  readonly key: string;
  readonly versionId: string;
  readonly fileId: FileId;
  readonly bytes: Buffer;
  readonly at: Date;
};

const run = Date.now().toString(36);
let made = 0;

/** A text that no other test, and no earlier run of this one, has used. */
export const unique = (): string => {
  made += 1;
  return `${run}${process.pid.toString(36)}n${made}`;
};

/** A key under a dataset that nobody has dropped to. */
export const freshKey = (dataset: string, name: string): string =>
  `${dataset}/e2e/${unique()}/${name}`;

/** Lands bytes as any sender does. */
export const drop = async (
  { s3, outputs }: Stack,
  key: string,
  body: string | Buffer,
): Promise<Dropped> => {
  const bytes = Buffer.from(body);
  const Bucket = outputs.LandingBucket;
  const at = new Date();
  const put = await s3.send(new PutObjectCommand({ Bucket, Key: key, Body: bytes }));
  const { VersionId: versionId } = put;
  if (versionId === undefined) throw new Error('landing keeps no versions');
  const fileId = fileIdOf({ bucket: Bucket, key, versionId });
  return { key, versionId, bytes, fileId, at };
};

/** A file of datasets/samples. */
export const sample = (name: string): Promise<Buffer> => readFile(join('datasets/samples', name));

/** The file's entry once it has ended, whichever way. */
export const ended = ({ ledger }: Stack, { key, fileId }: Dropped): Promise<FileEntry> =>
  until(`the end of ${key}`, async () => {
    const file = await ledger.file(fileId);
    return file === undefined || file.state === 'CLAIMED' ? undefined : file;
  });

/** All of them, as they come. */
export const allEnded = (stack: Stack, dropped: readonly Dropped[]): Promise<FileEntry[]> =>
  Promise.all(dropped.map((each) => ended(stack, each)));

/** The run's entry once it has ended: a little after the last of its files. */
export const runEnded = ({ ledger }: Stack, runId: RunId | null): Promise<RunEntry> =>
  until(`the end of run ${runId}`, async () => {
    const entry = runId === null ? undefined : await ledger.run(runId);
    return entry !== undefined && terminalRunStates.includes(entry.state) ? entry : undefined;
  });

/** Lands a file and waits for its end and its run's. */
export const land = async (
  stack: Stack,
  key: string,
  body: string | Buffer,
): Promise<{ dropped: Dropped; file: FileEntry; run: RunEntry }> => {
  const dropped = await drop(stack, key, body);
  const file = await ended(stack, dropped);
  return { dropped, file, run: await runEnded(stack, file.runId) };
};
