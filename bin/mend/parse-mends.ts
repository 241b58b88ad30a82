import * as z from 'zod';
import { FileId, RunId } from '../../core/ids.ts';
import { UserError } from '../console/errors.ts';

const MendedLine = z.object({
  file: FileId,
  run: RunId,
  row: z.number().int().positive(),
  raw: z.string(),
});

/** One row as the user has mended it, and where it stands in the user's file. */
export type MendedLine = z.infer<typeof MendedLine> & { readonly line: number };

/** A line of the user's file that is not applied, and why. */
export type Fault = { readonly line: number; readonly what: string };

/** Reads what `rejects export` has written and someone has changed. */
export const parseMends = (
  text: string,
): { readonly rows: readonly MendedLine[]; readonly faults: readonly Fault[] } => {
  const rows: MendedLine[] = [];
  const faults: Fault[] = [];
  const seen = new Map<string, number>();
  for (const [index, one] of text.split('\n').entries()) {
    const line = index + 1;
    if (one.trim() === '') continue;
    const parsed = MendedLine.safeParse(jsonOf(one));
    if (!parsed.success) {
      const at = parsed.error.issues[0]?.path.join('.') ?? '';
      faults.push({ line, what: at === '' ? 'it is no JSON object' : `${at} is missing or wrong` });
      continue;
    }
    const { file, row } = parsed.data;
    const before = seen.get(`${file} ${row}`);
    if (before !== undefined) faults.push({ line, what: `line ${before} mends the same row` });
    seen.set(`${file} ${row}`, line);
    rows.push({ ...parsed.data, line });
  }
  return { rows, faults };
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const faultsToldMax = 10;

/** Nothing is applied when a line is at fault: half of a correction helps nobody. */
export const assertNoFaults = (faults: readonly Fault[], path: string): void => {
  if (faults.length === 0) return;
  const told = faults
    .toSorted((a, b) => a.line - b.line)
    .slice(0, faultsToldMax)
    .map(({ line, what }) => `${path}:${line}: ${what}`);
  const more = faults.length - told.length;
  throw new UserError({
    what: `${told.join('\n')}${more === 0 ? '' : `\n… and ${more} more`}`,
    allowed: 'Each line is a row as npx headgate rejects export wrote it, with a mended raw.',
    next: 'Nothing was applied. Mend these lines, or take them out, and apply the file again.',
  });
};
