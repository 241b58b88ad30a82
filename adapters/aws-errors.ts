import { PermanentError, TransientError } from '../core/errors.ts';

/** Names under which AWS services say "later"; the SDK knows most, not all, by their traits. */
const transientNames: ReadonlySet<string> = new Set([
  'BandwidthLimitExceeded',
  'ExecutionLimitExceeded',
  'ExpiredTokenException',
  'InternalError',
  'InternalServerError',
  'KMSThrottlingException',
  'LimitExceededException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestTimeout',
  'RequestTimeoutException',
  'RequestTimeTooSkewed',
  'ServiceUnavailable',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TimeoutError',
  'TooManyRequestsException',
  'TransactionConflictException',
  'TransactionInProgressException',
]);

/** Node's names for a connection that broke or was never made. */
const networkCodes: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** A cancelled transaction has one reason per action; any of these means it may pass next time. */
const transientReasons: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceeded',
  'ThrottlingError',
  'TransactionConflict',
]);

/** A message of the service is kept up to here: enough to name the missing right. */
const messageCharsMax = 200;

/**
 * Every failure of an AWS call as one of our two errors. `doing` is our own sentence; of the
 * service's only refusals are repeated, since they alone tell an operator what to grant.
 */
export const classified = (error: unknown, doing: string): TransientError | PermanentError => {
  if (error instanceof TransientError || error instanceof PermanentError) return error;
  const message = `${doing}: ${described(error)}`;
  return isTransient(error)
    ? new TransientError(message, { cause: error })
    : new PermanentError(message, { cause: error });
};

/** The value of an AWS call, or its failure as one of our two errors. */
export const calling = async <T>(doing: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    throw classified(error, doing);
  }
};

/** The name of a failure, for adapters that answer some of them with a value. */
export const errorName = (error: unknown): string =>
  error instanceof Error ? error.name : typeof error;

/** HTTP status of a failed AWS call; undefined when no answer came. */
export const httpStatus = (error: unknown): number | undefined => {
  const metadata = property(error, '$metadata');
  const status = property(metadata, 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
};

const isTransient = (error: unknown): boolean => {
  const status = httpStatus(error);
  const code = property(error, 'code');
  return (
    transientNames.has(errorName(error)) ||
    property(error, '$retryable') !== undefined ||
    (typeof code === 'string' && networkCodes.has(code)) ||
    status === 429 ||
    (status !== undefined && status >= 500) ||
    cancellationCodes(error).some((reason) => transientReasons.has(reason))
  );
};

const described = (error: unknown): string => {
  const name = errorName(error);
  const reasons = cancellationCodes(error).filter((reason) => reason !== 'None');
  if (reasons.length > 0) return `${name} (${[...new Set(reasons)].join(', ')})`;
  const refused = name.startsWith('AccessDenied') && error instanceof Error;
  return refused ? `${name}: ${error.message.slice(0, messageCharsMax)}` : name;
};

/** Codes of a TransactionCanceledException, one per action; empty for every other failure. */
export const cancellationCodes = (error: unknown): readonly string[] => {
  const reasons = property(error, 'CancellationReasons');
  if (!Array.isArray(reasons)) return [];
  return reasons.map((reason: unknown) => String(property(reason, 'Code') ?? 'None'));
};

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
