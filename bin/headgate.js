#!/usr/bin/env node
import { orExplain } from './set-up/fail.js';
import { runOnNode24 } from './set-up/node-24.js';
import { setUp } from './set-up/set-up.js';

/** These run the local AWS, unless the user points them at another one. */
const LOCAL_COMMANDS = new Set(['start', 'up']);

await orExplain(async () => {
  const args = process.argv.slice(2);
  const isLocal = LOCAL_COMMANDS.has(args[0]) && !process.env.AWS_ENDPOINT_URL;
  const asksForHelp = args.includes('--help') || args.includes('-h');
  await setUp(isLocal && !asksForHelp ? ['packages', 'local'] : ['packages']);
  return runOnNode24('bin/headgate.ts', args);
});
