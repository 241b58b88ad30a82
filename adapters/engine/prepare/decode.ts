import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FileCode, Refusal } from '../../../core/codes.ts';
import type { Dataset } from '../../../core/dataset.ts';
import { Refused } from '../../../core/errors.ts';
import { encodingOf, type FileEncoding } from '../../../core/landing/encoding.ts';
import { intoFile } from '../../into-file.ts';
import { transcoder } from './transcode.ts';

export type DecodeRequest = {
  readonly path: string;
  readonly dataset: Pick<Dataset, 'files'>;
  readonly outDir: string;
};

/** Text as UTF-8: the file itself when it was that already. */
export type Decoded =
  | { readonly kind: 'decoded'; readonly path: string }
  | ({ readonly kind: 'refused' } & Refusal<FileCode>);

const headBytes = 4096;
const chunkBytes = 1 << 18;

/** Writes a text file anew in UTF-8, unless it is UTF-8: then nothing is read but its beginning. */
export const decodeText = async (request: DecodeRequest): Promise<Decoded> => {
  const { path, dataset, outDir } = request;
  const found = encodingOf(await headOf(path), dataset.files.encoding);
  if (found.kind === 'refused') return found;
  if (found.encoding === 'utf-8') return { kind: 'decoded', path };
  await mkdir(outDir, { recursive: true });
  const decoded = join(outDir, 'decoded');
  try {
    await transcodeFile(path, found.mark, found.encoding, decoded);
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refused', ...error.refusal };
    throw error;
  }
  return { kind: 'decoded', path: decoded };
};

const headOf = async (path: string): Promise<Buffer> => {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
};

const transcodeFile = async (
  path: string,
  from: number,
  encoding: Exclude<FileEncoding, 'utf-8'>,
  to: string,
): Promise<void> => {
  const { write, end } = transcoder(encoding, from);
  async function* transcoded(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) yield write(chunk);
    end();
  }
  const source = createReadStream(path, { start: from, highWaterMark: chunkBytes });
  await intoFile(to, (file) => pipeline(source, transcoded, file));
};
