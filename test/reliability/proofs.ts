/** One thing that docs/reliability.md publishes: what it is, and the command that shows it. */
export type Proof = {
  readonly name: string;
  /** As the page says it. */
  readonly what: string;
  /** As typed; its last line of output is the figure. */
  readonly command: string;
  readonly script: string;
  readonly args: readonly string[];
  /** What the figure must be to be published. */
  readonly sound: RegExp;
};

/** All of them, the quick ones first. The last one takes most of the time. */
export const proofs: readonly Proof[] = [
  {
    name: 'determinism',
    what: 'determinism',
    command: 'npm run sim:determinism -- --seeds 100',
    script: 'test/sim/main.ts',
    args: ['determinism', '--seeds', '100'],
    sound: /^100 seeds twice, \d+ effects, equal traces$/,
  },
  {
    name: 'exhaustive',
    what: 'every schedule of a small scope',
    command: 'npm run sim:exhaustive',
    script: 'test/sim/main.ts',
    args: ['exhaustive'],
    sound: /^\d+ schedules, 0 violations$/,
  },
  {
    name: 'random',
    what: 'histories at random',
    command: 'npm run sim -- --seeds 10000 --from 1',
    script: 'test/sim/main.ts',
    args: ['random', '--seeds', '10000', '--from', '1'],
    sound: /^10000 seeds, \d+ effects, \d+ faults, 0 lost, 0 duplicated, 0 stuck$/,
  },
  {
    name: 'mutants',
    what: 'known faults put into Headgate',
    command: 'npm run sim:mutants',
    script: 'test/sim/main.ts',
    args: ['mutants'],
    sound: /^(\d+)\/\1 caught, median \d+ seeds$/,
  },
  {
    name: 'local-aws',
    what: 'faults and kills on the local AWS',
    command: 'npm run faults -- --runs 200 --from 1',
    script: 'test/faults/main.ts',
    args: ['--runs', '200', '--from', '1'],
    sound: /^200 runs, \d+ requests, \d+ faults, \d+ kills, 0 lost, 0 duplicated, 0 stuck$/,
  },
];
