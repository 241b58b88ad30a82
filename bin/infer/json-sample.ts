import * as z from 'zod';
import type { Sample } from '../../core/infer/sample.ts';

const Line = z.record(z.string(), z.unknown());
const Context = z.object({ source: z.string() });

/** Numbers keep all their digits: their text is taken from the line itself. */
const numberAsText = (_name: string, value: unknown, ...[context]: unknown[]): unknown =>
  typeof value === 'number' ? Context.parse(context).source : value;

const textOf = (value: unknown): string | null => {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  return typeof value === 'boolean' ? String(value) : JSON.stringify(value);
};

/** Rows of JSON Lines; lines that are no object tell nothing of columns and are left out. */
export const jsonSample = (text: string, rowsMax: number, isWhole: boolean): Sample => {
  const lines = text.split('\n').slice(0, isWhole ? undefined : -1);
  const objects = lines.slice(0, rowsMax).flatMap((line) => {
    const parsed = Line.safeParse(parsedLine(line));
    return parsed.success ? [parsed.data] : [];
  });
  const names = [...new Set(objects.flatMap((object) => Object.keys(object)))];
  return { names, rows: objects.map((object) => names.map((name) => textOf(object[name]))) };
};

const parsedLine = (line: string): unknown => {
  try {
    return JSON.parse(line, numberAsText);
  } catch {
    return undefined;
  }
};
