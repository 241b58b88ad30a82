import type { Problem } from '../../core/api/problem.ts';
import type { Dataset } from '../../core/dataset.ts';
import type { LedgerPages } from '../../core/operate/pages.ts';
import type { Clock, Ledger } from '../../core/ports.ts';
import type { DecidingDeps } from '../decide-run.ts';
import type { ReplayingDeps } from '../replay-run.ts';
import type { RunFactsDeps } from '../run-facts.ts';
import type { Telemetry } from '../telemetry.ts';

/** A rejected row as the quarantine has it. */
export type StoredReject = {
  readonly row: number;
  readonly byteStart: number | null;
  readonly byteEnd: number | null;
  readonly reasons: readonly { readonly code: string; readonly field: string | null }[];
  readonly mended: boolean;
  /** Null when it was not asked for. */
  readonly raw: Buffer | null;
};

/** Reads rejected rows of one file of the quarantine, in the order of their numbers. */
export type ReadRejects = (
  uri: string,
  asked: {
    /** Rows behind this number. */
    readonly after: number;
    readonly limit: number;
    /** Null: without raw. Else with it, and no more than so many bytes, or one row. */
    readonly rawBytesMax: number | null;
  },
) => Promise<{ readonly rows: readonly StoredReject[]; readonly more: boolean }>;

export type OperateDeps = Telemetry &
  DecidingDeps &
  ReplayingDeps &
  RunFactsDeps & {
    readonly ledger: LedgerPages & Pick<Ledger, 'history'>;
    readonly readRejects: ReadRejects;
    readonly datasets: readonly Dataset[];
    readonly now: Clock;
  };

/** What a route answers: a body, or why there is none. */
export type Answer =
  | { readonly kind: 'answer'; readonly body: object }
  | { readonly kind: 'problem'; readonly problem: Problem };

export const answered = (body: object): Answer => ({ kind: 'answer', body });
export const refused = (problem: Problem): Answer => ({ kind: 'problem', problem });

/** A dataset by its name; the name is a sender’s or an operator’s word. */
export const datasetNamed = ({ datasets }: Pick<OperateDeps, 'datasets'>, name: string) =>
  datasets.find((dataset) => dataset.name === name);

export const noDataset = refused({
  name: 'not-found',
  detail: 'no dataset is declared under this name; GET /datasets lists them',
});

export const noRun = refused({
  name: 'not-found',
  detail: 'no run has this id; GET /runs lists them',
});
