import type { Field } from '../fields/field.ts';
import * as builders from '../fields/index.ts';
import { kindOf } from '../fields/index.ts';
import type { SampledColumn } from './sample.ts';

/** What a builder may be told; plain, so that it can be written as source text. */
export type InitValue = string | number | boolean | readonly string[] | RegExp;
export type Init = Readonly<Record<string, InitValue>>;

/** A call of a builder of core/fields: `oneOf(values, init)`, `decimal(init)`. */
export type BuilderCall = {
  readonly builder: string;
  readonly values?: readonly string[];
  readonly init: Init;
};

/** The field that a call makes; undefined when there is no such builder, or it refuses. */
export const fieldOfCall = ({ builder, values, init }: BuilderCall): Field | undefined => {
  const make = new Map<string, unknown>(Object.entries(builders)).get(builder);
  if (typeof make !== 'function') return undefined;
  try {
    return values === undefined ? make(init) : make(values, init);
  } catch {
    return undefined;
  }
};

/** How many of the texts are values of the kind that a call makes. */
export const fitting = (call: BuilderCall, texts: readonly string[]): number => {
  const field = fieldOfCall(call);
  if (field === undefined) return 0;
  const { parse } = kindOf(field);
  return texts.filter((text) => parse(text, field.options).ok).length;
};

type Candidate = (column: SampledColumn) => readonly BuilderCall[];

const call = (builder: string, init: Init = {}): BuilderCall => ({ builder, init });

/** Only where the name says so: two letters may be anything. */
const named =
  (pattern: RegExp, candidate: Candidate): Candidate =>
  (column) =>
    pattern.test(column.name) ? candidate(column) : [];

/** Only where every text looks so; guards kinds whose grammar takes more than it means. */
const shaped =
  (pattern: RegExp, candidate: Candidate, share = 0.5): Candidate =>
  (column) =>
    column.texts.filter((text) => pattern.test(text)).length > column.texts.length * share
      ? candidate(column)
      : [];

/** '00123' is a code, not a number: its zeros would be lost. */
const unlessCode =
  (candidate: Candidate): Candidate =>
  (column) =>
    column.texts.some((text) => /^[+-]?0\d/.test(text)) ||
    /(^|_)(zip|postal|phone)/.test(column.name)
      ? []
      : candidate(column);

const PRECISIONS = [9, 12, 18, 28, 38] as const;
const HEADROOM = 2;
const DECIMAL = { '.': /^[+-]?(\d+)(?:\.(\d+))?$/, ',': /^[+-]?(\d+)(?:,(\d+))?$/ } as const;

/** Room for numbers a hundred times larger than those seen, and for the decimals seen. */
const decimalCall =
  (mark: '.' | ','): Candidate =>
  ({ texts }) => {
    let [whole, scale] = [0, 0];
    for (const text of texts) {
      const [, digits = '', decimals = ''] = DECIMAL[mark].exec(text) ?? [];
      whole = Math.max(whole, digits.length);
      scale = Math.max(scale, decimals.length);
    }
    const precision = PRECISIONS.find((each) => each >= whole + scale + HEADROOM) ?? 38;
    const init: Init = { precision, scale, ...(mark === '.' ? {} : { mark }) };
    return scale === 0 || scale > precision ? [] : [call('decimal', init)];
  };

const LISTED_MAX = 20;
const LISTED_ROWS = 10;
const LISTED_CHARS = 40;

const oneOfCall: Candidate = ({ name, texts, distinct }) => {
  const few = distinct <= LISTED_MAX && texts.length >= distinct * LISTED_ROWS && distinct > 1;
  if (!few || /(^|_)id$/.test(name)) return [];
  const values = usualValues(texts);
  const all = [...new Set(texts)].sort();
  // A number among the values tells that they are counted or coded, and that others will come.
  if (all.some((value) => value.length > LISTED_CHARS || /^[+-]?\d/.test(value))) return [];
  // Without a tolerance only the whole list fits.
  return [values, all].map((list) => ({ builder: 'oneOf', values: list, init: {} }));
};

