import { ResourceError } from '../core/errors.ts';

/** What Node, WebAssembly and DuckDB say when memory or disk is full; none quotes a value. */
const saysFull =
  /^Out of Memory Error|No space left on device|Array buffer allocation failed|WebAssembly\.Memory/;

const isFull = (error: Error): boolean =>
  ('code' in error && error.code === 'ENOSPC') || saysFull.test(error.message);

/** A ResourceError where memory or disk was full; any other error as it is. */
export const toldFull = (error: unknown): unknown =>
  error instanceof Error && isFull(error)
    ? new ResourceError('memory or disk of the worker is full', { cause: error })
    : error;
