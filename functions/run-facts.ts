import { GateDocument } from '../core/documents.ts';
import type { Drift } from '../core/evolution/drift.ts';
import { cleanKeys, curatedKeys, s3Uri } from '../core/layout.ts';
import type { FileEntry, RunEntry } from '../core/ledger.ts';
import type { Ledger, Store } from '../core/ports.ts';

/** What is told of a run besides its entry, from the ledger and the clean zone. */
export type RunFacts = {
  readonly files: readonly FileEntry[];
  /** Reasons of rejected rows, most frequent first; null before the gate has counted them. */
  readonly reasons: GateDocument['reasons'] | null;
  /** What published rows are warned of, most frequent first. */
  readonly warnings: GateDocument['reasons'];
  /** How files differed from the dataset. */
  readonly drift: readonly Drift[];
  readonly lies: {
    readonly clean: string;
    readonly quarantine: string;
    readonly table: string;
    readonly lineage: string | null;
  };
};

export type RunFactsDeps = {
  readonly ledger: Pick<Ledger, 'file'>;
  readonly store: Pick<Store, 'get' | 'list'>;
  readonly cleanBucket: string;
  readonly quarantineBucket: string;
  readonly curatedBucket: string;
};

/** Collects them; what has expired is left out, not an error. */
export const runFacts = async (deps: RunFactsDeps, run: RunEntry): Promise<RunFacts> => {
  const { runId, dataset, fence } = run;
  // A released attempt publishes the work of the one that was held.
  const work = run.released?.work ?? fence;
  const found = await Promise.all(run.files.map((fileId) => deps.ledger.file(fileId)));
  const lineage = s3Uri(deps.curatedBucket, curatedKeys.lineage(dataset, runId));
  return {
    files: found.filter((file) => file !== undefined),
    ...(await reasonsOf(deps, run)),
    lies: {
      clean: s3Uri(deps.cleanBucket, `${dataset}/${runId}/a${work}/`),
      quarantine: s3Uri(deps.quarantineBucket, `${dataset}/${runId}/a${work}/`),
      table: s3Uri(deps.curatedBucket, curatedKeys.table(dataset)),
      lineage: run.state === 'PUBLISHED' ? lineage : null,
    },
  };
};

const reasonsOf = async (
  { store, cleanBucket }: RunFactsDeps,
  { dataset, runId, fence }: RunEntry,
): Promise<Pick<RunFacts, 'reasons' | 'warnings' | 'drift'>> => {
  const uri = s3Uri(cleanBucket, cleanKeys.gate(dataset, runId, fence));
  // Listed first: a get of what is not there yet cannot be told from one that is not allowed.
  const listed = await store.list(uri);
  if (!listed.some((object) => object.uri === uri))
    return { reasons: null, warnings: [], drift: [] };
  const parsed = GateDocument.safeParse(JSON.parse((await store.get(uri)).toString('utf8')));
  const { reasons = null, warnings = [], drift = [] } = parsed.data ?? {};
  return { reasons, warnings, drift };
};
