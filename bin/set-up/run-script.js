import { orExplain } from './fail.js';
import { runOnNode24 } from './node-24.js';
import { setUp } from './set-up.js';

// `node bin/set-up/run-script.js bin/generate/main.ts …`: any script of ours, in a fresh clone too.
await orExplain(async () => {
  const [script, ...args] = process.argv.slice(2);
  await setUp(['packages']);
  return runOnNode24(script, args);
});