/** A value ten times rarer than the average of them is more likely a slip than one of the list. */
const usualValues = (texts: readonly string[]): string[] => {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const rare = texts.length / counts.size / 10;
  const usual = [...counts].filter(([, count]) => count >= rare).map(([value]) => value);
  return usual.sort();
};

const YES = new Set(['true', 'yes', 't', 'y', 'on']);
const NO = new Set(['false', 'no', 'f', 'n', 'off']);

/** Yes and no as they are spelt in the samples; 1 and 0 only where the name asks a question. */
const booleanCall: Candidate = ({ name, texts }) => {
  const asks = /^(is|has|was|can)_|flag|active|enabled/.test(name);
  const spelt = [...new Set(texts)];
  const yes = spelt.filter((text) => YES.has(text.toLowerCase()) || (asks && text === '1')).sort();
  const no = spelt.filter((text) => NO.has(text.toLowerCase()) || (asks && text === '0')).sort();
  if (yes.length === 0 || no.length === 0) return [];
  const isUsual = yes.join() === 'true' && no.join() === 'false';
  return [call('boolean', isUsual ? {} : { true: yes, false: no })];
};

const DAYS = ['DD/MM/YYYY', 'MM/DD/YYYY', 'DD.MM.YYYY', 'D.M.YYYY', 'DD-MM-YYYY', 'YYYY/MM/DD'];
const CLOCKS = ['HH:mm:ss', 'HH:mm', 'HH:mm:ss.S'];

/** Days that are written otherwise than ISO 8601; the first order that fits is taken. */
const dateCalls = [
  call('date'),
  ...[...DAYS, 'YYYYMMDD'].map((format) => call('date', { formats: [format] })),
];

/** Instants without a zone are taken for UTC, which the proposal says is a guess. */
const localCalls = ['YYYY-MM-DD', ...DAYS].flatMap((day) =>
  [' ', 'T'].flatMap((between) =>
    CLOCKS.map((clock) =>
      call('timestamp', { formats: [`${day}${between}${clock}`], zone: 'UTC' }),
    ),
  ),
);

/** Whole numbers of the size that seconds, or thousandths of them, since 1970 have today. */
const epochCall =
  (digits: number, epoch: string): Candidate =>
  (column) =>
    shaped(new RegExp(`^1\\d{${digits - 1}}$`), () => [call('timestamp', { epoch })], 0.99)(column);

/** Kinds from strict to loose; the first that all texts fit is proposed. */
export const candidates: readonly Candidate[] = [
  shaped(/-/, () => [call('uuid')]),
  () => [call('email')],
  shaped(/^[a-z][a-z0-9+.-]*:\/\//i, () => [call('url')]),
  shaped(/^[\d.]{7,15}$|:.*:/i, () => [call('ip')]),
  shaped(/^[{[]/, () => [call('json')]),
  named(/phone|mobile|(^|_)tel(_|$)/, () => [call('phone')]),
  named(/iban/, () => [call('iban')]),
  booleanCall,
  named(/date|(^|_)(day|on)$/, () => [call('date', { formats: ['YYYYMMDD'] })]),
  ...(
    [
      [10, 's'],
      [13, 'ms'],
      [16, 'us'],
    ] as const
  ).map(([digits, epoch]) => named(/(^|_)(at|ts|time|timestamp|epoch)$/, epochCall(digits, epoch))),
  unlessCode(() => [call('integer')]),
  unlessCode(() => [call('integer', { bits: 64 })]),
  unlessCode(decimalCall('.')),
  unlessCode(decimalCall(',')),
  unlessCode(() => [call('double')]),
  () => dateCalls,
  () => [call('timestamp')],
  shaped(/\d[ T]\d+:\d\d/, () => localCalls),
  () => [call('time')],
  named(/country|nation/, () => [call('country'), call('country', { alpha3: true })]),
  named(/currency/, () => [call('currency')]),
  oneOfCall,
];
