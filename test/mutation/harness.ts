import { expect } from 'vitest';

export { expect };

/** A test of a file that was loaded; its id tells it from every other test. */
export type LoadedTest = { readonly id: string; readonly run: () => unknown };

let path: readonly string[] = [];
let loaded: LoadedTest[] = [];

/** Loads a test file and answers with the tests that it declares. */
export const testsIn = async (
  file: string,
  load: () => Promise<unknown>,
): Promise<readonly LoadedTest[]> => {
  path = [file];
  loaded = [];
  await load();
  return loaded;
};

type Body = (...args: readonly unknown[]) => unknown;

const declareTest = (name: string, run: () => unknown): void => {
  const id = [...path, name].join(' > ');
  const twins = loaded.filter((other) => other.id === id || other.id.startsWith(`${id} #`)).length;
  loaded.push({ id: twins === 0 ? id : `${id} #${twins + 1}`, run });
};

const declareGroup = (name: string, run: () => unknown): void => {
  const outer = path;
  path = [...outer, name];
  run();
  path = outer;
};

type Declare = (name: string, run: () => unknown) => void;

const withEach = (declare: Declare) =>
  Object.assign(declare, {
    each: (rows: readonly unknown[]) => (name: string, body: Body) => {
      for (const [at, row] of rows.entries()) {
        const args: readonly unknown[] = Array.isArray(row) ? row : [row];
        declare(`${name} [${at}]`, () => body(...args));
      }
    },
  });

/** What the tests import from Vitest, which starts a worker per file and so takes a second. */
export const test = withEach(declareTest);
export const describe = withEach(declareGroup);
