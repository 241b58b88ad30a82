import { ResourceError } from '../core/errors.ts';

/** What Node, WebAssembly and DuckDB say when memory or disk is full; none quotes a value. */
const saysFull =
  /^Out of Memory Error|No space left on device|Array buffer allocation failed|WebAssembly\.Memory/;

/** Whether memory or disk was full: then the same work may succeed in a larger worker. */
export const isFull = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && error.code === 'ENOSPC') || saysFull.test(error.message));

/** A ResourceError where memory or disk was full; any other error as it is. */
export const toldFull = (error: unknown): unknown =>
  isFull(error)
    ? new ResourceError('memory or disk of the worker is full', { cause: error })
    : error;
