import { range } from '../rules/range.ts';
import { overlaps, zoneProblem } from '../zones.ts';
import { type Field, type FieldInit, type FieldKind, fieldOf } from './field.ts';
import { checkedFormats, formatOf } from './formats.ts';
import { epochForm } from './timestamp-epoch.ts';
import {
  epochUnits,
  printIso,
  type TimestampForm,
  type TimestampOptions,
} from './timestamp-form.ts';
import { formatsForm } from './timestamp-formats.ts';
import { isoForm, parseIso } from './timestamp-iso.ts';

const formOf = (options: TimestampOptions): TimestampForm => {
  const { formats, epoch } = options;
  if (epoch !== undefined) return epochForm(epoch);
  return formats === undefined ? isoForm : formatsForm({ ...options, formats });
};

/** An instant, kept in UTC with microseconds, however it was written. */
export const timestampKind: FieldKind<TimestampOptions, bigint> = {
  kind: 'timestamp',
  says: (options) => formOf(options).says(options),
  rowType: () => 'bigint',
  parse: (text, options) => formOf(options).parse(text, options),
  print: (value, options) => formOf(options).print(value, options),
  duckType: () => 'TIMESTAMPTZ',
  prepare: (textSql, options) => formOf(options).prepare?.(textSql, options),
  cast: (textSql, options, preparedSql) => formOf(options).cast(textSql, options, preparedSql),
  accepts: (textSql, valueSql, options) => formOf(options).accepts(textSql, valueSql, options),
  refusals: (options) => formOf(options).refusals(options),
  constant: (value) => `CAST('${printIso(value)}' AS TIMESTAMPTZ)`,
  icebergType: () => 'timestamptz',
  jsonSchema: (options) => formOf(options).jsonSchema(options),
  edges: (options) => [
    ...isoForm.edges(options),
    ...(options.formats === undefined && options.epoch === undefined
      ? []
      : formOf(options).edges(options)),
  ],
};

type TimestampInit = FieldInit &
  TimestampOptions & {
    /**
     * How instants are written: 'YYYY-MM-DD HH:mm:ss', 'DD/MM/YYYY HH:mm',
     * 'YYYY-MM-DDTHH:mm:ssZ'; M, D and H take one or two digits, S one to six, Z is an offset.
     * @default ISO 8601 with a zone
     */
    readonly formats?: readonly string[];
    /** The zone of texts that have none: 'Europe/Warsaw', 'UTC'. Needed where a format has no Z. */
    readonly zone?: string;
    /** Which instant a time is that the zone's clock shows twice. @default E_TZ_AMBIGUOUS */
    readonly overlap?: 'first' | 'last';
    /** Numbers since 1970 of this unit, instead of formats. */
    readonly epoch?: 's' | 'ms' | 'us';
    /** First instant allowed, as ISO 8601 with a zone: '2020-01-01T00:00:00Z'. */
    readonly from?: string;
    /** Last instant allowed; it is still allowed itself. */
    readonly to?: string;
  };

/** A column of instants, kept in UTC with microseconds. */
export const timestamp = (given: TimestampInit = {}): Field => {
  const { formats, zone, overlap, epoch, from, to, ...init } = given;
  const bound = (text: string | undefined): bigint | undefined => {
    if (text === undefined) return undefined;
    const parsed = parseIso(text);
    if (parsed.ok) return parsed.value;
    throw new Error(`timestamp: the bound '${text}' is no instant like 2020-01-01T00:00:00Z`);
  };
  const options = checkedOptions({
    ...(formats === undefined ? {} : { formats }),
    ...(zone === undefined ? {} : { zone }),
    ...(overlap === undefined ? {} : { overlap }),
    ...(epoch === undefined ? {} : { epoch }),
  });
  return fieldOf(timestampKind.kind, options, init, range({ min: bound(from), max: bound(to) }));
};

const checkedOptions = (options: TimestampOptions): TimestampOptions => {
  const { formats, epoch } = options;
  if (formats !== undefined) checkedFormats('timestamp', formats, true);
  const problem = epoch === undefined ? zoneOptionsProblem(options) : epochProblem(epoch, options);
  if (problem !== undefined) throw new Error(`timestamp: ${problem}`);
  return options;
};

const epochProblem = (epoch: string, options: TimestampOptions): string | undefined => {
  const { formats, zone, overlap } = options;
  if (!epochUnits.some((unit) => unit === epoch))
    return `epoch is '${epoch}'; allowed are s, ms, us`;
  return formats === undefined && zone === undefined && overlap === undefined
    ? undefined
    : 'a number of an epoch has no formats, zone or overlap; leave them out';
};

const zoneOptionsProblem = ({ formats, zone, overlap }: TimestampOptions): string | undefined => {
  const open = formats?.find((format) => !formatOf(format).zoned);
  if (open === undefined) {
    return zone === undefined && overlap === undefined
      ? undefined
      : 'zone and overlap are for formats without Z; declare such a format, or leave them out';
  }
  if (zone === undefined) return `'${open}' has no zone; say which: zone: 'Europe/Warsaw' or 'UTC'`;
  return zoneProblem(zone) ?? overlapProblem(zone, overlap);
};

const overlapProblem = (zone: string, overlap: string | undefined): string | undefined => {
  if (overlap === undefined) return undefined;
  if (zone === 'UTC') return 'the clock of UTC shows no time twice; leave overlap out';
  const known = overlaps.some((each) => each === overlap);
  return known ? undefined : `overlap is '${overlap}'; allowed are first and last`;
};
