import * as z from 'zod';
import { DatasetName, FileId } from '../../core/ids.ts';
import { runStates } from '../../core/ledger.ts';
import { limits } from '../../core/limits.ts';
import {
  toldContract,
  toldDataset,
  toldFile,
  toldRun,
  toldWholeRun,
} from '../../core/operate/told.ts';
import { historyRunsMax } from '../../core/quality/summary.ts';
import { runFacts } from '../run-facts.ts';
import {
  type Answer,
  answered,
  datasetNamed,
  noDataset,
  noRun,
  type OperateDeps,
  refused,
} from './deps.ts';
import {
  asAnswer,
  type Call,
  Cursor,
  cursorOf,
  Place,
  pathPart,
  readQuery,
  runIdOf,
  Time,
  wholeUpTo,
} from './request.ts';

const Nothing = z.strictObject({});

/** Every dataset, with its newest run. */
export const listDatasets = async (deps: OperateDeps, call: Call): Promise<Answer> => {
  const asked = readQuery(call, Nothing);
  if (asked.kind === 'problem') return asAnswer(asked);
  const datasets = await Promise.all(
    deps.datasets.map(async (dataset) => {
      const [newest] = await deps.ledger.history(dataset.name, 1);
      return toldDataset(dataset, newest);
    }),
  );
  return answered({ datasets });
};

const History = z.strictObject({ history: wholeUpTo(historyRunsMax, 20) });

/** A dataset: its contract, its published runs, and what it reads. */
export const getDataset = async (deps: OperateDeps, call: Call): Promise<Answer> => {
  const dataset = datasetNamed(deps, pathPart(call, 'dataset'));
  if (dataset === undefined) return noDataset;
  const asked = readQuery(call, History);
  if (asked.kind === 'problem') return asAnswer(asked);
  const history = await deps.ledger.history(dataset.name, asked.value.history);
  return answered(toldContract(dataset, history, (name) => datasetNamed(deps, name)));
};

const RunsQuery = z.strictObject({
  dataset: z.string().optional(),
  state: z
    .string()
    .transform((text) => text.toUpperCase())
    .pipe(z.enum(runStates, { error: `it is one of ${runStates.join(', ')}` }))
    .optional(),
  since: Time,
  until: Time,
  limit: wholeUpTo(limits.pageEntriesMax, 50),
  cursor: Cursor(z.tuple([Place])),
});

/** Runs by when they were created, newest first. */
export const listRuns = async (deps: OperateDeps, call: Call): Promise<Answer> => {
  const asked = readQuery(call, RunsQuery);
  if (asked.kind === 'problem') return asAnswer(asked);
  const { dataset, state, since, until, limit, cursor } = asked.value;
  if (dataset !== undefined && datasetNamed(deps, dataset) === undefined) return noDataset;
  const { runs, next } = await deps.ledger.runsPage({
    ...(dataset === undefined ? {} : { dataset: DatasetName.parse(dataset) }),
    states: state === undefined ? runStates : [state],
    ...{ since, until, limit, after: cursor?.[0] ?? null },
  });
  return answered({ runs: runs.map(toldRun), next: next === null ? null : cursorOf(next) });
};

/** One run with its files, reasons and places. */
export const getRun = async (deps: OperateDeps, call: Call): Promise<Answer> => {
  const asked = readQuery(call, Nothing);
  if (asked.kind === 'problem') return asAnswer(asked);
  const runId = runIdOf(call);
  const run = runId === undefined ? undefined : await deps.ledger.run(runId);
  if (run === undefined) return noRun;
  const { reasons, ...facts } = await runFacts(deps, run);
  return answered(
    toldWholeRun(run, {
      ...facts,
      reasons: reasons === null ? null : [...reasons],
      warnings: [...facts.warnings],
      drift: [...facts.drift],
    }),
  );
};

/** One landed object version. */
export const getFile = async (deps: OperateDeps, call: Call): Promise<Answer> => {
  const asked = readQuery(call, Nothing);
  if (asked.kind === 'problem') return asAnswer(asked);
  const fileId = FileId.safeParse(pathPart(call, 'file'));
  const file = fileId.success ? await deps.ledger.file(fileId.data) : undefined;
  if (file !== undefined) return answered(toldFile(file));
  return refused({
    name: 'not-found',
    detail: 'no file has this id; GET /runs/{run} lists the files of a run',
  });
};
