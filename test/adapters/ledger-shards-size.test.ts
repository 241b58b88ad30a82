import { expect, test } from 'vitest';
import { shardItem, toShard } from '../../adapters/ledger-items.ts';
import type { ShardEntry } from '../../core/stream/segment.ts';

/** What DynamoDB keeps in an item. */
const itemBytesMax = 400 * 1024;
/** Rows of the shortest kind that two datasets can take, aggregated into a batch of 4.5 MB. */
const most = 180_000;

const entryOf = (rows: number): ShardEntry => ({
  ...{ stream: 'Events', shard: 'shardId-000000000000', checkpoint: '4', turn: 3 },
  segment: {
    ...{ from: '5', to: '9', records: 5, objects: ['a', 'b', 'c', 'd'] },
    // As hard to pack as it can be: a walk without a pattern.
    places: Array.from({ length: rows }, (_, at) => (Math.imul(at + 1, 0x9e3779b1) >>> 13) % 4),
  },
});

test.each([1, 100, most])('a segment of %d rows fits into the ledger, and comes back', (rows) => {
  const entry = entryOf(rows);
  const item = shardItem(entry);
  const { S = '', B = new Uint8Array() } = item.segment ?? {};
  expect(S.length + B.length).toBeGreaterThan(0);
  expect(S.length + B.length).toBeLessThan(itemBytesMax / 2);
  expect(toShard(item)).toEqual(entry);
});
