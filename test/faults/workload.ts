import { type Random, randomOf } from '../sim/random.ts';
import { type Content, refusedContent, rowsContent, type Table, tables } from './contents.ts';

/** A file that lands at a time after the start. */
export type Landing = { readonly atMs: number; readonly key: string; readonly content: Content };

const filesMax = 6;
/** Files land within this time, or all at once. */
const spreadMs = 2_500;

const fresh = (random: Random, table: Table, id: string): Content => {
  const luck = random.next();
  // Where a file is the whole table, one that is refused or held leaves it as it was.
  const isLenient = table !== 'customers';
  if (isLenient && luck < 0.12) return refusedContent(random, table, id);
  if (isLenient && luck < 0.22) return rowsContent(random, table, id, 'many');
  return rowsContent(random, table, id, luck < 0.5 ? 'few' : 'none');
};

/**
 * What a seed lands: new files, the same bytes under another key, and new bytes under the same.
 * `tag` keeps the keys and rows of one run apart from those of all others on the same stack.
 */
export const workloadOf = (seed: number, tag: string): readonly Landing[] => {
  const random = randomOf(seed, 'workload');
  const landings: Landing[] = [];
  const own = tables.filter(() => random.chance(0.6));
  const [first = 'orders', ...others] = own;
  const count = random.whole(1, filesMax + 1);
  const isAtOnce = random.chance(0.3);
  for (let file = 0; file < count; file += 1) {
    const table = random.pick([first, ...others]);
    const id = `${tag}f${file}`;
    const key = `${table}/faults/${tag}/${file}.csv`;
    const before = landings[random.whole(0, landings.length + 2)];
    const isAgain = before !== undefined && before.content.table === table;
    const content = isAgain && random.chance(0.5) ? before.content : fresh(random, table, id);
    const isCopy = isAgain && content === before.content;
    const atMs = isAtOnce ? 0 : random.whole(0, spreadMs);
    landings.push({ atMs, key: isAgain && !isCopy ? before.key : key, content });
  }
  return landings.toSorted((a, b) => a.atMs - b.atMs);
};
