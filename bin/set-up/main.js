import { orExplain } from './fail.js';
import { setUp } from './set-up.js';

// `node bin/set-up/main.js packages local readers`: for scripts that need the parts alone.
await orExplain(async () => {
  await setUp(process.argv.slice(2));
  return 0;
});
