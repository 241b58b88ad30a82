import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { Dataset } from '../../core/dataset.ts';
import type { FileId } from '../../core/ids.ts';
import type { Format } from '../../core/landing/file-options.ts';
import type { Compression } from '../../core/landing/sniff.ts';
import type { Counts } from '../../core/ledger.ts';
import { judgeQuality } from '../../core/validate/judge-quality.ts';
import { systemClock } from '../clock.ts';
import type { CuratedFile, Transformed } from './transform.ts';
import type { Validated } from './types.ts';

export type ValidFile = Extract<Validated, { kind: 'validated' }>;

type WrittenFile = { readonly path: string; readonly rows: number; readonly bytes: number };

type Given = {
  readonly fileId: FileId;
  readonly format: Format;
  readonly compression: Compression;
};

/** What metrics.json says of a file that was processed on this machine. */
export type Metrics = Omit<Counts, 'setAside'> &
  Given &
  Pick<
    ValidFile,
    | 'wellFormed'
    | 'nonEmpty'
    | 'reasons'
    | 'warnings'
    | 'warned'
    | 'bytes'
    | 'notes'
    | 'evolved'
    | 'setAside'
    | 'drift'
  > & {
    readonly dataset: string;
    /** Share of readable rows with a value, per field. */
    readonly completeness: Readonly<Record<string, number>>;
    /** What is compared with earlier runs is unknown here: there are none. */
    readonly quality: ReturnType<typeof judgeQuality>;
    readonly unmatched: Transformed['unmatched'];
    /** Rows of the table; not `published` where steps make several rows, or groups, of rows. */
    readonly tableRows: number;
    readonly facts: Transformed['facts'];
    readonly profile: Transformed['profile'];
    readonly files: readonly WrittenFile[];
  };

/** Puts the counts of both halves together. */
export const metricsOf = (
  dataset: Dataset,
  validated: ValidFile,
  { rows, perFile, unmatched, facts, profile, setRules }: Transformed,
  files: readonly WrittenFile[],
  given: Given,
): Metrics => {
  const { rowsIn, wellFormed, nonEmpty, bytes, notes } = validated;
  const { evolved, setAside, drift } = validated;
  const rejected = validated.rejected + perFile.reduce((sum, file) => sum + file.barred, 0);
  const reasons = [...validated.reasons, ...(setRules?.reasons ?? [])];
  const warnings = [...validated.warnings, ...(setRules?.warnings ?? [])];
  const warned = validated.warned + (setRules?.warned ?? 0);
  const deduplicated = perFile.reduce((sum, file) => sum + file.deduplicated, 0);
  const published = perFile.reduce((sum, file) => sum + file.published, 0);
  const counts = { rowsIn, published, rejected, deduplicated };
  const share = (cells: number): number => (wellFormed === 0 ? 1 : cells / wellFormed);
  return {
    dataset: dataset.name,
    ...given,
    ...counts,
    wellFormed,
    reasons,
    warnings,
    warned,
    nonEmpty,
    completeness: Object.fromEntries(
      Object.entries(nonEmpty).map(([name, cells]) => [name, share(cells)]),
    ),
    quality: judgeQuality(
      dataset,
      { counts, validated: [validated], transformed: { unmatched, facts } },
      [],
      systemClock(),
    ),
    unmatched,
    tableRows: rows,
    facts,
    profile,
    bytes,
    notes,
    evolved,
    setAside,
    drift,
    files,
  };
};

/** Partitions as people read them: COPY writes Iceberg's numbers. */
export const namePartitions = async (
  dataset: Dataset,
  outDir: string,
  files: readonly CuratedFile[],
): Promise<WrittenFile[]> => {
  const written: WrittenFile[] = [];
  for (const { path, stats } of files) {
    const values = (stats.partition_keys ?? []).map(({ value }) => value);
    const folders = dataset.partition.map(({ column, transform }, index) => {
      const value = values[index] ?? null;
      return `${column}_${transform}=${value === null ? 'null' : periodOf(transform, value)}`;
    });
    const target = join(outDir, 'curated', ...folders, basename(path));
    if (target !== path) {
      await mkdir(dirname(target), { recursive: true });
      await rename(path, target);
    }
    const rows = Number(stats.count);
    written.push({ path: relative(outDir, target), rows, bytes: Number(stats.file_size_bytes) });
  }
  const left = files.map(({ path }) => relative(join(outDir, 'curated'), path).split('/'));
  for (const [first = ''] of left) {
    if (!first.startsWith('__partition')) continue;
    await rm(join(outDir, 'curated', first), { recursive: true, force: true });
  }
  return written;
};

/** Years, months and days since 1970, as a date that ends where they do. */
const periodOf = (transform: 'year' | 'month' | 'day', value: string): string => {
  const since = Number(value);
  const [month, days] = [transform === 'month' ? since : 0, transform === 'day' ? since : 0];
  const years = transform === 'year' ? since : 0;
  const date = new Date(Date.UTC(1970 + years, month, 1 + days)).toISOString();
  return date.slice(0, { year: 4, month: 7, day: 10 }[transform]);
};
