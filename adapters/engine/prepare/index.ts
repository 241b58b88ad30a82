import { assertNever } from '../../../core/assert.ts';
import type { FileCode, Refusal } from '../../../core/codes.ts';
import type { Dataset } from '../../../core/dataset.ts';
import type { Format } from '../../../core/landing/file-options.ts';
import { avroRows } from './avro.ts';
import { decodeText } from './decode.ts';
import { excelRows } from './excel.ts';
import { jsonRows } from './json.ts';
import { xmlRows } from './xml.ts';

export { streamRows } from './stream.ts';

/** A plain local file (decompressed, out of its archive) that has to become rows. */
export type PrepareRequest = {
  readonly path: string;
  readonly format: Format;
  readonly dataset: Dataset;
  /** Made when missing; what has to be written anew is written here. */
  readonly outDir: string;
  /** A look at a file that has no dataset yet: so many rows, under its own names. */
  readonly rowsMax?: number;
};

/** The formats that validate.ts reads; every other one becomes one of them first. */
export type PreparedFormat = Extract<Format, 'csv' | 'fixed' | 'jsonl' | 'parquet'>;

/**
 * A file that validate.ts reads. Where `path` is the request's own, nothing was copied: byte
 * ranges of rows count bytes of the plain file. Else they count bytes of the rewritten file.
 */
export type Prepared =
  | { readonly kind: 'prepared'; readonly path: string; readonly format: PreparedFormat }
  | ({ readonly kind: 'refused' } & Refusal<FileCode>);

/** Turns a plain file of any format into one that validate.ts reads; UTF-8 text is left alone. */
export const prepare = async (request: PrepareRequest): Promise<Prepared> => {
  const { format, path } = request;
  switch (format) {
    case 'parquet':
      return { kind: 'prepared', path, format };
    case 'csv':
    case 'fixed':
    case 'jsonl': {
      const text = await decodeText(request);
      return text.kind === 'refused' ? text : { kind: 'prepared', path: text.path, format };
    }
    case 'json': {
      const text = await decodeText(request);
      return text.kind === 'refused' ? text : await jsonRows({ ...request, path: text.path });
    }
    case 'avro':
      return await avroRows(request);
    case 'excel':
      return await excelRows(request);
    case 'xml': {
      const text = await decodeText(request);
      if (text.kind === 'refused') return text;
      return await xmlRows({ ...request, path: text.path }, { decoded: text.path !== path });
    }
    default:
      return assertNever(format);
  }
};
