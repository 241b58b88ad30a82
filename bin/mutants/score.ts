import * as z from 'zod';

const Report = z.object({
  files: z.record(z.string(), z.object({ mutants: z.array(z.object({ status: z.string() })) })),
});

/** What became of the mutants of one room. */
export type Score = {
  readonly killed: number;
  /** Mutants that make a test run for ever: noticed, as those that fail one. */
  readonly timeouts: number;
  readonly survived: number;
  /** No test runs them at all. */
  readonly uncovered: number;
  /** Left out, with the reason in stryker.config.json or test/mutation/ignore-data.ts. */
  readonly ignored: number;
  /** Mutants that cannot be loaded, so that no test says anything of them. */
  readonly broken: number;
};

/** Counts a report of Stryker. */
export const scoreOf = (json: string): Score => {
  const { files } = Report.parse(JSON.parse(json));
  const all = Object.values(files).flatMap(({ mutants }) => mutants);
  const having = (...statuses: readonly string[]): number =>
    all.filter(({ status }) => statuses.includes(status)).length;
  return {
    killed: having('Killed'),
    timeouts: having('Timeout'),
    survived: having('Survived'),
    uncovered: having('NoCoverage'),
    ignored: having('Ignored'),
    broken: having('RuntimeError', 'CompileError'),
  };
};

/** The share of the mutants that a test noticed, of those that count; 0 where there are none. */
export const percentOf = ({ killed, timeouts, survived, uncovered }: Score): number => {
  const all = killed + timeouts + survived + uncovered;
  return all === 0 ? 0 : (100 * (killed + timeouts)) / all;
};
