import { headBytes, recognise } from '../../adapters/engine/recognise.ts';
import type { Dataset } from '../../core/dataset.ts';
import { sha256 } from '../../core/hash.ts';
import { FileId, type RunId } from '../../core/ids.ts';
import { isMendable, type MendableFormat, mendableFormats } from '../../core/replay/mend.ts';
import type { RejectedRow } from '../query/rejects.ts';
import type { DeployedStack } from '../world.ts';

/** What mending needs of the deployed stack. */
export type MendWorld = Pick<
  DeployedStack,
  'ledger' | 'store' | 'landing' | 'catalog' | 'outputs' | 'start' | 'caller' | 'name' | 'where'
>;

/** A rejected row as it is exported: `raw` is what one mends. */
export type ExportedRow = {
  readonly file: FileId;
  /** Key in landing. */
  readonly key: string | null;
  readonly run: RunId;
  readonly row: number;
  readonly reasons: RejectedRow['reasons'];
  readonly raw: string;
  /** True when `raw` was mended before, and is rejected still. */
  readonly mended?: true;
};

/** The same, with what only the tool needs. */
export type RejectedText = ExportedRow & {
  readonly format: MendableFormat;
  /** Hash of the bytes of `raw`. */
  readonly of: string;
};

export type Rejected = {
  readonly rows: readonly RejectedText[];
  /** Rejected rows that cannot be mended by themselves, and why. */
  readonly left: ReadonlyMap<string, number>;
};

/** Rejected rows of a run that are read at most. */
export const rejectedMax = 200_000;
const bytesMax = 2_000_000_000;

/** The rejected rows of a run, as texts that can be mended. */
export const readRejected = async (
  stack: MendWorld,
  dataset: Dataset,
  runId: RunId,
  request: { readonly tell: (text: string) => void; readonly cache?: string },
): Promise<Rejected> => {
  const { readRejects } = await import('../query/rejects.ts');
  const { rows, total } = await readRejects({
    ...{ stack, dataset, runId, limit: rejectedMax, scope: stack.where, maxBytes: bytesMax },
    instead: 'Read the quarantine bucket with Athena or Spark.',
    ...request,
  });
  const left = new Map<string, number>();
  if (total > rows.length) left.set(`beyond the first ${rejectedMax}`, total - rows.length);
  const formats = new Map<string, MendableFormat | string>();
  const mendable: RejectedText[] = [];
  for (const row of rows) {
    const format = formats.get(row.fileId) ?? (await formatOf(stack, dataset, row.fileId));
    formats.set(row.fileId, format);
    const why = whyNot(row, format);
    if (why !== undefined) left.set(why, (left.get(why) ?? 0) + 1);
    else if (isOne(format)) {
      const of = sha256(Buffer.from(row.rawBase64, 'base64'));
      mendable.push({ ...exported(row), format, of });
    }
  }
  return { rows: mendable, left };
};

const isOne = (format: string): format is MendableFormat =>
  mendableFormats.some((each) => each === format);

const whyNot = ({ byteStart }: RejectedRow, format: string): string | undefined => {
  if (!isOne(format)) return format;
  // A rule over several rows rejects a row that is sound by itself.
  return byteStart === null ? 'rejected by a rule over several rows' : undefined;
};

/** The format of a file, as the plan stage tells it; or why its rows are no texts to mend. */
const formatOf = async (
  { ledger, landing }: MendWorld,
  dataset: Dataset,
  id: string,
): Promise<MendableFormat | string> => {
  const file = await ledger.file(FileId.parse(id));
  if (file === undefined) return 'of a file that the ledger does not know';
  const head = await landing.peek(file, headBytes);
  if (typeof head === 'string') return `of a file that is ${head}`;
  const found = recognise(head, file.key, dataset);
  if (found.kind === 'refused') return 'of a file of no accepted format';
  const { format } = found.file;
  return isMendable(format) ? format : `of a file of format ${format}`;
};

const exported = (row: RejectedRow): ExportedRow => ({
  file: FileId.parse(row.fileId),
  key: row.key,
  run: row.runId,
  row: row.row,
  reasons: row.reasons,
  raw: Buffer.from(row.rawBase64, 'base64').toString('utf8'),
  ...(row.mended ? { mended: true } : {}),
});
