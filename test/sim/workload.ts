import { type DoorDeed, doorDeedsOf } from './doors.ts';
import { HEAVY, POISON } from './engine.ts';
import { type Random, randomOf } from './random.ts';

/** Something that the outside world does, at a time after the start. */
export type Deed = FileDeed | DoorDeed;

export type FileDeed =
  | { readonly kind: 'put'; readonly atMs: number; readonly key: string; readonly text: string }
  /** Deletes the version that the `put` of this place among the puts made. */
  | { readonly kind: 'delete'; readonly atMs: number; readonly put: number }
  /** A person has the run of that version replayed. */
  | { readonly kind: 'replay'; readonly atMs: number; readonly put: number };

const datasets = ['sales', 'sales', 'prices', 'strict'] as const;
/** Files land within this time, some at once, and others while their forerunners still run. */
const SPREAD_MS = 20 * 60_000;

/** Some versions are deleted at once, and others long after they were published. */
const DELETED_MS = 3 * 3_600_000;

/** Rows of which some are bad and some stand twice in the file; ids are this file's own. */
const textOf = (random: Random, file: number): string => {
  const lines: string[] = [];
  const rows = random.whole(1, 6);
  for (let row = 0; row < rows; row += 1) {
    const isBad = random.chance(0.2);
    lines.push(`f${file}r${row},${isBad ? 'x' : random.whole(0, 1000)}`);
    if (random.chance(0.1)) lines.push(`f${file}r${row},${random.whole(0, 1000)}`);
  }
  return `${lines.join('\n')}\n`;
};

/** Keys that are no data, and data that nobody can read. */
const odd = (random: Random, index: number): { readonly key: string; readonly text: string } =>
  random.pick([
    { key: 'sales/_SUCCESS', text: '' },
    { key: `nowhere/${index}.csv`, text: 'a,1\n' },
    { key: `sales/empty-${index}.csv`, text: '' },
    { key: `sales/poison-${index}.csv`, text: `p${index},1\n${POISON}\n` },
    { key: `sales/heavy-${index}.csv`, text: `${HEAVY}${index},1\n` },
    { key: `strict/heavy-${index}.csv`, text: `${HEAVY}${index},1\n` },
    { key: `strict/poison-${index}.csv`, text: `p${index},1\n${POISON}\n` },
  ]);

const keptMs = (random: Random): number =>
  Math.floor(random.next() * (random.chance(0.3) ? DELETED_MS : 60_000));

/** What happens in a history: to the landing bucket, and at the doors. */
export const workloadOf = (seed: number): readonly Deed[] => [
  ...fileDeedsOf(seed),
  ...doorDeedsOf(seed),
];

/** What happens to one landing bucket: drops, the same again, overwrites, deletions. */
export const fileDeedsOf = (seed: number): readonly FileDeed[] => {
  const random = randomOf(seed, 'workload');
  const deeds: FileDeed[] = [];
  const puts: { readonly key: string; readonly text: string }[] = [];
  const count = random.whole(1, 7);
  const spread = random.chance(0.5) ? SPREAD_MS : 2_000;
  for (let index = 0; index < count; index += 1) {
    const atMs = Math.floor(random.next() * spread);
    const before = puts[random.whole(0, Math.max(1, puts.length))];
    const dataset = random.pick(datasets);
    const fresh = { key: `${dataset}/f${index}.csv`, text: textOf(random, index) };
    const luck = random.next();
    const put =
      luck < 0.12
        ? odd(random, index)
        : before !== undefined && luck < 0.24
          ? { ...fresh, text: before.text }
          : before !== undefined && luck < 0.36
            ? { ...fresh, key: before.key }
            : fresh;
    puts.push(put);
    deeds.push({ kind: 'put', atMs, ...put });
    if (random.chance(0.1)) deeds.push({ kind: 'delete', atMs: atMs + keptMs(random), put: index });
  }
  return deeds;
};
