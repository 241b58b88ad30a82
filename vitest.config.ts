import { defineConfig } from 'vitest/config';

/**
 * Faults would disturb whoever shares a local AWS with them, so these have one of their own, which
 * they start themselves.
 */
const faults = {
  test: {
    name: 'e2e-faults',
    include: ['test/faults/e2e/*.test.ts'],
    sequence: { groupOrder: 3 },
    fileParallelism: false,
  },
};

/**
 * One run against a local AWS per profile; setup deploys the stack into one of its own. In one
 * process the second starts when the first has ended; bin/checks runs one process for each.
 */
const endToEnd = (name: string, groupOrder: number, include: string[], exclude: string[] = []) => ({
  test: {
    name,
    include,
    exclude,
    globalSetup: ['test/e2e/global-setup.ts'],
    setupFiles: ['test/e2e/setup-env.ts'],
    sequence: { groupOrder },
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
});

const unit = [
  'test/{core,adapters,functions,datasets,bin,layers,readers,bad-inputs}/**/*.test.ts',
  'test/{faults,reliability}/*.test.ts',
  'test/*.test.ts',
];

export default defineConfig({
  test: {
    // Vitest leaves one core to itself, which on two is half of them.
    maxWorkers: '100%',
    // To load all modules anew for each file took half of the time. The release's check does it.
    isolate: false,
    projects: [
      { test: { name: 'unit', include: unit, testTimeout: 60_000 } },
      // A simulation takes all cores by itself.
      {
        test: {
          name: 'sim',
          include: ['test/sim/*.test.ts'],
          sequence: { groupOrder: 4 },
          testTimeout: 60_000,
        },
      },
      { test: { name: 'infra', include: ['test/lib/**/*.test.ts'], testTimeout: 60_000 } },
      // What differs without rights; test/faults/e2e pushes and streams without them, too.
      endToEnd('e2e', 1, ['test/e2e/{spine,local-aws,cli}.test.ts']),
      // The doors without them, before a release and for who asks for it.
      endToEnd('doors-e2e', 1, [
        'test/e2e/{push,stream,operate,entities,uploads,webhooks,windows}.test.ts',
      ]),
      // Rights can only be seen where they are enforced. One file starts its own, of both kinds.
      endToEnd('e2e-secure', 2, ['test/e2e/**/*.test.ts'], ['test/e2e/local-aws.test.ts']),
      faults,
    ],
  },
});
