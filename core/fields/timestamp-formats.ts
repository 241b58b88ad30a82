import { fromDays } from '../calendar.ts';
import { offsetOfInstant, offsetOfLocal, zoneOf } from '../zones.ts';
import {
  anySql,
  daysOfParts,
  edgesOfFormat,
  type Format,
  firstSql,
  formatOf,
  type Parts,
} from './formats.ts';
import {
  dayAndMicros,
  FIRST,
  FIRST_SQL,
  LAST,
  LAST_SQL,
  SECOND,
  type TimestampForm,
  type TimestampOptions,
} from './timestamp-form.ts';
import { accepted, type Parsed, refused } from './value.ts';
import { zoneSql } from './zone-sql.ts';

/** `zone` is undefined where every format has its own. */
export type FormatOptions = TimestampOptions & { readonly formats: readonly string[] };

const parseParts = (parts: Parts, options: FormatOptions): Parsed<bigint> => {
  const days = daysOfParts(parts);
  if (days === undefined) return refused('E_TYPE');
  const local = days * 86_400 + parts.hour * 3600 + parts.minute * 60 + parts.second;
  const offset = parts.offset === undefined ? zoneOffset(local, options) : parts.offset * 60;
  if (typeof offset !== 'number') return refused(offset);
  const value = BigInt(local - offset) * SECOND + BigInt(parts.micros);
  return FIRST <= value && value <= LAST ? accepted(value) : refused('E_RANGE');
};

const codes = { gap: 'E_TZ_GAP', twice: 'E_TZ_AMBIGUOUS', unknown: 'E_RANGE' } as const;

const zoneOffset = (local: number, { zone = 'UTC', overlap }: FormatOptions) => {
  if (zone === 'UTC') return 0;
  const offset = offsetOfLocal(zoneOf(zone), local, overlap);
  return typeof offset === 'number' ? offset : codes[offset];
};

const parse = (text: string, options: FormatOptions): Parsed<bigint> => {
  const formats = options.formats.map(formatOf);
  for (const format of formats) {
    const parts = format.read(text);
    if (parts !== undefined) return parseParts(parts, options);
  }
  return refused(formats.some((format) => format.loose.test(text)) ? 'E_RANGE' : 'E_TYPE');
};

/** By the first format that keeps all of the instant, or else by the first. */
const print = (value: bigint, options: FormatOptions): string => {
  const texts = options.formats.map((each) => printAs(value, formatOf(each), options));
  const whole = texts.find((text) => {
    const parsed = parse(text, options);
    return parsed.ok && parsed.value === value;
  });
  return whole ?? texts[0] ?? '';
};

const printAs = (value: bigint, format: Format, { zone = 'UTC' }: FormatOptions): string => {
  const shifted = format.zoned || zone === 'UTC' ? 0 : instantOffset(value, zone);
  const [days, inDay] = dayAndMicros(value + BigInt(shifted) * SECOND);
  const seconds = Number(inDay / SECOND);
  return format.print({
    ...fromDays(days),
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    micros: Number(inDay % SECOND),
  });
};

const instantOffset = (value: bigint, zone: string): number =>
  offsetOfInstant(zoneOf(zone), Math.floor(Number(value) / 1e6));

/** The pieces of SQL that the answers are made of; `local` and `zoned` are NULL where not so. */
const sides = (options: FormatOptions) => {
  const formats = options.formats.map(formatOf);
  const plain = formats.filter((format) => !format.zoned);
  const withZone = formats.filter((format) => format.zoned);
  return {
    formats,
    plain,
    withZone,
    local: (textSql: string) => firstSql(plain, textSql),
    zoned: (textSql: string) => firstSql(withZone, textSql),
  };
};

/** The zone whose clock is to be asked; none where every text has its own, or where it is UTC. */
const askedZone = ({ zone }: FormatOptions): string | undefined =>
  zone === 'UTC' ? undefined : zone;

const clockOf = (options: FormatOptions) => {
  const zone = askedZone(options);
  return zone === undefined ? undefined : zoneSql(zoneOf(zone), options.overlap);
};

/** The local time in microseconds, for a column of its own: a zone's table reads it many times. */
const prepareOf = (textSql: string, options: FormatOptions): string | undefined =>
  askedZone(options) === undefined ? undefined : localMicros(textSql, options);

const localMicros = (textSql: string, options: FormatOptions): string =>
  `epoch_us(${sides(options).local(textSql)})`;

