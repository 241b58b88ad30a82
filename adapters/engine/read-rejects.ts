import { join } from 'node:path';
import * as z from 'zod';
import { literal } from '../../core/sql.ts';
import { openEngine } from './instance.ts';

/** One row as the quarantine has it; longs come as texts. */
const Row = z.object({
  row: z.coerce.number(),
  byte_start: z.coerce.number().nullable(),
  byte_end: z.coerce.number().nullable(),
  reasons: z.array(z.object({ code: z.string(), field: z.string().nullable() })),
  mended: z.boolean().nullable(),
  raw: z.string().nullable(),
});

type Asked = {
  /** Rows behind this number. */
  readonly after: number;
  readonly limit: number;
  /** Null: without raw. Else with it, and no more than so many bytes, or one row. */
  readonly rawBytesMax: number | null;
};

/** Rejected rows of one Parquet file of the quarantine, by their numbers. */
export const readRejectsFile = async (workDir: string, name: string, asked: Asked) => {
  const engine = await openEngine({ workDir });
  try {
    const rows = await engine.rows(pageSql(join(workDir, name), asked));
    const found = z.array(Row).parse(rows);
    const whole = asked.rawBytesMax === null ? found : fitting(found, asked.rawBytesMax);
    const page = whole.slice(0, asked.limit);
    return {
      rows: page.map(({ byte_start: byteStart, byte_end: byteEnd, raw, mended, ...row }) => ({
        ...{ ...row, byteStart, byteEnd, mended: mended === true },
        raw: raw === null ? null : Buffer.from(raw, 'base64'),
      })),
      more: found.length > page.length,
    };
  } finally {
    engine.close();
  }
};

/** One row more than asked for tells whether there are more; no more bytes than fit are read. */
const pageSql = (path: string, { after, limit, rawBytesMax }: Asked): string => {
  // Only files with mended rows say so of each.
  const from = `(SELECT * FROM read_parquet(${literal(path)})
    UNION ALL BY NAME SELECT NULL::BOOLEAN AS mended WHERE false)`;
  const page = `(SELECT * FROM ${from} WHERE _row > ${after} ORDER BY _row LIMIT ${limit + 1})`;
  const isRaw = rawBytesMax !== null;
  const before = `coalesce(sum(octet_length(raw)) OVER (ORDER BY _row ROWS BETWEEN
    UNBOUNDED PRECEDING AND 1 PRECEDING), 0)`;
  return `SELECT _row AS row, byte_start, byte_end, reasons, mended,
      ${isRaw ? 'to_base64(raw)' : 'NULL'} AS raw
    FROM (SELECT *, ${isRaw ? before : '0'} AS bytes_before FROM ${page})
    WHERE bytes_before <= ${rawBytesMax ?? 0} ORDER BY _row`;
};

/** Rows as long as all of them fit, and at least one. */
const fitting = <T extends { readonly raw: string | null }>(
  rows: readonly T[],
  max: number,
): T[] => {
  let bytes = 0;
  return rows.filter(({ raw }, index) => {
    bytes += Buffer.byteLength(raw ?? '', 'base64');
    return index === 0 || bytes <= max;
  });
};
