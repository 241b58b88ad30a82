import { PermanentError, ResourceError, TransientError } from '../core/errors.ts';

/** What a log line may carry: ids, codes and counts. Never a value of a row. */
export type LogFields = Readonly<
  Record<string, string | number | boolean | null | readonly string[]>
>;
export type Log = Readonly<
  Record<'info' | 'warn' | 'error', (message: string, fields: LogFields) => void>
>;

/** An error's text as it leaves: longer ones are cut, since Step Functions carries them. */
const messageCharsMax = 300;

/** What a log line says of an error: no message but ours, no cause but its name and place. */
export const errorFields = (error: unknown): LogFields => ({
  error: nameOf(error),
  detail: ownMessage(error),
  at: frames(error),
  cause: error instanceof Error && error.cause !== undefined ? nameOf(error.cause) : null,
  causeAt: error instanceof Error ? frames(error.cause) : [],
});

/**
 * An error that nobody classified is a bug, and a bug is the same the next time: it is permanent.
 * To call it transient would retry it until the run's attempts are used up.
 */
export const leaving = (error: unknown): TransientError | ResourceError | PermanentError => {
  if (error instanceof TransientError) return new TransientError(named('TransientError', error));
  if (error instanceof ResourceError) return new ResourceError(named('ResourceError', error));
  return new PermanentError(named('PermanentError', error));
};

/** The name stands in the text too: not everything that invokes a function hands its name on. */
const named = (name: string, error: unknown): string =>
  `${name}: ${ownMessage(error)}`.slice(0, messageCharsMax);

/** Our errors and assertions hold no values of rows; any other message is not repeated. */
const ownMessage = (error: unknown): string => {
  const ours =
    error instanceof TransientError ||
    error instanceof ResourceError ||
    error instanceof PermanentError ||
    (error instanceof Error && error.message.startsWith('assertion failed: '));
  const message = ours ? error.message : `unexpected ${nameOf(error)}`;
  return message.slice(0, messageCharsMax);
};

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

/** Where an error was thrown: the stack's lines without its first, which is the message. */
const frames = (error: unknown): readonly string[] => {
  if (!(error instanceof Error)) return [];
  const lines = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return lines.slice(0, 8).map((line) => line.trim());
};
