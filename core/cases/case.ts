import { codes } from '../codes.ts';
import type { Dataset } from '../dataset.ts';
import { changesRows } from '../transforms/index.ts';
import type { Natural } from './natural.ts';

/** The texts of one row as a sender writes them; a field left out is a missing value. */
export type CaseRow = Readonly<Record<string, string | null>>;

/** One example of what must become of rows, written by the people who know the data. */
export type Case = {
  /** Says the behaviour: 'a price below zero is rejected'. */
  readonly name: string;
  /** Numbered from 1, as `_row` numbers them. */
  readonly rows: readonly CaseRow[];
  /** Rows of joined or referred datasets; a dataset left out has never been published. */
  readonly partners?: Readonly<Record<string, readonly CaseRow[]>>;
  readonly expect: {
    /**
     * What is published of each row not listed as rejected, in their order: decimals, days and
     * instants as text. Columns left out are not looked at. Where a step makes more or fewer rows:
     * all published rows, in order. @default nothing is looked at
     */
    readonly clean?: readonly Readonly<Record<string, Natural>>[];
    /** Rows that are not published, each with every reason: 'E_RANGE quantity'. @default none */
    readonly rejected?: readonly { readonly row: number; readonly reasons: readonly string[] }[];
    /** Published rows that break a rule of `warn()`. @default they are not looked at */
    readonly warned?: readonly { readonly row: number; readonly reasons: readonly string[] }[];
    /** The quality score of a run of these rows. @default it is not looked at */
    readonly score?: number;
  };
};

/** The cases of one dataset, as a file `datasets/<name>.cases.ts` exports them. */
export type DatasetCases = {
  readonly kind: 'cases';
  readonly dataset: Dataset;
  readonly cases: readonly Case[];
};

/** Checks the cases when they are loaded: a case that asks the impossible is a wrong case. */
export const cases = (dataset: Dataset, list: readonly Case[]): DatasetCases => {
  const names = list.map(({ name }) => name);
  for (const [index, each] of list.entries()) {
    const fail = (problem: string): never => {
      throw new Error(`cases of '${dataset.name}', '${each.name}': ${problem}`);
    };
    if (names.indexOf(each.name) !== index) fail('another case has the same name; rename one');
    checkRows(dataset, each, fail);
    checkExpected(dataset, each, fail);
  }
  return { kind: 'cases', dataset, cases: list };
};

type Fail = (problem: string) => never;

const checkRows = (dataset: Dataset, { rows }: Case, fail: Fail): void => {
  const fields = Object.keys(dataset.fields);
  for (const [index, row] of rows.entries()) {
    const unknown = Object.keys(row).find((name) => !fields.includes(name));
    if (unknown === undefined) continue;
    fail(`row ${index + 1} has '${unknown}', which is no field; fields are ${fields.join(', ')}`);
  }
};

const checkExpected = (dataset: Dataset, { rows, expect }: Case, fail: Fail): void => {
  const rejected = expect.rejected ?? [];
  for (const { row, reasons } of rejected) {
    if (rows[row - 1] === undefined) {
      fail(`expects row ${row} to be rejected; rows are 1 to ${rows.length}`);
    }
    if (reasons.length === 0) fail(`row ${row} is rejected for no reason; name at least one`);
    const unknown = reasons.find((reason) => !Object.hasOwn(codes, reason.split(' ')[0] ?? ''));
    if (unknown !== undefined) fail(`'${unknown}' begins with no code; docs/codes.md lists them`);
  }
  const published = rows.length - new Set(rejected.map(({ row }) => row)).size;
  if (expect.clean === undefined || expect.clean.length === published) return;
  if (changesRows(dataset.transforms)) return;
  fail(
    `clean lists ${expect.clean.length} rows; of ${rows.length} rows, ${published} are not ` +
      'listed as rejected: list each of those, {} where no column matters',
  );
};