const castOf = (textSql: string, options: FormatOptions, localSql: string): string => {
  const { plain, withZone, zoned } = sides(options);
  if (plain.length === 0) return zoned(textSql);
  const utc = clockOf(options)?.instant(localSql) ?? `make_timestamptz(${localSql})`;
  return withZone.length === 0 ? utc : `coalesce(${utc}, ${zoned(textSql)})`;
};

type Refusals = ReturnType<TimestampForm['refusals']>;

const refusalsOf = (options: FormatOptions): Refusals => {
  const { formats, plain, withZone, local, zoned } = sides(options);
  const clock = clockOf(options);
  const noDay = (textSql: string): string =>
    [
      ...(plain.length === 0 ? [] : [`${local(textSql)} IS NULL`]),
      ...(withZone.length === 0 ? [] : [`${zoned(textSql)} IS NULL`]),
    ].join(' AND ');
  const unknown = (localSql: string): string => clock?.isUnknown(localSql) ?? 'false';
  return [
    {
      code: 'E_TYPE',
      when: (textSql) =>
        `NOT ${anySql(formats, textSql, 'loose')} OR ` +
        `(${anySql(formats, textSql, 'strict')} AND ${noDay(textSql)})`,
    },
    {
      code: 'E_RANGE',
      when: (textSql, valueSql, localSql = localMicros(textSql, options)) =>
        `NOT ${anySql(formats, textSql, 'strict')} OR ${unknown(localSql)} ` +
        `OR ${valueSql} < ${FIRST_SQL} OR ${valueSql} > ${LAST_SQL}`,
    },
    ...(clock === undefined ? [] : clockRefusals(options, clock)),
  ];
};

const clockRefusals = (options: FormatOptions, { isGap }: ReturnType<typeof zoneSql>): Refusals => {
  const gap: Refusals[number] = {
    code: 'E_TZ_GAP',
    when: (textSql, _valueSql, localSql = localMicros(textSql, options)) => isGap(localSql),
  };
  // After the reasons above, this is the only one that leaves a local time without a value.
  const twice: Refusals[number] = {
    code: 'E_TZ_AMBIGUOUS',
    when: (textSql, valueSql, localSql = localMicros(textSql, options)) =>
      `${localSql} IS NOT NULL AND ${valueSql} IS NULL`,
  };
  return options.overlap === undefined ? [gap, twice] : [gap];
};

/** Texts of declared formats; those without a zone of their own are read by the field's zone. */
export const formatsForm = (options: FormatOptions): TimestampForm => ({
  says: () => sayOf(options),
  parse: (text) => parse(text, options),
  print: (value) => print(value, options),
  prepare: (textSql) => prepareOf(textSql, options),
  cast: (textSql, _options, localSql = localMicros(textSql, options)) =>
    castOf(textSql, options, localSql),
  accepts: (_textSql, valueSql) => `${valueSql} BETWEEN ${FIRST_SQL} AND ${LAST_SQL}`,
  refusals: () => refusalsOf(options),
  jsonSchema: () => ({
    type: 'string',
    pattern: `^(?:${options.formats.map((each) => formatOf(each).strict.source).join('|')})$`,
  }),
  edges: () => edgesOf(options),
});

const sayOf = ({ formats, zone, overlap }: FormatOptions): string => {
  const said = `a day and time as ${formats.join(' or ')}`;
  if (zone === undefined) return said;
  if (zone === 'UTC') return `${said}, in UTC where it has no zone`;
  const twice = overlap === undefined ? 'is refused' : `is the ${overlap} of the two`;
  return (
    `${said}, by the clock of ${zone} (years 1970 to 2099): a time that it skips is refused, one ` +
    `that it shows twice ${twice}`
  );
};

/** Just before, in and after some changes of the zone's clock, and the ends of its years. */
const edgesOf = (options: FormatOptions): string[] => {
  const formats = options.formats.map(formatOf);
  const { zone = 'UTC' } = options;
  const changes = zone === 'UTC' ? [] : zoneOf(zone).changes.slice(1);
  const some = [...changes.slice(0, 4), ...changes.slice(100, 104), ...changes.slice(-2)];
  const locals = some.flatMap(({ at, before, after }) =>
    [at + before, at + after].flatMap((local) =>
      [-3600, -60, -1, 0, 60, 1800].map((by) => local + by),
    ),
  );
  const ends = [0, 4_102_444_800].flatMap((end) => [end - 60, end]);
  const utc = { ...options, zone: 'UTC' };
  return [
    ...formats.flatMap(edgesOfFormat),
    ...[...locals, ...ends].flatMap((local) =>
      formats.map((format) => printAs(BigInt(local) * SECOND, format, utc)),
    ),
  ];
};
