/** Trying again can help: throttling, a lost lease, a dependency that is down. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
}

/** Trying again cannot help: a bug, a missing permission, a state that may not be. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
}
