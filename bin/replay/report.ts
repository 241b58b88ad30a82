import { assertNever } from '../../core/assert.ts';
import type { RunEntry } from '../../core/ledger.ts';
import { counted, reasonLines } from '../commands/words.ts';
import type { Output } from '../console/output.ts';
import { oneLine } from '../console/table.ts';
import type { Planned } from './replay-run.ts';

/** What became of a replay, or why there is none. */
export type Replayed =
  | {
      readonly kind: 'replayed';
      readonly of: RunEntry;
      /** As the ledger has it when nobody waits any more. */
      readonly run: RunEntry;
    }
  | { readonly kind: 'done'; readonly of: RunEntry }
  | {
      readonly kind: 'refused';
      readonly of: RunEntry;
      readonly what: string;
      readonly next: string;
    };

/** Says of one run exactly what its replay would change, and what it would leave. */
export const planLines = ({ run, decision }: Planned, contractVersion: string): string[] => {
  switch (decision.kind) {
    case 'refused':
      return [`${run.runId}: not replayed. ${decision.what}`, `  ${decision.next}`];
    case 'done':
      return [
        `${run.runId}: not replayed, it is a replay by the same words and contract (--again replays it once more)`,
      ];
    case 'join':
      return [`${run.runId}: ${decision.runId} replays it already; it would be waited for`];
    case 'claim': {
      const { files, left, replay } = decision;
      const rows = run.counts?.published ?? 0;
      return [
        `${run.runId}: replayed as its generation ${replay.replays.generation}, ${counted(files.length, 'file')}`,
        `  its ${counted(rows, 'row')} in the table ${rows === 1 ? 'is' : 'are'} replaced by what its files come to, in one snapshot`,
        run.contractVersion === contractVersion
          ? `  contract ${contractVersion}, by which it was judged before`
          : `  contract ${contractVersion}; it was judged by ${run.contractVersion}`,
        ...files.map((file) => `  again  ${oneLine(file.key)}  ${file.fileId}, ${file.state}`),
        ...left.map(({ file, why }) => `  left   ${oneLine(file.key)}  ${file.fileId}, ${why}`),
      ];
    }
    default:
      return assertNever(decision);
  }
};

/** Prints what became of one replay. */
export const printReplayed = (out: Output, replayed: Replayed): void => {
  const { kind, of } = replayed;
  if (kind === 'done') out.line(`${of.runId}: replayed before, by the same words and contract`);
  else if (kind === 'refused') {
    out.line(`${of.runId}: not replayed. ${replayed.what}`);
    out.line(`  ${replayed.next}`);
  } else {
    const { run } = replayed;
    const { published = 0, rejected = 0 } = run.counts ?? {};
    const came = run.counts === null ? '' : `, ${published} published, ${rejected} rejected`;
    const before =
      of.counts === null ? '' : ` (before: ${of.counts.published}, ${of.counts.rejected})`;
    out.line(`${of.runId} → ${run.runId}: ${run.state}${came}${came === '' ? '' : before}`);
    for (const line of reasonLines(run.reason, run.runId)) out.line(`  ${line}`);
  }
};
