import { Command } from 'commander';
import * as z from 'zod';
import type { Change } from '../../core/entities/change.ts';
import type { DatasetName } from '../../core/ids.ts';
import type { Entities } from '../../core/ports.ts';
import { stackOption, withStack } from '../world.ts';
import { type MakeCommand, parseOptions, withExamples } from './command.ts';
import { loadDatasets } from './dataset-named.ts';
import { atOption, changeLine, microsOf, withEntities } from './entity.ts';
import { counted } from './words.ts';

const EntitiesOptions = z.object({
  at: z.string().optional(),
  deleted: z.boolean().default(false),
  stack: z.string(),
  json: z.boolean().default(false),
});

/** `headgate entities`: every key of a dataset as it is now, or was. */
export const entitiesCommand: MakeCommand = ({ out, env }) => {
  const command = new Command('entities')
    .description('print what every key of a dataset is now or was at a moment, as JSON Lines')
    .argument('<dataset>', 'a dataset whose stream keeps entities')
    .addOption(atOption())
    .option('--deleted', 'those that are deleted as well')
    .option('--json', 'whole changes, with their order and their place in the stream')
    .addOption(stackOption())
    .action(async (name: string, raw: unknown) => {
      const { at, deleted, stack, json } = parseOptions(EntitiesOptions, raw);
      const dataset = withEntities(await loadDatasets(), name);
      const lineOf = json || deleted ? changeLine : rowLine;
      const count = await withStack({ out, env }, stack, ({ entities }) =>
        eachState(entities, dataset.name, { at: microsOf(at), deleted }, (change) =>
          out.line(lineOf(change)),
        ),
      );
      out.note(out.styles.faint(counted(count, 'key')));
    });
  return withExamples(command, [
    'entities inventory > inventory.jsonl',
    'entities inventory --at 2026-11-21 --deleted',
  ]);
};

const rowLine = ({ row, key }: Change): string => row ?? key;

/** The state of each key, page by page; returns how many. */
export const eachState = async (
  entities: Pick<Entities, 'states'>,
  dataset: DatasetName,
  { at, deleted }: { readonly at: number | undefined; readonly deleted: boolean },
  take: (change: Change) => void,
): Promise<number> => {
  let after: string | null = null;
  let count = 0;
  do {
    const page: Awaited<ReturnType<Entities['states']>> = await entities.states(dataset, after, at);
    const shown = page.changes.filter(({ op }) => deleted || op === 'upsert');
    for (const change of shown) take(change);
    count += shown.length;
    after = page.next;
  } while (after !== null);
  return count;
};
