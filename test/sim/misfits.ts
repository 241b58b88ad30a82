import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from './mutants/mutant.ts';

const root = join(import.meta.dirname, '../..');

/** What keeps a mutant from being put into the code as it is now: it has to be written anew. */
export const misfits = (mutants: readonly Mutant[]): readonly string[] =>
  mutants.flatMap(({ name, edits }) =>
    edits
      .filter(({ file, find }) => readFileSync(join(root, file), 'utf8').split(find).length !== 2)
      .map(({ file, find }) => `${name}: stands not once in ${file}: ${find}`),
  );
