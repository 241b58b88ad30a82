import type { Shards } from '../core/ports.ts';
import { itemKeys, shardItem, toShard } from './ledger-items.ts';
import { getItem, putGuarded, type Table } from './ledger-table.ts';

/** One item of the ledger's table per shard of a stream. */
export const dynamoShards = (table: Table): Shards => ({
  shard: async (stream, shard) => {
    const item = await getItem(table, itemKeys.shard(stream, shard), `read shard ${shard}`);
    return item === undefined ? undefined : toShard(item);
  },
  move: async (turn, entry) => {
    const guard =
      turn === 0
        ? { condition: 'attribute_not_exists(pk)', values: {} }
        : { condition: '#turn = :turn', values: { turn } };
    const written = await putGuarded(table, shardItem(entry), guard, `move shard ${entry.shard}`);
    if (written.kind === 'written') return 'written';
    // Our own write may stand there: its reply was lost, and the SDK has said it again.
    const found = written.found === undefined ? undefined : toShard(written.found);
    return JSON.stringify(found) === JSON.stringify(entry) ? 'written' : 'fenced';
  },
});
