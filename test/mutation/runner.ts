import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { bundleOf } from './bundle.ts';
import type { LoadedTest } from './harness.ts';
import { testsOf } from './tests.ts';

/** What instrumented code reads and writes; the name is Stryker's. */
type Switches = {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  mutantCoverage?: unknown;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
};
declare global {
  var __stryker__: Switches | undefined;
}
globalThis.__stryker__ ??= {};
const { __stryker__: switches } = globalThis;

// Every mutant meets the same rows, or a repeat would not say the same; and nobody reads a smaller
// example of what a mutant does, which takes many more runs to find.
fc.configureGlobal({ seed: 20_240_229, endOnFailure: true });

type Bundle = {
  readonly testsIn: (file: string, load: () => Promise<unknown>) => Promise<readonly LoadedTest[]>;
  readonly files: readonly (readonly [string, () => Promise<unknown>])[];
};

type Result = {
  readonly id: string;
  readonly name: string;
  readonly fileName: string;
  readonly timeSpentMs: number;
} & ({ readonly status: 0 } | { readonly status: 1; readonly failureMessage: string });

type MutantRun = {
  readonly activeMutant: { readonly id: string };
  readonly testFilter?: readonly string[];
  readonly hitLimit?: number;
  readonly mutantActivation: 'static' | 'runtime';
};

const messageOf = (error: unknown): string => String(error instanceof Error ? error.stack : error);

const failed = (error: unknown) => ({ status: 1, failureMessage: messageOf(error) }) as const;
const named = (id: string, fileName: string) => ({ id, name: id, fileName });

const resultOf = async (file: string, { id, run }: LoadedTest): Promise<Result> => {
  const started = performance.now();
  const spent = () => ({ timeSpentMs: performance.now() - started });
  try {
    await run();
    return { ...named(id, file), ...spent(), status: 0 };
  } catch (error) {
    return { ...named(id, file), ...spent(), ...failed(error) };
  }
};

let loads = 0;

/** Stryker's test runner: all in this process, each mutant in modules of its own. */
const runner = () => {
  let bundle = '';
  const loadBundle = async (): Promise<Bundle> => {
    loads += 1;
    return await import(`${pathToFileURL(bundle).href}?${loads}`);
  };

  /** The results of a file's tests up to the first failure; not to load is one. */
  const resultsIn = async (
    [file, load]: Bundle['files'][number],
    { testsIn }: Bundle,
    { activeMutant: { id }, mutantActivation, testFilter }: MutantRun,
  ): Promise<Result[]> => {
    switches.activeMutant = mutantActivation === 'static' ? id : undefined;
    let tests: readonly LoadedTest[];
    try {
      tests = await testsIn(file, load);
    } catch (error) {
      return [{ ...failed(error), ...named(file, file), timeSpentMs: 0 }];
    }
    switches.activeMutant = id;
    const results: Result[] = [];
    for (const test of tests.filter((each) => testFilter?.includes(each.id) !== false)) {
      const result = await resultOf(file, test);
      results.push(result);
      if (result.status === 1) return results;
    }
    return results;
  };

  const resultsOf = async (mutant: MutantRun): Promise<Result[]> => {
    const { activeMutant, mutantActivation, testFilter } = mutant;
    switches.activeMutant = mutantActivation === 'static' ? activeMutant.id : undefined;
    const bundle = await loadBundle();
    const results: Result[] = [];
    for (const file of bundle.files) {
      if (testFilter?.some((id) => id.startsWith(`${file[0]} > `)) === false) continue;
      results.push(...(await resultsIn(file, bundle, mutant)));
      if (results.at(-1)?.status === 1) return results;
    }
    return results;
  };

  return {
    capabilities: () => ({ reloadEnvironment: true }),

    init: async (): Promise<void> => {
      const root = process.cwd();
      bundle = await bundleOf(testsOf(process.env.HEADGATE_MUTANTS ?? '', root), root);
    },

    dryRun: async () => {
      const results: Result[] = [];
      const { files, testsIn } = await loadBundle();
      for (const [file, load] of files) {
        for (const test of await testsIn(file, load)) {
          switches.currentTestId = test.id;
          results.push(await resultOf(file, test));
          switches.currentTestId = undefined;
        }
      }
      const { mutantCoverage } = switches;
      return { status: 'complete', tests: results, mutantCoverage };
    },

    mutantRun: async (mutant: MutantRun) => {
      const { hitLimit } = mutant;
      switches.hitCount = hitLimit === undefined ? undefined : 0;
      switches.hitLimit = hitLimit;
      try {
        const results = await resultsOf(mutant);
        if (hitLimit !== undefined && (switches.hitCount ?? 0) > hitLimit) {
          return { status: 'timeout', reason: `it was reached more than ${hitLimit} times` };
        }
        const end = results.at(-1);
        const nrOfTests = results.length;
        if (end?.status !== 1) return { status: 'survived', nrOfTests };
        const { id, failureMessage } = end;
        return { status: 'killed', killedBy: [id], failureMessage, nrOfTests };
      } catch (error) {
        return { status: 'error', errorMessage: messageOf(error) };
      }
    },
  };
};

export const strykerPlugins = [{ kind: 'TestRunner', name: 'in-process', factory: runner }];
