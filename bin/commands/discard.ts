import { Command } from 'commander';
import * as z from 'zod';
import { EpochMs, type RunId } from '../../core/ids.ts';
import type { RunEntry } from '../../core/ledger.ts';
import { discardHeld } from '../../functions/decide-run.ts';
import { oneLine } from '../console/table.ts';
import { type DeployedStack, stackOption, withStack } from '../world.ts';
import { jsonOption, type MakeCommand, parseOptions, withExamples } from './command.ts';
import { heldLines, notHeld, unconfirmed } from './decision.ts';
import { existingRun, parseRunId } from './run.ts';

const DiscardOptions = z.object({
  yes: z.boolean().default(false),
  stack: z.string(),
  json: z.boolean().default(false),
});

/** `headgate discard RUN`: gives a held run up; its files stay in landing. */
export const discardCommand: MakeCommand = ({ out, env, clock }) => {
  const command = new Command('discard')
    .description('give a held run up: nothing of it is published, its files stay in landing')
    .argument('<run-id>', 'as headgate runs --state HELD lists it')
    .option('--yes', 'do it')
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (id: string, raw: unknown) => {
      const { yes, stack, json } = parseOptions(DiscardOptions, raw);
      const runId = parseRunId(id);
      const run = await withStack({ out, env }, stack, async (opened) => {
        const found = await existingRun(opened, runId);
        if (found.state === 'HELD' && !yes) {
          for (const line of heldLines(found)) out.note(line);
          throw unconfirmed('discard', found);
        }
        return await discardRun(opened, runId, clock);
      });
      if (json) {
        out.json({ runId, state: run.state, reason: run.reason });
        return;
      }
      out.line(`${runId} is DISCARDED: ${oneLine(run.reason?.detail ?? '')}`);
      out.line('Its files stay in landing; a mended file, or the same bytes, may be dropped.');
    });
  return withExamples(command, [
    'discard orders-20261121T050000Z-0123456789',
    'discard orders-20261121T050000Z-0123456789 --yes',
  ]);
};

/** Discards a held run; one that was discarded before stays as it was. */
export const discardRun = async (
  world: Pick<DeployedStack, 'ledger' | 'caller' | 'name' | 'where'>,
  runId: RunId,
  clock: () => number,
): Promise<RunEntry> => {
  const found = await existingRun(world, runId);
  const by = { by: await world.caller(), now: EpochMs.parse(clock()) };
  const result = await discardHeld(world, runId, by);
  if (result.kind === 'discarded') return result.run;
  throw notHeld('discard', result.kind === 'not-held' ? result.run : found);
};
