import { assertNever } from '../../core/assert.ts';
import type { RunId } from '../../core/ids.ts';
import type { Replayed } from '../../core/operate/answers.ts';
import { type Asked, beginReplay, type Planned, planReplay } from '../replay-run.ts';
import type { OperateDeps } from './deps.ts';

/** Starts the replay of a run, or says what would become of it; undefined where there is none. */
export const replayOne = async (
  deps: OperateDeps,
  runId: RunId,
  asked: Asked,
  { by, isDry }: { readonly by: string; readonly isDry: boolean },
): Promise<Replayed | undefined> => {
  const planned = await planReplay(deps, runId, asked, { by, now: deps.now() });
  if (planned === undefined) return undefined;
  const plan = toldPlan(planned);
  if (isDry || plan.outcome === 'refused' || plan.outcome === 'done') return plan;
  const started = await beginReplay(deps, runId, asked, { by, clock: deps.now });
  if (started === undefined) return undefined;
  if (started.kind === 'refused')
    return { ...plan, outcome: 'refused', replay: null, detail: `${started.what} ${started.next}` };
  if (started.kind === 'started') {
    deps.log.info('replay started', { runId, replay: started.runId, by });
    deps.count('ReplaysStarted', 1, asked.dataset.name);
  }
  return { ...plan, outcome: started.kind, replay: started.runId };
};

const toldPlan = ({ run, decision }: Planned): Replayed => {
  const none = { run_id: run.runId, replay: null, files: [], left: [], detail: null };
  switch (decision.kind) {
    case 'refused':
      return { ...none, outcome: 'refused', detail: `${decision.what} ${decision.next}` };
    case 'done':
      return { ...none, outcome: 'done', replay: decision.runId };
    case 'join':
      return { ...none, outcome: 'joined', replay: decision.runId };
    case 'claim':
      return {
        ...none,
        outcome: 'planned',
        replay: decision.replay.runId,
        files: decision.files.map(({ fileId }) => fileId),
        left: decision.left.map(({ file, why }) => ({ file_id: file.fileId, why })),
      };
    default:
      return assertNever(decision);
  }
};
