import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command, Option } from 'commander';
import * as z from 'zod';
import { digestFile } from '../../adapters/digest-file.ts';
import { type UploadCall, type UploadFile, uploadFile } from '../../adapters/upload-client.ts';
import { sha256 } from '../../core/hash.ts';
import { limits } from '../../core/limits.ts';
import { UserError, usageError } from '../console/errors.ts';
import { makeProgress } from '../console/progress.ts';
import { stackOption } from '../world.ts';
import { addCallerOptions, addressOf, callerOptions, keyFor, unreadable } from './api-caller.ts';
import {
  jsonOption,
  type MakeCommand,
  parseOptions,
  wholeNumber,
  withExamples,
} from './command.ts';
import { size } from './words.ts';

const mebibyte = 1024 * 1024;
const UploadOptions = z.object({
  ...callerOptions,
  partSize: wholeNumber(5, 5_120).optional(),
  json: z.boolean().default(false),
});

/** `headgate upload`: puts files into landing through the API, without any right in AWS. */
export const uploadCommand: MakeCommand = ({ out, env, clock }) => {
  const command = addCallerOptions(
    new Command('upload')
      .description('upload files through the API; said again, it goes on where it was cut off')
      .argument('<dataset>', 'dataset they belong to')
      .argument('<files...>', 'files on this machine'),
  )
    .addOption(
      new Option('--part-size <mebibytes>', 'send larger files in parts of this size').default(
        undefined,
        '16, of files above 100',
      ),
    )
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (dataset: string, paths: string[], raw: unknown) => {
      const options = parseOptions(UploadOptions, raw);
      const { partSize } = options;
      const key = keyFor(dataset, options);
      const sizes = await Promise.all(paths.map(sizeOf));
      const url = await addressOf({ out, env }, options);
      const progress = makeProgress(out, process.stderr, clock);
      const done: ReturnType<typeof asJson>[] = [];
      for (const [index, path] of paths.entries()) {
        const sizeBytes = sizes[index] ?? 0;
        const title = `uploading ${path} (${size(sizeBytes)})`;
        const landed = await progress.step(title, async (tell) => {
          tell('reading');
          const file = await described(path, sizeBytes, partSize);
          const idempotencyKey = keyOf(dataset, file);
          const onProgress = (sent: number) => tell(sent < sizeBytes ? size(sent) : '');
          return await sent({ url, key, dataset, idempotencyKey, file, onProgress }, done.length);
        });
        done.push(asJson(path, dataset, sizeBytes, landed));
        if (!options.json) out.line(`${path} landed as ${landed.key}`);
      }
      if (options.json) out.json(done);
      else
        out.note(
          'Landed is not published: it is judged next. What became of it: npx headgate status',
        );
    });
  return withExamples(command, [
    'upload orders orders.csv',
    'upload orders export/*.parquet --json',
    'upload orders big.csv.gz --part-size 64',
  ]);
};

const asJson = (
  file: string,
  dataset: string,
  sizeBytes: number,
  { upload, key }: { readonly upload: string; readonly key: string },
) => ({ file, dataset, sizeBytes, upload, key, state: 'LANDED' });

const sizeOf = async (path: string): Promise<number> => {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (!found.isFile())
    throw usageError({ what: `${path} is no file.`, next: 'Name the files in it.' });
  if (found.size > 0 && found.size <= limits.fileBytesMax) return found.size;
  throw usageError({
    what: `${path} has ${size(found.size)}.`,
    allowed: `A file has at least one byte, and at most ${size(limits.fileBytesMax)}.`,
    next: 'Split it and upload the pieces.',
  });
};

/** The file by its bytes; in parts where it is large, or larger than the parts asked for. */
const described = async (
  path: string,
  sizeBytes: number,
  partSize: number | undefined,
): Promise<UploadFile> => {
  const partBytes = partSize === undefined ? limits.uploadPartBytes : partSize * mebibyte;
  const inParts =
    sizeBytes > (partSize === undefined ? limits.uploadSingleBytesMax : partSize * mebibyte);
  const digest = await digestFile(path, partBytes);
  return {
    ...{ path, name: basename(path), sizeBytes, sha256: digest.sha256 },
    parts: inParts ? { sizeBytes: partBytes, sha256: digest.parts } : null,
  };
};

/** The same file to the same dataset is the same upload, whenever it is made. */
const keyOf = (dataset: string, { name, sizeBytes, sha256: bytes, parts }: UploadFile): string =>
  sha256(['upload', dataset, name, sizeBytes, bytes, parts?.sizeBytes ?? 0].join('\0'));

const sent = async (call: UploadCall, before: number) => {
  const { path } = call.file;
  const said = {
    allowed: before === 0 ? 'Nothing has landed.' : `The ${before} files before it have landed.`,
    next: 'Mend the cause and say the same again: what has come is not sent twice.',
  };
  const uploaded = await uploadFile(call).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError({ what: `${path} was not uploaded: ${why}.`, ...said }, { cause: error });
  });
  if (uploaded.kind === 'landed') return uploaded;
  throw new UserError({
    what: `${path} was refused (${uploaded.status}): ${uploaded.problem}`,
    ...said,
  });
};
