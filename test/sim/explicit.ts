import type { FaultKind, Faults, Moment } from './kernel.ts';
import { type History, type Simulation, simulate } from './simulate.ts';
import { workloadOf } from './workload.ts';

/** A fault at one effect of a history, counted from its start. */
export type Strike = { readonly index: number; readonly kind: FaultKind };

/** Exactly these faults, and no other. */
export const strikes = (all: readonly Strike[]): Faults => {
  const kinds = new Map(all.map(({ index, kind }) => [index, kind]));
  return ({ index }) => kinds.get(index);
};

/** The faults that struck in a history at random, so that they can be ordered one by one. */
export const strikesOf = async (
  simulation: Simulation,
): Promise<{ readonly history: History; readonly struck: readonly Strike[] }> => {
  const struck: Strike[] = [];
  let index = 0;
  const onMoment = ({ fault }: Moment): void => {
    if (fault !== undefined) struck.push({ index, kind: fault });
    index += 1;
  };
  const history = await simulate({ ...simulation, onMoment });
  return { history, struck };
};

/** The kind of a problem: its first word. */
const kindsOf = ({ problems }: History): ReadonlySet<string> =>
  new Set(problems.map((problem) => problem.slice(0, problem.indexOf(':'))));

/** A smaller history with the same kind of problem: fewer faults, and fewer deeds. */
export const shrink = async (
  simulation: Simulation,
): Promise<
  Simulation & {
    readonly strikes: readonly Strike[];
  }
> => {
  const { history, struck } = await strikesOf(simulation);
  const [wanted] = kindsOf(history);
  const fails = async (deeds: Simulation['deeds'], left: readonly Strike[]): Promise<boolean> => {
    const given = { ...simulation, ...(deeds === undefined ? {} : { deeds }) };
    const found = await simulate({ ...given, faults: strikes(left) });
    return wanted !== undefined && kindsOf(found).has(wanted);
  };
  let deeds = simulation.deeds ?? workloadOf(simulation.seed);
  let left = struck;
  for (const strike of struck) {
    const fewer = left.filter((each) => each !== strike);
    if (await fails(deeds, fewer)) left = fewer;
  }
  for (const deed of deeds) {
    // Deletions and replays name their put by its place, which another put must not shift.
    const fewer = deeds.filter((each) => each !== deed);
    if (deeds.some(({ kind }) => kind === 'delete' || kind === 'replay') && deed.kind === 'put')
      continue;
    if (await fails(fewer, left)) deeds = fewer;
  }
  return { ...simulation, deeds, strikes: left, faults: strikes(left) };
};
