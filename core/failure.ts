import * as z from 'zod';
import type { Fence, FileId } from './ids.ts';
import { type RunEntry, type RunState, terminalRunStates } from './ledger.ts';
import { limits } from './limits.ts';

/** What the pipeline caught. `Cause` is JSON from Lambda, and free text from Step Functions. */
export const CaughtError = z.object({
  Error: z.string().default('Unknown'),
  Cause: z.string().default(''),
});
export type CaughtError = z.infer<typeof CaughtError>;

/** A failure as the quarantine stage finds it. */
export type Failure = {
  readonly run: Pick<RunEntry, 'state' | 'fence' | 'files' | 'released'>;
  /** The attempt that failed; the run may have moved on since. */
  readonly fence: Fence;
  readonly error: CaughtError;
  /** The files of the part that failed; null when the run itself did. */
  readonly part: readonly FileId[] | null;
  /** The run's rows in the table, null when there are none; undefined when nobody looked. */
  readonly loaded?: LoadedRun | null;
};

/** A run's snapshot, and the attempt that made it; null in tables of older versions. */
export type LoadedRun = { readonly snapshotId: string; readonly attempt: Fence | null };

export type FailureDecision =
  /** The run ended, or a newer attempt owns it: there is nothing to do. */
  | { readonly kind: 'ended' }
  /** This attempt was quarantined before; a repeated call gives the same answer. */
  | { readonly kind: 'failed' }
  /** Only the table knows whether the run's rows are visible. */
  | { readonly kind: 'look-in-table' }
  /** The rows are visible: from here everything rolls forward. */
  | { readonly kind: 'publish'; readonly loaded: LoadedRun }
  | { readonly kind: 'next-attempt' }
  /** The next attempt is in the ledger, but its start may have been lost. */
  | { readonly kind: 'start-again'; readonly fence: Fence }
  | {
      readonly kind: 'quarantine-file';
      readonly fileId: FileId;
      readonly code: 'E_RESOURCE' | 'E_INTERNAL';
    }
  /** Nobody knows which file of the part is to blame: the run's next attempt has one per part. */
  | { readonly kind: 'isolate' }
  | { readonly kind: 'quarantine-run' };

/** Decides what becomes of a failed part or run. The order of the questions is the whole rule. */
export const decideFailure = (failure: Failure): FailureDecision => {
  const { run, fence, part } = failure;
  if (run.fence !== fence) return superseded(failure);
  if (run.state === 'FAILED') return { kind: 'failed' };
  if (terminalRunStates.includes(run.state)) return { kind: 'ended' };
  return part === null ? decideRun(failure) : decidePart(failure, part);
};

/** The states in which an attempt that was just recorded stands, until it does something. */
const freshStates: readonly RunState[] = ['CREATED', 'STARTED'];

const superseded = ({ run, fence, part }: Failure): FailureDecision => {
  const ours = part === null && run.fence === fence + 1 && freshStates.includes(run.state);
  return ours ? { kind: 'start-again', fence: run.fence } : { kind: 'ended' };
};

/**
 * Several files are told apart by the next attempt, whatever it was. A single one that kills its
 * worker ends as E_RESOURCE. A PermanentError is a bug or a missing right: it ends a run of one
 * file, but in a run of several it may be the one odd file's doing and takes no other with it.
 */
const decidePart = (failure: Failure, part: readonly FileId[]): FailureDecision => {
  const [fileId, ...others] = part;
  if (fileId === undefined || others.length > 0) return { kind: 'isolate' };
  if (!isPermanent(failure)) return { kind: 'quarantine-file', fileId, code: 'E_RESOURCE' };
  if (failure.run.files.length === 1) return { kind: 'quarantine-run' };
  return { kind: 'quarantine-file', fileId, code: 'E_INTERNAL' };
};

const decideRun = (failure: Failure): FailureDecision => {
  if (failure.run.state === 'LOADING') {
    const { loaded } = failure;
    if (loaded === undefined) return { kind: 'look-in-table' };
    if (loaded !== null) return { kind: 'publish', loaded };
  }
  // Attempts before a release are none of the released work's.
  const attempts = failure.fence - (failure.run.released?.work ?? 0);
  if (isPermanent(failure) || attempts >= limits.attemptsMax) return { kind: 'quarantine-run' };
  return { kind: 'next-attempt' };
};

const isPermanent = ({ error }: Failure): boolean => told(error).name === 'PermanentError';

const textCharsMax = 300;

const LambdaCause = z.object({ errorType: z.string(), errorMessage: z.string() });

/** Errors whose message is ours, or Lambda's own about a worker that died: neither quotes a row. */
const tellable = /^(TransientError|ResourceError|PermanentError|Runtime\..+|Sandbox\..+)$/;

/** Our errors say their name in their text as well; see functions/telemetry.ts. */
const ownError = /^(TransientError|ResourceError|PermanentError): (.*)$/s;

/** An error by its own name, which what invoked the function may have replaced by another. */
const told = ({ Error: name, Cause }: CaughtError): { name: string; text: string | null } => {
  const cause = LambdaCause.safeParse(fromJson(Cause));
  if (!cause.success) return { name, text: null };
  const { errorType, errorMessage } = cause.data;
  const [, ownName, ownText] = ownError.exec(errorMessage) ?? [];
  if (ownName !== undefined && ownText !== undefined) return { name: ownName, text: ownText };
  return { name, text: tellable.test(errorType) ? errorMessage : null };
};

/** What a person may read of a caught error: its name, and its message where that is safe. */
export const failureText = (error: CaughtError): string => {
  const { name, text } = told(error);
  return (text === null ? name : `${name}: ${text}`).slice(0, textCharsMax);
};

const fromJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
