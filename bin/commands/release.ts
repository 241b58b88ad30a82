import { Command } from 'commander';
import * as z from 'zod';
import { assertNever } from '../../core/assert.ts';
import { EpochMs, type RunId } from '../../core/ids.ts';
import type { RunEntry } from '../../core/ledger.ts';
import { releaseHeld } from '../../functions/decide-run.ts';
import { UserError } from '../console/errors.ts';
import { type DeployedStack, stackOption, withStack } from '../world.ts';
import { jsonOption, type MakeCommand, parseOptions, withExamples } from './command.ts';
import { heldLines, notHeld, unconfirmed } from './decision.ts';
import { existingRun, parseRunId } from './run.ts';
import { when } from './words.ts';

const ReleaseOptions = z.object({
  yes: z.boolean().default(false),
  stack: z.string(),
  json: z.boolean().default(false),
});

/** `headgate release RUN`: publishes what the gate held, with the work that was done. */
export const releaseCommand: MakeCommand = ({ out, env, clock }) => {
  const command = new Command('release')
    .description('publish a held run as it is; who released it is recorded')
    .argument('<run-id>', 'as headgate runs --state HELD lists it')
    .option('--yes', 'do it')
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (id: string, raw: unknown) => {
      const { yes, stack, json } = parseOptions(ReleaseOptions, raw);
      const runId = parseRunId(id);
      const run = await withStack({ out, env }, stack, async (opened) => {
        const found = await existingRun(opened, runId);
        if (found.state === 'HELD' && !yes) {
          for (const line of heldLines(found)) out.note(line);
          throw unconfirmed('release', found);
        }
        return await releaseRun(opened, runId, clock);
      });
      if (json) {
        out.json({ runId, state: run.state, attempt: run.fence, released: run.released });
        return;
      }
      const { by = '', at = run.updatedAt } = run.released ?? {};
      out.line(`${runId} was released at ${when(at)} by ${by}; it is ${run.state}.`);
      out.line(`Follow it: npx headgate run ${runId}`);
    });
  return withExamples(command, [
    'release orders-20261121T050000Z-0123456789',
    'release orders-20261121T050000Z-0123456789 --yes',
  ]);
};

export type ReleaseWorld = Pick<
  DeployedStack,
  'ledger' | 'store' | 'start' | 'caller' | 'outputs' | 'name' | 'where'
>;

/** Releases a run, or says what is in the way and what to do. */
export const releaseRun = async (
  world: ReleaseWorld,
  runId: RunId,
  clock: () => number,
): Promise<RunEntry> => {
  await existingRun(world, runId);
  const { ledger, store, start, outputs } = world;
  const deps = { ledger, store, start, cleanBucket: outputs.CleanBucket };
  const by = { by: await world.caller(), now: EpochMs.parse(clock()) };
  const result = await releaseHeld(deps, runId, by);
  const giveUp = `npx headgate discard ${runId} --yes`;
  switch (result.kind) {
    case 'released':
      return result.run;
    case 'no-run':
      return await existingRun(world, runId);
    case 'not-held':
      throw notHeld('release', result.run);
    case 'taken':
      throw new UserError({
        what: `The bytes of file ${result.fileId} of ${runId} were dropped again: file ${result.by} has them now.`,
        allowed: 'The same bytes are published once.',
        next: `Look at the run of that file, and give this one up: ${giveUp}`,
      });
    case 'no-rows':
      throw new UserError({
        what: `${runId} has no row to publish.`,
        next: `Give it up (${giveUp}) and drop a mended file.`,
      });
    case 'work-gone':
      throw new UserError({
        what: `The work of ${runId} is gone from the clean zone, where it expires.`,
        next: `Drop the files again; they are still in landing. Then ${giveUp}`,
      });
    default:
      return assertNever(result);
  }
};
