import { wholeNumber } from '../../commands/command.ts';
import { UserError } from '../../console/errors.ts';
import { apiDoor } from './api-door.ts';
import type { Door, Turn } from './door.ts';
import { streamDoor } from './stream-door.ts';

/** Turns before the first that counts: what a warm function has compiled stays. */
const WARM_UP_TURNS = 40;

const doors = { stream: streamDoor, api: apiDoor } as const;

const timed = async (work: () => unknown): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

const same = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);

/** One turn of each, Headgate first in every other one; both must have told the same records. */
const takeTurn = async ({ turn }: Door, at: number): Promise<[number, number]> => {
  const { ours, peer, taken, checked, planted }: Turn = turn(at);
  let [oursMs, peerMs] = [0, 0];
  if (at % 2 === 0) oursMs = await timed(ours);
  peerMs = await timed(peer);
  if (at % 2 !== 0) oursMs = await timed(ours);
  for (const found of [taken(), checked()])
    if (!same(found, planted))
      throw new UserError({
        what: `turn ${at}: ${JSON.stringify(found)} came out, ${JSON.stringify(planted)} was planted`,
      });
  return [oursMs, peerMs];
};

/** Prints the milliseconds of each turn that counts, of both. */
const [name = '', turns] = process.argv.slice(2);
const door = doors[name === 'api' ? 'api' : 'stream'];
const counted = wholeNumber(1, 100_000).parse(turns);
const [oursMs, peerMs]: [number[], number[]] = [[], []];
for (let at = -WARM_UP_TURNS; at < counted; at += 1) {
  const [ours, peer] = await takeTurn(door, at + WARM_UP_TURNS);
  if (at < 0) continue;
  oursMs.push(ours);
  peerMs.push(peer);
}
process.stdout.write(JSON.stringify({ records: door.records, oursMs, peerMs }));
