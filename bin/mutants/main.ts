import { makeOutput } from '../console/output.ts';
import { type MutantRoom, mutantRooms, runMutants } from './rooms.ts';

/**
 * `npm run mutants`, `npm run mutants -- rules fields`, `npm run mutants -- fields --static`: what
 * else begins with a dash is Stryker's own, such as `--force` to answer all of them anew.
 */
const given = process.argv.slice(2);
const names = given.filter((each) => !each.startsWith('-'));
const isRoom = (name: string): name is MutantRoom => mutantRooms.some((room) => room === name);
const unknown = names.find((name) => !isRoom(name));
if (unknown === undefined) {
  const rooms = names.length === 0 ? mutantRooms : names.filter(isRoom);
  const args = given.filter((each) => each.startsWith('-'));
  const out = makeOutput(process.stdout, process.stderr, process.env);
  process.exitCode = (await runMutants(rooms, args, out, process.env)) ? 0 : 1;
} else {
  process.stderr.write(
    `There are no mutants of '${unknown}'; there are ${mutantRooms.join(', ')}.\n`,
  );
  process.exitCode = 2;
}
