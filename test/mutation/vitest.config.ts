import { defineConfig } from 'vitest/config';

/** The tests that mutants of the contract engine's core must not survive. */
export default defineConfig({
  test: {
    include: [
      'test/core/{fields,rules,transforms,expressions}/**/*.test.ts',
      'test/*differential.test.ts',
    ],
    testTimeout: 60_000,
  },
});
