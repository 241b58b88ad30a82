import type { QueueDepth } from '../../adapters/queue-depth.ts';
import type { Dataset } from '../../core/dataset.ts';
import type { RunEntry } from '../../core/ledger.ts';
import type { DeployedStack } from '../world.ts';

/** Runs read per dataset, and runs listed as needing a look; the commands for more say so. */
const RUNS_MAX = 200;
const LETTERS_MAX = 500;

/** What `headgate status` tells, also as JSON. */
export type Status = {
  readonly stack: string;
  readonly where: string;
  readonly outputs: DeployedStack['outputs'];
  readonly datasets: readonly { readonly name: string; readonly lastRun: RunEntry | null }[];
  readonly queue: QueueDepth;
  /** Messages in the dead-letter queue that are not written down yet. */
  readonly deadLetters: number;
  /** Those in the ledger that nobody has done anything about, up to a few hundred. */
  readonly openLetters: number;
  readonly underWay: readonly RunEntry[];
  /** HELD and FAILED runs among the newest ones of each dataset. */
  readonly needLook: readonly RunEntry[];
};

type Ask = {
  readonly stack: Pick<DeployedStack, 'name' | 'where' | 'outputs' | 'ledger'>;
  readonly datasets: readonly Dataset[];
  readonly depthOf: (queueUrl: string) => Promise<QueueDepth>;
};

const isBad = ({ state }: RunEntry): boolean => state === 'HELD' || state === 'FAILED';
const isUnderWay = ({ state }: RunEntry): boolean =>
  state === 'CREATED' || state === 'STARTED' || state === 'LOADING';

/** Asks the ledger and the queues, all at once. */
export const collectStatus = async ({ stack, datasets, depthOf }: Ask): Promise<Status> => {
  const { name, where, outputs, ledger } = stack;
  const [queue, dead, { letters }, ...lists] = await Promise.all([
    depthOf(outputs.NoticeQueueUrl),
    depthOf(outputs.DeadLetterQueueUrl),
    ledger.lettersIn({ state: 'open', after: null, limit: LETTERS_MAX }),
    ...datasets.map((dataset) => ledger.listRuns({ dataset: dataset.name, limit: RUNS_MAX })),
  ]);
  const runs = lists.flat();
  return {
    stack: name,
    where,
    outputs,
    datasets: datasets.map((dataset, at) => ({
      name: dataset.name,
      lastRun: lists[at]?.[0] ?? null,
    })),
    queue,
    deadLetters: dead.waiting + dead.inFlight,
    openLetters: letters.length,
    underWay: runs.filter(isUnderWay),
    needLook: runs.filter(isBad),
  };
};
