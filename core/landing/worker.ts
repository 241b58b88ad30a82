import type { PartPointer, PlannedFile } from '../documents.ts';
import { limits } from '../limits.ts';

/** The functions that touch every row come in two sizes; lib/stages.ts says what each has. */
export type Worker = 'small' | 'large';

/** A part as the pipeline hands it out: which worker gets it is the pipeline's business alone. */
export type PartItem = PartPointer & { readonly worker: Worker };

/** How many times larger rows are than their compressed bytes, for most text. */
const INFLATION = 8;

/** Formats that are compressed in themselves, and of which much is held in memory at once. */
const dense: readonly PlannedFile['format'][] = ['excel', 'parquet', 'avro'];

type Sized = Pick<PlannedFile, 'sizeBytes' | 'compression' | 'format'>;

const expectedBytes = ({ sizeBytes, compression, format }: Sized): number =>
  compression === 'none' && !dense.includes(format) ? sizeBytes : sizeBytes * INFLATION;

/**
 * Which worker these files are for, as far as can be told from outside. It may be wrong: what a
 * small worker cannot do goes to a large one all the same.
 */
export const workerFor = (files: readonly Sized[]): Worker =>
  files.reduce((sum, file) => sum + expectedBytes(file), 0) > limits.smallWorkerBytesMax
    ? 'large'
    : 'small';
