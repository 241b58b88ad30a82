import * as z from 'zod';
import { sha256 } from '../hash.ts';
import { Accumulator, combined, nothing } from './accumulator.ts';
import type { Series } from './bound-rule.ts';
import { BigText, Group, scalarText } from './json.ts';
import { isWithin, overlap, type Span } from './span.ts';

/**
 * What one shard knows of one group in one stretch of event time. Only the owner of the shard
 * writes it, so that nobody waits for anybody; whoever wants a result puts those of all shards
 * together. It stays for as long as late records are to be counted: a late one that finds no pane
 * would restate its window as if nothing else had ever been in it.
 */
export const Pane = z
  .object({
    series: z.string(),
    shard: z.string(),
    group: Group,
    start: BigText,
    end: BigText,
    /**
     * The last sequence number that is in it. Panes are written one by one and the shard's
     * checkpoint after them; after a crash in between, the same events come again, and each pane
     * says for itself which of them it has.
     */
    through: BigText,
    measures: z.record(z.string(), Accumulator).readonly(),
  })
  .readonly();
export type Pane = z.output<typeof Pane>;

/** A pane as JSON. */
export const encodePane = (pane: Pane): z.input<typeof Pane> => z.encode(Pane, pane);
/** A pane out of JSON; throws when it is none. */
export const parsePane = (json: unknown): Pane => Pane.parse(json);

const GROUP_HASH_DIGITS = 32;

/** Equal for equal groups only, and as long as their values. */
export const groupText = (group: Group): string => group.map(scalarText).join(',');

const groupKeys = new WeakMap<Group, string>();

/** Identity of a group's values, 32 hex digits: short, whatever the values are. */
export const groupKey = (group: Group): string => {
  // Events and panes of a batch share their groups, and each is asked for several times.
  const known = groupKeys.get(group);
  if (known !== undefined) return known;
  const key = sha256(groupText(group)).slice(0, GROUP_HASH_DIGITS);
  groupKeys.set(group, key);
  return key;
};

const KEY_DIGITS = 20;
/** Nothing is earlier. */
const EARLIEST = 2n ** 63n;

/** An instant as digits that are in the order of time as text, also before 1970. */
export const sortableMicros = (at: bigint): string =>
  (at + EARLIEST).toString().padStart(KEY_DIGITS, '0');

/** Where a pane is kept: all of a group lie together, a shard's in the order of their time. */
export const paneKey = ({
  series,
  group,
  shard,
  start,
}: Pick<Pane, 'series' | 'group' | 'shard' | 'start'>) => ({
  partition: `${series}/${groupKey(group)}`,
  sort: `${shard}/${sortableMicros(start)}`,
});

/**
 * Panes without leftovers. Those of one shard never overlap, unless two sessions became one and
 * the swallowed pane was not removed before a crash: it is in the larger one already.
 */
export const withoutLeftovers = (panes: readonly Pane[]): readonly Pane[] =>
  panes.filter(
    (pane) =>
      !panes.some(
        (other) =>
          other.shard === pane.shard &&
          isWithin(pane, other) &&
          (other.start < pane.start || other.end > pane.end),
      ),
  );

/** The measures of all panes together. */
export const totalOf = ({ measures }: Series, panes: readonly Pane[]): Pane['measures'] =>
  Object.fromEntries(
    Object.entries(measures).map(([name, measure]) => [
      name,
      panes.reduce((sum, pane) => {
        const part = pane.measures[name];
        return part === undefined ? sum : combined(sum, part);
      }, nothing(measure)),
    ]),
  );

/** The panes of a series and group that lie in a span, at least in part. */
export const panesIn = (
  { id }: Series,
  group: Group,
  span: Span,
  panes: readonly Pane[],
): readonly Pane[] => {
  const text = groupText(group);
  return panes.filter(
    (pane) => pane.series === id && overlap(pane, span) && groupText(pane.group) === text,
  );
};
