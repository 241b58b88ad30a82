import type { DatasetName } from '../../core/ids.ts';
import type { World } from '../../core/load/commit.ts';
import type {
  Clock,
  Executions,
  LandedVersions,
  Ledger,
  Notices,
  Pipeline,
  Store,
} from '../../core/ports.ts';
import type { ReconcileFinding } from '../../core/reconcile/findings.ts';
import type { Telemetry } from '../telemetry.ts';

/** Everything that reconcile compares, and the few things it may do. */
export type ReconcileDeps = Telemetry & {
  readonly ledger: Pick<
    Ledger,
    | 'run'
    | 'file'
    | 'files'
    | 'runsIn'
    | 'claimAgain'
    | 'markStarted'
    | 'settleFile'
    | 'failRun'
    | 'nextAttempt'
    | 'lettersIn'
    | 'moveLetter'
    | 'cursor'
    | 'moveCursor'
  >;
  readonly landing: LandedVersions;
  readonly store: Pick<Store, 'get' | 'put' | 'putOnce' | 'list'>;
  readonly world: World;
  readonly executions: Executions;
  readonly pipeline: Pipeline;
  readonly pipelineArn: string;
  readonly notices: Notices;
  readonly cleanBucket: string;
  readonly curatedBucket: string;
  readonly quarantineBucket: string;
  /** Whose tables there are. */
  readonly datasets: readonly DatasetName[];
  /** Every declared dataset with the version of its contract. */
  readonly contracts: ReadonlyMap<DatasetName, string>;
  readonly now: Clock;
};

/** What is looked at. */
export type Scope = { readonly dataset?: DatasetName };

/** Whether something is in scope; what belongs to no dataset is only in the whole. */
export const inScope = ({ dataset }: Scope, of: DatasetName | null): boolean =>
  dataset === undefined || dataset === of;

/** One page of one step of the walk. */
export type Page = {
  readonly findings: readonly ReconcileFinding[];
  readonly next: string | null;
  /** What could not be looked at. */
  readonly failed?: number;
};

/** Entries of the ledger read at a time. */
export const entriesPerPage = 200;
/** Calls to AWS at a time. */
export const callsAtOnce = 16;
