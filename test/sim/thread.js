import { registerHooks } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * One thread of the simulator. A mutant is put into the code while it is loaded, before anything
 * else is: the files on disk are never touched.
 */
const { mutant, from, count, untilFailure, regressionsFirst } = workerData;

// Thousands of errors are thrown on purpose, and nobody reads where.
Error.stackTraceLimit = 2;

if (mutant !== undefined) {
  const missing = new Set(mutant.edits.map((edit) => edit.file));
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context);
      let source = loaded.source === undefined ? '' : String(loaded.source);
      for (const { file, find, replace } of mutant.edits) {
        if (!url.endsWith(`/${file}`)) continue;
        if (source.split(find).length !== 2)
          throw new Error(`mutant ${mutant.name}: the text stands not once in ${file}: ${find}`);
        source = source.replace(find, () => replace);
        missing.delete(file);
        loaded.source = source;
      }
      return loaded;
    },
  });
  process.on('exit', () => {
    if (missing.size > 0) throw new Error(`mutant ${mutant.name}: never loaded ${[...missing]}`);
  });
}

const { emptyTally, runSeeds } = await import('./tally.ts');
const { findRegression, findSchedule } = await import('./beyond.ts');
const first = regressionsFirst ? await findRegression() : undefined;
const tally =
  first === undefined
    ? await runSeeds(from, count, (so) => (untilFailure && so.failures.length > 0 ? 'stop' : 'on'))
    : emptyTally();
if (first !== undefined) tally.failures.push({ seed: 0, problems: [first] });
// A fault that no seed finds may be found where the schedules are made for it.
if (untilFailure && tally.failures.length === 0) {
  const problem = (await findRegression()) ?? (await findSchedule());
  if (problem !== undefined) tally.failures.push({ seed: 0, problems: [problem] });
}
parentPort?.postMessage(tally);
