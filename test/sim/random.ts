import { seededRandom } from '../support/simulated-world.ts';

/** Numbers of one seed. Each part of a simulation draws its own: a draw more moves no other. */
export type Random = {
  /** Uniform in [0, 1). */
  next(): number;
  /** A whole number from `from` up to, without, `to`. */
  whole(from: number, to: number): number;
  chance(share: number): boolean;
  pick<T>(from: readonly [T, ...T[]]): T;
};

const mixed = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
};

/** The numbers that the part called `name` draws in a simulation of this seed. */
export const randomOf = (seed: number, name: string): Random => {
  const next = seededRandom(mixed(`${seed}/${name}`));
  // The first numbers of near seeds are near each other.
  for (let turn = 0; turn < 3; turn += 1) next();
  const whole = (from: number, to: number): number => from + Math.floor(next() * (to - from));
  return {
    next,
    whole,
    chance: (share) => next() < share,
    pick: (from) => from[whole(0, from.length)] ?? from[0],
  };
};
