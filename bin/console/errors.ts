/** What the shell sees: done, not as it should be, or called wrongly. */
export const exitCodes = { done: 0, failed: 1, usage: 2 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The parts of a message a user can act on; `next` is a command or a deed, never a guess. */
export type UserErrorParts = {
  /** What happened, with the value. */
  readonly what: string;
  /** What is allowed instead. */
  readonly allowed?: string;
  /** What to do now. */
  readonly next?: string;
  /** @default exitCodes.failed */
  readonly exitCode?: ExitCode;
};

/** An error the user can mend: printed as sentences, without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: ExitCode;

  constructor(parts: UserErrorParts, options?: ErrorOptions) {
    super([parts.what, parts.allowed, parts.next].filter((part) => part).join('\n'), options);
    this.exitCode = parts.exitCode ?? exitCodes.failed;
  }
}

/** A wrong argument or option: exit code 2, as shells expect of usage errors. */
export const usageError = (parts: Omit<UserErrorParts, 'exitCode'>): UserError =>
  new UserError({ ...parts, exitCode: exitCodes.usage });
