import { checkDisk, checkLocalPlatform, checkNode } from './checks.js';
import { alone } from './lock.js';
import { packages } from './packages.js';
import { localAws, readers } from './python.js';

/** What there is to set up, by the names that callers use. */
const parts = { packages, local: localAws, readers };

const tell = (text) => process.stderr.write(`${text}\n`);

const seconds = (since) => ((performance.now() - since) / 1000).toFixed(1);

const make = async (part) => {
  const start = performance.now();
  await part.make();
  tell(`  ${part.name}: ready after ${seconds(start)} s`);
};

/**
 * Brings the named parts to what this commit wants. Says nothing and costs a few milliseconds when
 * there is nothing to do; otherwise the parts are made side by side, as most of it is waiting.
 */
export const setUp = async (names) => {
  checkNode();
  if (names.includes('local')) checkLocalPlatform();
  const missing = () => names.map((name) => parts[name]).filter((part) => !part.isReady());
  if (missing().length === 0) return;
  await alone(tell, async () => {
    const todo = missing();
    if (todo.length === 0) return;
    checkDisk();
    tell(`Setting up (once per clone): ${todo.map((part) => part.name).join(', ')}`);
    const ends = await Promise.allSettled(todo.map(make));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
  });
};
