import { fstatSync } from 'node:fs';
import type { Dataset } from '../../core/dataset.ts';
import { limits } from '../../core/limits.ts';
import type { MendableFormat } from '../../core/replay/mend.ts';
import { fixedSource } from './fixed-width.ts';
import { csvSource, jsonSource, type Source, type SourceRefused } from './sources.ts';
import type { Framing } from './types.ts';

/** A small file is read at once, into no more room than it needs. */
const framingOf = (totalBytes: number): Framing => {
  const { rowBytesMax } = limits;
  const chunk = Math.min(1 << 20, Math.max(totalBytes, rowBytesMax) + CHUNK_SLACK);
  return { chunk, rowBytesMax };
};
/** Room for a row's end, and for what the framer reads past it. */
const CHUNK_SLACK = 4096;

/** A text file as rows, in the way of its format. */
export const openSource = (
  fd: number,
  dataset: Dataset,
  format: MendableFormat,
  framing?: Framing,
): Source | SourceRefused => {
  const open = format === 'csv' ? csvSource : format === 'fixed' ? fixedSource : jsonSource;
  return open(fd, dataset, framing ?? framingOf(fstatSync(fd).size));
};
