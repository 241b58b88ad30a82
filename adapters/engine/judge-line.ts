import type { Dataset } from '../../core/dataset.ts';
import { asDeclared } from '../../core/evolution/columns.ts';
import { snakeCase } from '../../core/landing/header-name.ts';
import { limits } from '../../core/limits.ts';
import type { JudgedLine, JudgeLines } from '../../core/push/sift.ts';
import { breaksRowRule, judgeRow } from '../../core/validate/judge-row.ts';
import { faultCodes, markedFault, NESTED, ROW_SIZE } from './faults.ts';
import { COMPOUND, ESCAPED, type LineScanner, MISSING } from './json-line.ts';
import { jsonScanner } from './json-scanner.ts';
import { lineFault } from './jsonl.ts';
import { openUsualRows, type UsualRows } from './usual-rows.ts';

/**
 * Judges single records by the row engine, each as validate will judge the line that it lands as:
 * test/adapters/engine/judge-line.test.ts holds the two to each other.
 */
export const lineJudge = (dataset: Dataset): JudgeLines => {
  const judge = oneByOne(dataset);
  // Opened with the first lines: a function has judges of datasets that it may never be asked for.
  let opened: UsualRows | undefined;
  return (lines) => {
    opened ??= usualRows(dataset);
    const usual = opened(lines);
    return lines.map((line, at): JudgedLine => {
      const values = usual[at];
      return values === undefined ? judge(line) : { ok: true, values, strangers: [] };
    });
  };
};

/** Makes the judge of each dataset once, since it keeps what it has opened. */
export const lineJudges = (): ((dataset: Dataset) => JudgeLines) => {
  const made = new Map<string, JudgeLines>();
  return (dataset) => {
    const judge = made.get(dataset.name) ?? lineJudge(dataset);
    made.set(dataset.name, judge);
    return judge;
  };
};

/** The rows of usual lines that no rule rejects; the others are for whoever knows the reasons. */
const usualRows = (dataset: Dataset): UsualRows => {
  const hasCasing = Object.values(dataset.fields).some(({ casing }) => casing !== undefined);
  // Rules over several columns judge texts as they came, and these rows have them as published.
  const read = hasCasing && dataset.rules.length > 0 ? undefined : openUsualRows(dataset);
  if (read === undefined) return () => [];
  return (lines) =>
    read(lines).map((row) => (row === undefined || breaksRowRule(dataset, row) ? undefined : row));
};

/** Judges one line by the row engine. */
const oneByOne = (dataset: Dataset): ((line: Uint8Array) => JudgedLine) => {
  const fields = Object.keys(dataset.fields);
  const scanner = jsonScanner(fields, asDeclared(dataset));
  return (line) => {
    const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
    const isLong = bytes.length > limits.rowBytesMax && markedFault(bytes, 0) === 0;
    const fault = isLong ? ROW_SIZE : lineFault(scanner, bytes, 0, bytes.length) & ~NESTED;
    if (fault !== 0) {
      const found = faultCodes.filter(({ bit }) => (fault & bit) !== 0);
      return {
        ok: false,
        reasons: found.map(({ code }) => ({ code, field: null })),
        strangers: [],
      };
    }
    const { spans } = scanner;
    const compound = fields.filter((_, index) => spans.kinds[index] === COMPOUND);
    const texts = fields.map((name, index) => [name, textAt(scanner, bytes, index)] as const);
    const judged = judgeRow(dataset, Object.fromEntries(texts), {
      compound: new Set(compound),
      unknown: [...scanner.valued].map(snakeCase),
    });
    const strangers = [...scanner.valued];
    return judged.ok ? { ok: true, values: judged.values, strangers } : { ...judged, strangers };
  };
};

/** The text of a field as a cell of CSV would have it; null when there is none. */
const textAt = ({ spans }: LineScanner, bytes: Buffer, index: number): string | null => {
  const kind = spans.kinds[index];
  if (kind === MISSING || kind === COMPOUND) return null;
  const text = bytes.toString('utf8', spans.starts[index], spans.ends[index]);
  return kind === ESCAPED ? String(JSON.parse(`"${text}"`)) : text;
};
