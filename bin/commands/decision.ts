import type { RunEntry } from '../../core/ledger.ts';
import { UserError, usageError } from '../console/errors.ts';
import { counted, reasonLines, when } from './words.ts';

/** What is told before a held run is decided about. */
export const heldLines = (run: RunEntry): string[] => [
  `${run.runId} is HELD since ${when(run.updatedAt)}`,
  ...reasonLines(run.reason, run.runId).slice(0, 2),
  ...(run.counts === null
    ? []
    : [
        `${counted(run.counts.published, 'row')} would be published, ${run.counts.rejected} of ${run.counts.rowsIn} are rejected`,
      ]),
];

/** A decision changes what others read: it is made by name, not by a slip of the finger. */
export const unconfirmed = (command: 'release' | 'discard', { runId }: RunEntry): UserError =>
  usageError({
    what: `Nothing was changed: ${command} asks for --yes.`,
    next: `npx headgate ${command} ${runId} --yes`,
  });

/** Why a run that is not held cannot be decided about. */
export const notHeld = (command: 'release' | 'discard', run: RunEntry): UserError =>
  new UserError({
    what: `${run.runId} is ${run.state}; ${command} takes a HELD run only.`,
    next: `npx headgate run ${run.runId} shows it; npx headgate runs --state HELD lists the held ones.`,
  });
