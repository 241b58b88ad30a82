import { globSync } from 'node:fs';

/**
 * Each room of the core and the tests that its mutants must not survive: those of its own folder,
 * then, since they are dear, the ones that hold its two engines to each other.
 */
const patterns: Readonly<Record<string, readonly string[]>> = {
  rules: ['core/rules/*', 'core/definition/check-rules', 'rules-differential'],
  fields: [
    'core/fields/*',
    'core/definition/check-field',
    'core/rules/every-kind',
    '{nested-,}differential',
  ],
  transforms: ['core/transforms/*', 'core/transform/*', 'transform-differential'],
  expressions: ['core/expressions/*'],
};

/** Tests of a folder that ask DuckDB. */
const DEAR = /every-kind|engines/;

/** The test files of a room in the order in which they run: the first failure ends a mutant. */
export const testsOf = (room: string, root: string): readonly string[] => {
  const found = (patterns[room] ?? []).flatMap((pattern) =>
    globSync(`test/${pattern}.test.ts`, { cwd: root }).toSorted(),
  );
  return [...found.filter((file) => !DEAR.test(file)), ...found.filter((file) => DEAR.test(file))];
};
