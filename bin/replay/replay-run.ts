import type { RunId } from '../../core/ids.ts';
import type { RunEntry } from '../../core/ledger.ts';
import type { ReplayRequest } from '../../core/replay/decide.ts';
import * as replaying from '../../functions/replay-run.ts';
import { existingRun } from '../commands/run.ts';
import { UserError } from '../console/errors.ts';
import type { DeployedStack } from '../world.ts';

/** What a replay needs of the deployed stack. */
export type ReplayWorld = Pick<
  DeployedStack,
  'ledger' | 'landing' | 'catalog' | 'start' | 'caller' | 'name' | 'where'
>;

export type Asked = replaying.Asked;
export type Planned = replaying.Planned;

/** The run that has the files of this one now, which may be itself. */
export const standingRun = async (world: ReplayWorld, runId: RunId): Promise<RunEntry> =>
  (await replaying.standingRun(world, runId)) ?? (await existingRun(world, runId));

/** What would become of a run; changes nothing. */
export const planReplay = async (
  world: ReplayWorld,
  runId: RunId,
  asked: Asked,
  request: Pick<ReplayRequest, 'by' | 'now'>,
): Promise<Planned> => {
  const { runId: standing } = await standingRun(world, runId);
  const planned = await replaying.planReplay(world, standing, asked, request);
  return planned ?? { run: await existingRun(world, standing), decision: gone(standing) };
};

const gone = (runId: RunId) => {
  const what = `${runId} is not in the ledger.`;
  return { kind: 'refused', what, next: 'npx headgate runs lists the runs there are.' } as const;
};

type Started = Exclude<replaying.Started, { kind: 'refused' }>;

/** Claims and starts the replay of a run, or says why there is none. */
export const startReplay = async (
  world: ReplayWorld,
  runId: RunId,
  asked: Asked,
  clock: () => number,
): Promise<Started> => {
  await existingRun(world, runId);
  const by = await world.caller();
  const started = (await replaying.beginReplay(world, runId, asked, { by, clock })) ?? gone(runId);
  if (started.kind !== 'refused') return started;
  throw new UserError({ what: started.what, next: started.next });
};
