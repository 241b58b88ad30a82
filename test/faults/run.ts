import { setTimeout as wait } from 'node:timers/promises';
import { terminalRunStates } from '../../core/ledger.ts';
import { drop, unique } from '../e2e/support/drops.ts';
import { randomOf } from '../sim/random.ts';
import { type Healed, heal } from './heal.ts';
import type { FaultyAws } from './local-stack.ts';
import { type Evidence, judge, type Landed, type LandedFile, type Verdict } from './oracle.ts';
import { type Reader, startReader } from './reader.ts';
import { type Mode, type Troubles, troublesOf } from './troubles.ts';
import { type Landing, workloadOf } from './workload.ts';

/** What all runs on one stack share: tables only grow, and the oracle knows what landed before. */
export type Ground = {
  readonly aws: FaultyAws;
  readonly reader: Reader;
  readonly landed: Landed[];
};

export type RunResult = {
  readonly seed: number;
  /** Whether records were sent, and not files landed. */
  readonly isOfDoors: boolean;
  readonly verdict: Verdict;
  readonly files: number;
  /** Processes that were ended at a moment of the clock. */
  readonly timedKills: number;
  /** What had to be helped on after the faults had stopped. */
  readonly healed: readonly string[];
  readonly ms: number;
};

export const openGround = (aws: FaultyAws): Ground => ({
  aws,
  reader: startReader(aws.stack.outputs.CatalogDatabase),
  landed: [],
});

const evidenceOf = ({ aws: { stack }, reader }: Ground): Evidence => ({
  ledger: stack.ledger,
  reader,
  quarantineBucket: stack.outputs.QuarantineBucket,
});

/** Everything that all runs landed, once more: what came later must not have changed it. */
export const judgeAgain = async (ground: Ground): Promise<Verdict> => {
  await untilEnded(ground.aws, ground.landed);
  return await judge(evidenceOf(ground), ground.landed, []);
};

/** Faults end after this, so that what they left behind can be told from what still goes on. */
const faultsMs = 8_000;
/** Without faults, something that is not at its end after this is helped on, again and again. */
const healAfterMs = 5_000;
/** A run that is not at its end by then is stuck. */
const patienceMs = 180_000;
const POLL_MS = 100;

/** Lands what a seed says, under the faults that it says, and judges the end. */
export const faultyRun = async (ground: Ground, seed: number, mode: Mode): Promise<RunResult> => {
  const { aws, landed } = ground;
  const started = performance.now();
  const troubles = troublesOf(seed, mode);
  const own: Landed[] = [];
  const isOver = { now: false };
  aws.proxy.strike(troubles.plan);
  const kills = killing(aws, troubles, () => isOver.now);
  await land(aws, workloadOf(seed, unique()), own);
  const healed = await untilEnded(aws, own);
  isOver.now = true;
  const timedKills = await kills;
  aws.proxy.calm();
  await aws.proxy.settled();
  const judged = await judge(evidenceOf(ground), own, landed);
  const verdict = { ...judged, lost: [...judged.lost, ...healed.lost] };
  landed.push(...own);
  const ms = Math.round(performance.now() - started);
  const found = { seed, verdict, isOfDoors: false, files: own.length };
  return { ...found, timedKills, healed: healed.helped, ms };
};

const land = async (
  { stack }: FaultyAws,
  landings: readonly Landing[],
  landed: Landed[],
): Promise<void> => {
  const started = performance.now();
  for (const { atMs, key, content } of landings) {
    await wait(Math.max(0, atMs - (performance.now() - started)));
    const { fileId } = await drop(stack, key, Buffer.from(content.text, 'utf8'));
    landed.push({ key, fileId, content });
  }
};

/** Ends processes that work, at the moments of the seed; those after the end do not come. */
export const killing = async (
  { callers }: FaultyAws,
  { plan, killsAtMs }: Troubles,
  isOver: () => boolean,
): Promise<number> => {
  const random = randomOf(plan.seed, 'kills');
  const started = performance.now();
  let kills = 0;
  for (const atMs of killsAtMs) {
    await wait(Math.max(0, atMs - (performance.now() - started)));
    let isDone = false;
    // Nobody may be at work at this very moment.
    while (!isDone && !isOver()) isDone = await callers.killBusy(random);
    if (isDone) kills += 1;
  }
  return kills;
};

/** Waits until each file and each run has ended; says what had to be helped on. */
export const untilEnded = async (
  aws: FaultyAws,
  landed: readonly LandedFile[],
): Promise<Healed> => {
  const helped: string[] = [];
  let lost: readonly string[] = [];
  const started = performance.now();
  let next = faultsMs;
  for (;;) {
    const now = performance.now() - started;
    if ((await isEnded(aws, landed)) || now > patienceMs) return { helped, lost };
    if (now > faultsMs) aws.proxy.calm();
    if (now > next + healAfterMs) {
      next = now;
      const healed = await heal(aws, landed);
      helped.push(...healed.helped);
      lost = healed.lost;
      if (lost.length > 0) return { helped, lost };
    }
    await wait(POLL_MS);
  }
};

const isEnded = async (
  { stack: { ledger } }: FaultyAws,
  landed: readonly LandedFile[],
): Promise<boolean> => {
  for (const { fileId } of landed) {
    const file = await ledger.file(fileId);
    if (file === undefined || file.state === 'CLAIMED') return false;
    const run = file.runId === null ? undefined : await ledger.run(file.runId);
    if (run !== undefined && !terminalRunStates.includes(run.state)) return false;
  }
  return true;
};
