import { fromDays, toDays } from '../calendar.ts';
import { numberOf } from '../expressions/value-type.ts';
import type { Mask } from '../fields/field.ts';
import type { Scalar, Value } from '../fields/value.ts';
import { sha256 } from '../hash.ts';
import { type IcebergType, typeText } from '../iceberg-type.ts';
import { literal } from '../sql.ts';
import { asNumber, floored, flooredSql, needUnits, scaledSql, unscaledSql } from './exact.ts';
import type { KnownColumn, RowSide, RowStep } from './transform.ts';
import { constantOf, needText, replaced, scalar, textOfValue, textSql, utcOf } from './typed.ts';
import type { MaskStep } from './uses.ts';

/** DuckDB's variable that holds the salt: so it stands in no statement, and in no message. */
export const SALT_VARIABLE = 'headgate_salt';

const REDACTED = '***';
const TOKEN_DIGITS = 26;
const DAY_MICROS = 86_400_000_000n;

const isPeriod = (step: string): step is 'month' | 'year' => step === 'month' || step === 'year';

/** The step of a number in its smallest units. */
const stepUnits = (step: string, column: KnownColumn): bigint => {
  const { value } = constantOf(step, column, 'generalise');
  const units = BigInt(value);
  if (units <= 0n) throw new Error(`generalise: the step '${step}' is not above 0`);
  return units;
};

/** The smallest multiple that the column's type holds: below it there is nothing to round to. */
const lowestOf = (units: bigint, { type }: KnownColumn): bigint => {
  const largest = numberOf({ type })?.largest ?? 0n;
  return -(largest / units) * units;
};

const checkGeneralise = (step: string, column: KnownColumn): void => {
  const { name, type } = column;
  if (type === 'date' || type === 'timestamptz') {
    if (isPeriod(step)) return;
    throw new Error(
      `generalise of '${name}': the step is '${step}'; a day or instant has month, year`,
    );
  }
  if (numberOf(column) === undefined) {
    throw new Error(`generalise needs an exact number or a day; '${name}' is a ${typeText(type)}`);
  }
  needUnits('generalise', column);
  stepUnits(step, column);
};

const maskedColumn = (mask: Mask, column: KnownColumn): KnownColumn => {
  const open = { ...column, mask: undefined, revealing: undefined, masked: true };
  switch (mask.how) {
    case 'generalise':
      checkGeneralise(mask.step, column);
      return open;
    case 'redact':
      // Nothing is left of the value, so nothing is left to protect.
      return { ...open, type: 'string', largest: undefined, classification: undefined };
    case 'truncate':
      if (column.type !== 'string') {
        const type = typeText(column.type);
        throw new Error(`truncate needs a text; '${column.name}' is a ${type}`);
      }
      if (!Number.isInteger(mask.keep) || mask.keep < 0) {
        throw new Error(`truncate of '${column.name}' keeps ${mask.keep}; say a whole number`);
      }
      return open;
    default:
      needText(mask.how, column);
      return { ...open, type: 'string', largest: undefined };
  }
};

const startOf = (period: 'month' | 'year', days: number): number => {
  const { year, month } = fromDays(days);
  return toDays({ year, month: period === 'year' ? 1 : month, day: 1 });
};

const generalised = (step: string, value: Scalar, column: KnownColumn): Value => {
  const { type } = column;
  if (!isPeriod(step)) {
    const units = stepUnits(step, column);
    const down = floored(BigInt(value), units) * units;
    const lowest = lowestOf(units, column);
    return asNumber(down < lowest ? lowest : down, type);
  }
  if (type === 'date') return startOf(step, Number(value));
  return BigInt(startOf(step, Number(floored(BigInt(value), DAY_MICROS)))) * DAY_MICROS;
};

