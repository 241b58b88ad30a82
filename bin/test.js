import { orExplain } from './set-up/fail.js';
import { runOnNode24 } from './set-up/node-24.js';
import { setUp } from './set-up/set-up.js';

// `node bin/test.js [check|e2e|release]`: sets up what the suites need, then runs them.
await orExplain(async () => {
  const args = process.argv.slice(2);
  await setUp(args[0] === 'check' ? ['packages', 'readers'] : ['packages', 'local', 'readers']);
  return runOnNode24('bin/checks/main.ts', args);
});
