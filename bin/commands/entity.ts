import { Command, Option } from 'commander';
import * as z from 'zod';
import type { Dataset } from '../../core/dataset.ts';
import { type Change, type Entity, saysTheSame } from '../../core/entities/change.ts';
import { keyFrom } from '../../core/entities/key.ts';
import type { Entities } from '../../core/ports.ts';
import { UserError, usageError } from '../console/errors.ts';
import type { Output } from '../console/output.ts';
import { stackOption, withStack } from '../world.ts';
import { jsonOption, type MakeCommand, parseOptions, withExamples } from './command.ts';
import { declared, loadDatasets } from './dataset-named.ts';
import { momentOf } from './moment.ts';
import { counted } from './words.ts';

const EntityOptions = z.object({
  at: z.string().optional(),
  history: z.boolean().default(false),
  stack: z.string(),
  json: z.boolean().default(false),
});

/** Changes read at a time, and shown of one key at most. */
const pageMax = 1_000;
const changesMax = 100_000;

/** `headgate entity`: what a key is now, or was, and how it came to be so. */
export const entityCommand: MakeCommand = ({ out, env }) => {
  const command = new Command('entity')
    .description('show what a key is now or was at a moment, or every change of it')
    .argument('<dataset>', 'a dataset whose stream keeps entities')
    .argument('<key...>', 'the fields of its key, in their order')
    .addOption(atOption())
    .option('--history', 'every change, the oldest first')
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (name: string, key: string[], raw: unknown) => {
      const { at, history, stack, json } = parseOptions(EntityOptions, raw);
      const dataset = withEntities(await loadDatasets(), name);
      const entity = entityOf(dataset, key);
      const to = microsOf(at);
      const changes = await withStack({ out, env }, stack, ({ entities }) =>
        readEntity(entities, entity, { to, history }),
      );
      if (history) printHistory(out, changes, json);
      else printState(out, `${name} ${key.join(' ')}`, changes[0], json);
    });
  return withExamples(command, [
    'entity inventory SKU-1',
    'entity inventory SKU-1 --at 2026-11-21T05:00:00Z',
    'entity inventory SKU-1 --history --json',
  ]);
};

/** The same switch on both commands that can look back. */
export const atOption = (): Option =>
  new Option('--at <moment>', 'as of the changes that were made up to then (ISO 8601)');

/** All of a moment’s millisecond counts as made by then. */
export const microsOf = (at: string | undefined): number | undefined => {
  const ms = momentOf('at', at);
  return ms === null ? undefined : ms * 1000 + 999;
};

/** The dataset, whose changes must be kept. */
export const withEntities = (datasets: readonly Dataset[], name: string): Dataset => {
  const dataset = declared(datasets, name);
  if (dataset.stream?.entities !== undefined) return dataset;
  const others = datasets.filter(({ stream }) => stream?.entities !== undefined);
  throw usageError({
    what: `${name} keeps no changes of its keys.`,
    allowed: `Those that do: ${others.map((each) => each.name).join(', ') || 'none'}.`,
    next: 'Its definition can say so: stream: fromStream({ entities: … }); see docs/streams.md.',
  });
};

const entityOf = (dataset: Dataset, texts: readonly string[]): Entity => {
  const found = texts.length === dataset.key.length ? keyFrom(dataset, texts) : undefined;
  if (found !== undefined) return { dataset: dataset.name, keyHash: found.keyHash };
  throw usageError({
    what: `'${texts.join(' ')}' is no key of ${dataset.name}.`,
    allowed: `A text for each of its fields, as in a file: ${dataset.key.join(', ')}.`,
  });
};

/** The last change, or all of them; what a producer said twice is one. */
export const readEntity = async (
  entities: Entities,
  entity: Entity,
  { to, history }: { readonly to: number | undefined; readonly history: boolean },
): Promise<readonly Change[]> => {
  if (!history) {
    const newest = await entities.newest(entity, to);
    return newest === undefined ? [] : [newest];
  }
  const changes: Change[] = [];
  let after: string | null = null;
  do {
    const made = to === undefined ? {} : { to };
    const page = await entities.history(entity, made, { after, limit: pageMax });
    for (const change of page.changes) {
      const last = changes.at(-1);
      if (last === undefined || !saysTheSame(last, change)) changes.push(change);
    }
    after = page.next;
    if (changes.length > changesMax)
      throw new UserError({
        what: `The key has more than ${counted(changesMax, 'change')}.`,
        next: 'Ask for those up to a moment: --at MOMENT.',
      });
  } while (after !== null);
  return changes;
};

/** A change as one line of JSON; the row as it is kept, with all its digits. */
export const changeLine = (change: Change): string => {
  const { key, op, row, at, order, shard, sequence } = change;
  const told = JSON.stringify({ op, at: instant(at), order, shard, sequence }).slice(1);
  return `{"key":${key},"row":${row ?? 'null'},${told}`;
};

const instant = (micros: number): string =>
  `${new Date(Math.floor(micros / 1000)).toISOString().slice(0, -1)}${String(((micros % 1000) + 1000) % 1000).padStart(3, '0')}Z`;

const printState = (out: Output, name: string, found: Change | undefined, json: boolean): void => {
  if (found === undefined) throw nothing(name);
  if (json) {
    out.line(changeLine(found));
    return;
  }
  const gone = found.op === 'delete' ? 'deleted' : 'as of';
  out.note(out.styles.faint(`${gone} ${instant(found.at)}`));
  if (found.op === 'delete') out.line(`${name} is deleted.`);
  else out.line(found.row ?? tooLarge(found));
};

const nothing = (name: string): UserError =>
  new UserError({
    what: `Nothing is known of ${name}.`,
    allowed: 'There is no change of this key, or none that was made by then.',
    next: 'What the contract does not take is no change: npx headgate rejects --dataset NAME.',
  });

const tooLarge = ({ shard, sequence }: Change): string =>
  `The row is too large to be kept here; it is in landing as ${shard} ${sequence}.`;

const columns = [
  { title: 'made' },
  { title: 'op' },
  { title: 'row' },
  { title: 'order' },
  { title: 'sequence' },
] as const;

const printHistory = (out: Output, changes: readonly Change[], json: boolean): void => {
  if (json) for (const change of changes) out.line(changeLine(change));
  else if (changes.length === 0) out.line('No change is known.');
  else
    out.table(
      columns,
      changes.map(({ at, op, row, order, sequence }) => [
        ...[instant(at), op, row ?? '', order, sequence],
      ]),
    );
};
