import * as z from 'zod';
import { assert } from '../../core/assert.ts';
import type { Dataset } from '../../core/dataset.ts';
import type { CopyRow } from '../../core/load/parquet.ts';
import { ident, list, literal } from '../../core/sql.ts';
import { changesRows, groupsRows } from '../../core/transforms/index.ts';
import type { Engine } from './instance.ts';

/** What went into the steps of a run and what came out. */
export type Conserved = {
  /** Clean rows without the duplicates. */
  readonly rows: number;
  /** Rows of the table. */
  readonly written: number;
  readonly copied: readonly CopyRow[];
  /** The relation that the steps start from. */
  readonly published: string;
  /** By which column the partners r0, r1, … are joined. */
  readonly partners: readonly string[];
};

const Rows = z.tuple([z.object({ rows: z.coerce.number() })]);

/**
 * Each clean row is published or a duplicate. Where steps make other rows of rows it is asked on
 * both sides of them: that all went in, that no join multiplied them, and, unless they end in
 * groups, that each came out as one row at least.
 */
export const checkConserved = async (
  engine: Engine,
  { transforms }: Dataset,
  { rows, written, copied, published, partners }: Conserved,
): Promise<void> => {
  if (!changesRows(transforms)) {
    assert(written === rows, `each clean row is published or a duplicate: ${written} of ${rows}`);
    return;
  }
  const count = async (sql: string): Promise<number> =>
    Rows.parse(await engine.rows(`SELECT count(*) AS rows FROM ${sql}`))[0].rows;
  const given = await count(published);
  assert(
    given === rows,
    `each clean row is given to the steps or a duplicate: ${given} of ${rows}`,
  );
  for (const [index, on] of partners.entries()) {
    const twice = await count(
      `(SELECT ${ident(on)} FROM r${index} GROUP BY 1 HAVING count(*) > 1)`,
    );
    assert(twice === 0, `each row has one partner at most: ${twice} values of ${on} have more`);
  }
  if (groupsRows(transforms) || copied.length === 0) return;
  const paths = list(copied.map(({ filename }) => literal(filename)));
  const came = await count(
    `(SELECT DISTINCT _file, _row FROM read_parquet([${paths}], hive_partitioning = false))`,
  );
  assert(came === rows, `each row that is given comes out as one or more: ${came} of ${rows}`);
};
