import { expect } from 'vitest';
import type { memoryStack } from '../support/memory-stack.ts';
import { header, row } from './sales.ts';

export type Stack = ReturnType<typeof memoryStack>;
export type Dropped = ReturnType<Stack['drop']> & { readonly key: string; readonly rows: number };

/** What a case lands, and the messages that tell of it. */
type Landed = {
  readonly objects: readonly Dropped[];
  readonly bodies: readonly string[];
};
/** One line of the catalogue: what lands and is told, and what must have become of it. */
export type Case = {
  readonly name: string;
  readonly given: (drop: Drop, stack: Stack) => Landed;
  /** Of each object, in the order they were dropped: its state, and its code or rule. */
  readonly ends: readonly (readonly [state: string, reason: string | null])[];
  /** Messages that go back to the queue, and from there to the dead letters, by their place. */
  readonly failed?: readonly number[];
  readonly more?: (stack: Stack, objects: readonly Dropped[]) => void;
  readonly before?: 'validate';
};
/** Puts a file of so many rows under a key; fewer than none: of no bytes. */
export type Drop = (key: string, from?: number, rows?: number) => Dropped;

export const PUBLISHED = ['PUBLISHED', null] as const;
/** A sound file of so many rows. */
export const content = (from: number, rows: number): string =>
  `${[header, ...Array.from({ length: rows }, (_, at) => row(from + at))].join('\n')}\n`;
/** All of these, each told once. */
export const all = (...objects: Dropped[]): Landed => ({
  objects,
  bodies: objects.map(({ body }) => body),
});
/** One sound file under each of these keys, each with rows of its own. */
const under =
  (...keys: string[]) =>
  (drop: Drop): Landed =>
    all(...keys.map((key, at) => drop(key, at * 10 + 1)));

/** K01 to K05. */
export const named: readonly Case[] = [
  {
    name: 'K01 keys that read alike once someone decodes them are files of their own',
    given: under(
      ...['a b.csv', 'a+b.csv', 'a%20b.csv', 'a%2Fb.csv', 'a/b.csv', '😀"\'&<>?#;\\.csv'].map(
        (name) => `sales/${name}`,
      ),
    ),
    ends: Array.from({ length: 6 }, () => PUBLISHED),
  },
  {
    name: 'K02 a key that looks like a path is a name, and no place in any bucket or disk',
    given: under('sales/../../etc/passwd', 'sales//x', 'sales/./x', 'sales/C:\\x', 'sales/~root'),
    ends: Array.from({ length: 5 }, () => PUBLISHED),
  },
  {
    name: 'K02 a key whose first part is no dataset, however it looks',
    given: under('raw/../../etc/passwd', '/sales/x', './sales/x', '../sales/x', '//x'),
    ends: Array.from({ length: 5 }, () => ['QUARANTINED', 'E_NO_DATASET'] as const),
  },
  {
    name: 'K03 what tools leave beside data is ignored by a rule with a name',
    given: (drop) =>
      all(
        drop('sales/2026/', 0, -1),
        drop('sales/_SUCCESS', 0, -1),
        drop('sales/.part-0.crc'),
        drop('sales/part-0.csv.crc'),
        drop('sales/part-0.csv.tmp'),
        drop('sales/_temporary/0/part-0.csv'),
        drop('sales/part-0.csv', 5),
      ),
    ends: [
      ['IGNORED', 'folder marker'],
      ['IGNORED', 'success marker'],
      ['IGNORED', 'hidden name'],
      ['IGNORED', 'checksum file'],
      ['IGNORED', 'temporary name'],
      ['IGNORED', 'temporary folder'],
      PUBLISHED,
    ],
  },
  {
    name: 'K04 no dataset: one alarm, and no second look',
    given: under('strange/a.csv', 'Sales/a.csv', 'a.csv', 'constructor/a.csv', 'sales'),
    ends: [
      ...Array.from({ length: 4 }, () => ['QUARANTINED', 'E_NO_DATASET'] as const),
      ['QUARANTINED', 'E_KEY'],
    ],
    more: ({ telemetry, reads, objects }, dropped) => {
      expect(telemetry.counted('FilesQuarantined')).toBe(dropped.length);
      expect(reads).toEqual([]);
      const reasons = [...objects.keys()].filter((uri) => uri.includes('/_files/'));
      expect(reasons).toHaveLength(dropped.length);
    },
  },
  {
    name: 'K05 a key of 1,024 bytes, and a part of 300 characters',
    given: under(`sales/${'é'.repeat(509)}`, `sales/${'x'.repeat(300)}/a.csv`),
    ends: [PUBLISHED, PUBLISHED],
    more: ({ objects }) => {
      for (const uri of objects.keys()) expect(uri.length).toBeLessThan(200);
    },
  },
];

/** K06 and K07. */
export const again: readonly Case[] = [
  {
    name: 'K06 one notice six times over, in one batch',
    given: (drop) => {
      const object = drop('sales/a.csv');
      return { objects: [object], bodies: Array.from({ length: 6 }, () => object.body) };
    },
    ends: [PUBLISHED],
    more: ({ pipeline }) => expect(pipeline.started.size).toBe(1),
  },
  {
    name: 'K06 three versions of one key, told in reverse: each is published once',
    given: (drop) => {
      const landed = all(drop('sales/a.csv', 1), drop('sales/a.csv', 11), drop('sales/a.csv', 21));
      return { ...landed, bodies: landed.bodies.toReversed() };
    },
    ends: [PUBLISHED, PUBLISHED, PUBLISHED],
  },
  {
    name: 'K06 three versions of a whole table, told in reverse: the newest is the last',
    given: (drop) => {
      const landed = all(
        drop('prices/a.csv', 1),
        drop('prices/a.csv', 11),
        drop('prices/a.csv', 21),
      );
      return { ...landed, bodies: landed.bodies.toReversed() };
    },
    ends: [PUBLISHED, PUBLISHED, PUBLISHED],
    more: ({ tables }) => expect(tables.get('prices')?.snapshots).toHaveLength(3),
  },
  {
    name: 'K07 a version that was deleted before it was read',
    given: (drop, stack) => {
      const [kept, gone] = [drop('sales/a.csv', 1), drop('sales/a.csv', 11)];
      stack.remove(gone.key, gone.versionId);
      return all(kept, gone);
    },
    ends: [PUBLISHED, ['GONE', 'GONE']],
  },
];
