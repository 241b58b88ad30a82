import { LOCAL_END, LOCAL_FIRST, type Overlap, type Span, type Zone } from '../zones.ts';

const micros = (seconds: number): string => (BigInt(seconds) * 1_000_000n).toString();

/** What holds from an instant of local time on, up to the next answer. */
type Answer = { readonly from: number; readonly sql: string };

/** Outside of the years that are known there is one answer too; equal neighbours are one. */
const answersOf = (
  { spans }: Zone,
  unknown: string,
  answer: (span: Span) => string,
): readonly Answer[] => {
  const known = spans
    .filter((span, index) => {
      const end = spans[index + 1]?.from ?? LOCAL_END;
      return span.from < LOCAL_END && end > LOCAL_FIRST;
    })
    .map((span) => ({ from: Math.max(span.from, LOCAL_FIRST), sql: answer(span) }));
  const all = [
    { from: Number.NEGATIVE_INFINITY, sql: unknown },
    ...known,
    { from: LOCAL_END, sql: unknown },
  ];
  return all.filter(({ sql }, index) => sql !== all[index - 1]?.sql);
};

/** A binary search; every step reads the local time, so that should be the name of a column. */
const searchSql = (localSql: string, answers: readonly Answer[]): string => {
  const half = Math.floor(answers.length / 2);
  const { [half]: middle } = answers;
  if (half === 0 || middle === undefined) return answers[0]?.sql ?? 'NULL';
  return (
    `CASE WHEN ${localSql} < ${micros(middle.from)} ` +
    `THEN ${searchSql(localSql, answers.slice(0, half))} ` +
    `ELSE ${searchSql(localSql, answers.slice(half))} END`
  );
};

/** A zone's table in SQL, asked for a local time in microseconds. */
export const zoneSql = (zone: Zone, overlap: Overlap | undefined) => {
  const twice = ({ before, after }: Span): string => {
    if (overlap === undefined) return 'NULL';
    return micros(overlap === 'first' ? before : after);
  };
  const offset = (span: Span): string => {
    if (span.before === span.after) return micros(span.after);
    return span.before < span.after ? 'NULL' : twice(span);
  };
  const skipped = ({ before, after }: Span): string => String(before < after);
  return {
    /** The instant; NULL where there is not one. */
    instant: (localSql: string): string =>
      `make_timestamptz(${localSql} - ${searchSql(localSql, answersOf(zone, 'NULL', offset))})`,
    /** Whether the clock skips it. */
    isGap: (localSql: string): string => searchSql(localSql, answersOf(zone, 'false', skipped)),
    /** Whether it is out of the years that are known. */
    isUnknown: (localSql: string): string =>
      `${localSql} < ${micros(LOCAL_FIRST)} OR ${localSql} >= ${micros(LOCAL_END)}`,
  };
};
