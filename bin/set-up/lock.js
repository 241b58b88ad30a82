import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { stateDir } from './paths.js';

const POLL_MS = 250;
const lockFile = join(stateDir, 'set-up.lock');

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, but it is another user's.
    return error.code === 'EPERM';
  }
};

const take = () => {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
};

const dropIfLeftBehind = () => {
  try {
    const owner = Number(readFileSync(lockFile, 'utf8'));
    if (owner > 0 && !isAlive(owner)) rmSync(lockFile, { force: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
};

/** `npm start` and `npm test` side by side must not both replace node_modules. */
export const alone = async (tell, work) => {
  mkdirSync(stateDir, { recursive: true });
  for (let told = false; !take(); told = true) {
    if (!told) tell('waiting for another set-up of this clone to end');
    dropIfLeftBehind();
    await wait(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(lockFile, { force: true });
  }
};