const generalisedSql = (step: string, sql: string, column: KnownColumn): string => {
  const { type } = column;
  if (!isPeriod(step)) {
    const units = `${stepUnits(step, column)}::HUGEINT`;
    const down = `(${flooredSql(unscaledSql(sql, type), units)} * ${units})`;
    // DuckDB's greatest passes over NULL.
    const lowest = `${lowestOf(stepUnits(step, column), column)}::HUGEINT`;
    return scaledSql(`(CASE WHEN ${down} < ${lowest} THEN ${lowest} ELSE ${down} END)`, type);
  }
  if (type === 'date') return `CAST(date_trunc('${step}', ${sql}) AS DATE)`;
  return `make_timestamptz(epoch_us(date_trunc('${step}', ${utcOf(sql)})))`;
};

const truncated = ({ keep, from }: Extract<Mask, { how: 'truncate' }>, text: string): string => {
  const points = Array.from(text);
  const stars = '*'.repeat(Math.max(0, points.length - keep));
  return from === 'start'
    ? points.slice(0, keep).join('') + stars
    : stars + points.slice(Math.max(0, points.length - keep)).join('');
};

const truncatedSql = ({ keep, from }: Extract<Mask, { how: 'truncate' }>, sql: string): string => {
  const stars = `repeat('*', greatest(length(${sql}) - ${keep}, 0))`;
  return from === 'start'
    ? `(substring(${sql}, 1, ${keep}) || ${stars})`
    : `(${stars} || substring(${sql}, greatest(length(${sql}) - ${keep}, 0) + 1))`;
};

const saltedHash = (value: Scalar, type: IcebergType, { salt }: RowSide): string =>
  sha256(`${salt()}:${textOfValue(value, type)}`);

const saltedSql = (sql: string, type: IcebergType): string =>
  `sha256(getvariable('${SALT_VARIABLE}') || ':' || ${textSql(sql, type)})`;

const masked = (mask: Mask, value: Scalar, column: KnownColumn, side: RowSide): Value => {
  switch (mask.how) {
    case 'hash':
      return saltedHash(value, column.type, side);
    case 'token':
      return `tok_${saltedHash(value, column.type, side).slice(0, TOKEN_DIGITS)}`;
    case 'redact':
      return REDACTED;
    case 'truncate':
      return truncated(mask, String(value));
    default:
      return generalised(mask.step, value, column);
  }
};

const maskedSql = (mask: Mask, sql: string, column: KnownColumn): string => {
  switch (mask.how) {
    case 'hash':
      return saltedSql(sql, column.type);
    case 'token':
      return `('tok_' || substring(${saltedSql(sql, column.type)}, 1, ${TOKEN_DIGITS}))`;
    case 'redact':
      return `CASE WHEN ${sql} IS NOT NULL THEN ${literal(REDACTED)} END`;
    case 'truncate':
      return truncatedSql(mask, sql);
    default:
      return generalisedSql(mask.step, sql, column);
  }
};

const words: Readonly<Record<Mask['how'], string>> = {
  hash: 'the SHA-256 of the salt and its text, as hex: equal values stay equal',
  token: `'tok_' and the first ${TOKEN_DIGITS} hex digits of its salted hash`,
  redact: `'${REDACTED}', whatever it was; it counts as public then`,
  truncate: 'its first or last characters, the others as *',
  generalise: 'its step, month or year, rounded down',
};

/** A column as its mask; a missing value stays a missing one. */
export const maskKind: RowStep<MaskStep> = {
  kind: 'mask',
  form: 'row',
  says: ({ column, mask }) =>
    `${column} is published as ${words[mask.how]}` +
    (mask.how === 'redact' ? '' : '; it stays as secret as it was classified'),
  uses: ({ column }) => [column],
  adds: () => [],
  columns: ({ column, mask }, known) =>
    replaced(known.columns, column, () => maskedColumn(mask, known.column(column))),
  compute: ({ column, mask }, row, side) => {
    const value = scalar(row[column]);
    if (value === null) return { [column]: null };
    return { [column]: masked(mask, value, side.known(column), side) };
  },
  toSql: ({ column, mask }, side) => ({
    [column]: maskedSql(mask, side.column(column), side.known(column)),
  }),
};

/** Publishes a column masked; for a declared field, say it at the field instead. */
export const maskColumn = (column: string, mask: Mask): MaskStep => ({
  kind: 'mask',
  column,
  mask,
});
