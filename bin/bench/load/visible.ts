import { literal } from '../../../core/sql.ts';
import { datasets } from '../../../datasets/index.ts';
import { UserError } from '../../console/errors.ts';
import { runQuery } from '../../query/query.ts';
import type { DeployedStack } from '../../world.ts';
import type { LoadDoor } from './senders.ts';

/** What of the records that were sent can be read in the table. */
export type Visible = {
  readonly rows: number;
  readonly distinct: number;
  /** From when a record was due to when its run was published, in milliseconds; null of none. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly maxMs: number | null;
};

const numberOrNull = (value: unknown): number | null => (value === null ? null : Number(value));

/** Reads the published table, and the ledger for when each row's run was published. */
export const visibleOf = async (
  stack: DeployedStack,
  { dataset, id }: Pick<LoadDoor, 'dataset' | 'id'>,
  tag: string,
): Promise<Visible> => {
  const sql = `
    WITH own AS (
      SELECT ${id} AS id, epoch_ms(updated_at) - split_part(${id}, '-', 2)::BIGINT AS ms
      FROM curated.${dataset} JOIN ledger.runs ON _run = run_id
      WHERE starts_with(${id}, ${literal(`${tag}-`)})
    )
    SELECT count(*), count(DISTINCT id), quantile_cont(ms, 0.5), quantile_cont(ms, 0.95), max(ms)
    FROM own`;
  const { chunks } = await runQuery({
    ...{ sql, sources: { stack, datasets }, scope: stack.where },
    ...{ maxBytes: 2e9, instead: 'Take a fresh local AWS.', tell: () => undefined },
  });
  for await (const chunk of chunks)
    for (const [rows, distinct, p50, p95, most] of chunk)
      return {
        ...{ rows: Number(rows), distinct: Number(distinct) },
        ...{ p50Ms: numberOrNull(p50), p95Ms: numberOrNull(p95), maxMs: numberOrNull(most) },
      };
  throw new UserError({ what: `The query over ${dataset} told nothing.` });
};
