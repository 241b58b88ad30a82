import type { FileCode, Refusal } from './codes.ts';

/** Trying again can help: throttling, a lost lease, a dependency that is down. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
}

/** This worker has too little memory or disk for it; a larger one may do. */
export class ResourceError extends Error {
  override readonly name = 'ResourceError';
}

/** Trying again cannot help: a bug, a missing permission, a state that may not be. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
}

/** Ends the reading of a file from inside with a refusal; whoever reads makes a value of it. */
export class Refused extends Error {
  readonly refusal: Refusal<FileCode>;
  constructor(code: FileCode, detail: string) {
    super(detail);
    this.refusal = { code, detail };
  }
}
