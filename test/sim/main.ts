import { simulate } from './simulate.ts';

const [from = '1', count = '100'] = process.argv.slice(2);
const started = performance.now();
let effects = 0;
let faults = 0;
let bad = 0;
let gaveUp = 0;
for (let seed = Number(from); seed < Number(from) + Number(count); seed += 1) {
  const history = await simulate({ seed });
  effects += history.effects;
  faults += history.faulted;
  gaveUp += history.verdict?.gaveUp ?? 0;
  if (history.problems.length > 0) {
    bad += 1;
    if (bad <= 10) console.log(seed, history.problems.slice(0, 4));
  }
}
const ms = performance.now() - started;
console.log({ seeds: Number(count), effects, faults, bad, gaveUp, msPerSeed: ms / Number(count) });
