import { snakeCase } from '../landing/header-name.ts';
import { type BuilderCall, candidates, fitting, type Init, type InitValue } from './candidates.ts';
import { type Personal, personalData } from './personal.ts';
import type { SampledColumn } from './sample.ts';
import { sharedShape } from './shape.ts';

/** A field as it would be written, with why. */
export type ProposedField = {
  readonly name: string;
  readonly column: SampledColumn;
  readonly call: BuilderCall;
  /** Comments above the field: evidence, never a value of a personal column. */
  readonly notes: readonly string[];
};

/** Texts that people write where they have nothing. */
const NULL_TOKENS = new Set(['NULL', 'null', 'N/A', 'n/a', 'NA', 'None', '-', '\\N', 'NaN', 'nan']);

/** A sample says little of how long a text can get: bounds are wide, or there is none. */
const TEXT_MAXIMA = [100, 200, 500, 1000, 2000, 5000, 10_000, 50_000];
const TEXT_HEADROOM = 2;

/** The strictest kind that the texts fit, but for a share of them; null tokens told apart. */
export const proposeField = (column: SampledColumn, tolerance: number): ProposedField => {
  const personal = personalData(column);
  const tokens = [...new Set(column.texts.filter((text) => NULL_TOKENS.has(text)))].sort();
  const present = column.texts.filter((text) => !NULL_TOKENS.has(text));
  const whole = firstFit(column, tolerance);
  const isLoose = whole === undefined || whole.builder === 'oneOf';
  const without =
    isLoose && tokens.length > 0 && present.length > 0
      ? firstFit({ ...column, texts: present, distinct: new Set(present).size }, tolerance)
      : undefined;
  const found = without ?? whole ?? textCall(column, personal);
  const nullTokens = without === undefined ? [] : tokens;
  const texts = nullTokens.length === 0 ? column.texts : present;
  const missing = column.rows - texts.length;
  const isOptional = missing > column.rows * tolerance || texts.length === 0;
  const init: Record<string, InitValue> = { ...found.init };
  if (isOptional) init.optional = true;
  if (nullTokens.length > 0) init.nullTokens = nullTokens;
  if (snakeCase(column.header) !== column.name) init.aliases = [column.header];
  if (personal !== undefined) init.classification = personal.classification;
  const notes = [
    ...notesOf(column, { call: found, personal, texts, missing, isOptional }),
    ...nearNotes(column, found),
  ];
  return { name: column.name, column, call: { ...found, init }, notes };
};

/** Share of odd values among which a stricter kind is still worth a word. */
const NEAR = 0.05;

/** A stricter kind that few values keep the column from. */
const nearNotes = (column: SampledColumn, found: BuilderCall): string[] => {
  if (found.builder !== 'text' && found.builder !== 'oneOf') return [];
  const near = firstFit(column, NEAR);
  if (near === undefined || near.builder === 'oneOf' || near.builder === 'text') return [];
  const count = fitting(near, column.texts);
  return [
    `${count} of ${column.texts.length} values are of kind ${near.builder}: ` +
      'with --tolerate the others are rejected instead.',
  ];
};

/** Listed values of people would be values in the source text. */
const firstFit = (column: SampledColumn, tolerance: number): BuilderCall | undefined => {
  const { texts } = column;
  if (texts.length === 0) return undefined;
  const isPersonal = personalData(column) !== undefined;
  const enough = texts.length * (1 - tolerance);
  for (const candidate of candidates) {
    for (const call of candidate(column)) {
      if (isPersonal && call.builder === 'oneOf') continue;
      if (fitting(call, texts) >= enough) return call;
    }
  }
  return undefined;
};

const codePoints = (text: string): number => [...text].length;

const textCall = ({ texts }: SampledColumn, personal: Personal | undefined): BuilderCall => {
  const init: Record<string, Init[string]> = {};
  const shape = personal === undefined ? sharedShape(texts) : undefined;
  if (shape !== undefined) return { builder: 'text', init: { pattern: new RegExp(shape) } };
  const longest = texts.reduce((most, text) => Math.max(most, codePoints(text)), 0);
  const max = TEXT_MAXIMA.find((each) => each >= longest * TEXT_HEADROOM);
  if (texts.length > 0 && max !== undefined) init.max = max;
  return { builder: 'text', init };
};

type Found = {
  readonly call: BuilderCall;
  readonly personal: Personal | undefined;
  readonly texts: readonly string[];
  readonly missing: number;
  readonly isOptional: boolean;
};

const notesOf = (
  column: SampledColumn,
  { call, personal, texts, missing, isOptional }: Found,
): string[] => {
  const notes: string[] = [];
  if (personal !== undefined) {
    notes.push(`${personal.classification}: ${personal.evidence}.`);
  }
  if (texts.length === 0) notes.push('No value in any row: the kind is a guess.');
  else if (missing > 0) {
    const does = isOptional ? '' : ': those rows are rejected';
    notes.push(`${missing} of ${column.rows} rows have no value${does}.`);
  }
  const misfits = texts.length - (call.builder === 'text' ? texts.length : fitting(call, texts));
  if (misfits > 0) {
    const what = call.builder === 'oneOf' ? 'listed' : `of kind ${call.builder}`;
    notes.push(`${misfits} of ${texts.length} values are not ${what}: those rows are rejected.`);
  }
  if (call.init.zone !== undefined) notes.push('The texts have no zone; UTC is a guess.');
  if (isTurnable(call, texts)) {
    notes.push('No day is above 12: day and month may be the other way round.');
  }
  return notes;
};

/** Whether the texts are values also with day and month the other way round. */
const isTurnable = ({ builder, init }: BuilderCall, texts: readonly string[]): boolean => {
  const [format] = Array.isArray(init.formats) ? init.formats : [];
  if (typeof format !== 'string' || !/^D/.test(format)) return false;
  const turned = format.replace(/^(D+)(.)(M+)/, '$3$2$1');
  const other = { builder, init: { ...init, formats: [turned] } };
  return turned !== format && fitting(other, texts) === texts.length;
};
