import { Command } from 'commander';
import * as z from 'zod';
import { systemRandom, systemSleep } from '../../adapters/clock.ts';
import { contractVersion } from '../../core/contract.ts';
import { type DatasetName, EpochMs } from '../../core/ids.ts';
import { type FindingKind, needsPerson, nextStep } from '../../core/reconcile/findings.ts';
import type { Marker } from '../../core/reconcile/marker.ts';
import type { ReconcileDeps } from '../../functions/reconcile/deps.ts';
import { reconcile, type Told } from '../../functions/reconcile/handler.ts';
import { UserError } from '../console/errors.ts';
import type { Output } from '../console/output.ts';
import { oneLine } from '../console/table.ts';
import { type DeployedStack, stackOption, withStack } from '../world.ts';
import { jsonOption, type MakeCommand, parseOptions, withExamples } from './command.ts';
import { datasetOption, declared, loadDatasets } from './dataset-named.ts';
import { counted, size } from './words.ts';

const ReconcileOptions = z.object({
  dataset: z.string().optional(),
  dryRun: z.boolean().default(false),
  stack: z.string(),
  json: z.boolean().default(false),
});

/** Findings printed one by one; --json has all of them. */
const LISTED_MAX = 200;
/** Calls of one walk: of the largest bucket that anyone would look at by hand. */
const callsMax = 10_000;

/**
 * `headgate reconcile`: the same handler as the scheduled function, in this process and with the
 * caller's rights, as release and discard act. It walks to the end, where a scheduled call takes
 * its pages and leaves, and does not touch how far those have come.
 */
export const reconcileCommand: MakeCommand = ({ out, env, clock }) => {
  const command = new Command('reconcile')
    .description('compare landing, ledger, tables and quarantine; mend what is safe, tell the rest')
    .addOption(datasetOption('only what belongs to this dataset'))
    .option('--dry-run', 'change nothing')
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (raw: unknown) => {
      const { dataset, dryRun, stack, json } = parseOptions(ReconcileOptions, raw);
      const datasets = await loadDatasets();
      const only = dataset === undefined ? undefined : declared(datasets, dataset).name;
      const contracts = new Map(datasets.map((each) => [each.name, contractVersion(each)]));
      const request = { ...(only === undefined ? {} : { dataset: only }), dryRun };
      const found = await withStack({ out, env }, stack, (opened) =>
        reconcileAll(depsOf(opened, contracts, clock, out), request),
      );
      if (json) out.json(asJson(found, dryRun));
      else print(out, found, dryRun);
      throwWhatIsLeft(found, dryRun);
    });
  return withExamples(command, [
    'reconcile',
    'reconcile --dry-run',
    'reconcile --dataset orders --json',
  ]);
};

export type Reconciled = { readonly findings: readonly Told[]; readonly failed: number };

/** Calls until the walk has come to its end; each call begins with the runs under way. */
export const reconcileAll = async (
  deps: ReconcileDeps,
  request: { readonly dataset?: DatasetName; readonly dryRun: boolean },
): Promise<Reconciled> => {
  const found = new Map<string, Told>();
  let failed = 0;
  let from: Marker | null = null;
  for (let calls = 0; calls < callsMax; calls += 1) {
    const result = await reconcile(deps)({ ...request, from });
    for (const told of result.findings) {
      const id = `${told.kind} ${told.subject}`;
      if (!found.has(id)) found.set(id, told);
    }
    failed += result.failed;
    if (result.next === null) break;
    from = result.next;
  }
  return { findings: [...found.values()], failed };
};

/** The deployed stack as the handler sees it. What went wrong is said at once. */
export const depsOf = (
  stack: Pick<
    DeployedStack,
    'ledger' | 'landed' | 'store' | 'catalog' | 'executions' | 'start' | 'notices' | 'outputs'
  >,
  contracts: ReadonlyMap<DatasetName, string>,
  clock: () => number,
  out: Pick<Output, 'note'>,
): ReconcileDeps => ({
  ...stack,
  world: {
    ...{ store: stack.store, catalog: stack.catalog, sleep: systemSleep, random: systemRandom },
    now: () => EpochMs.parse(clock()),
  },
  log: {
    info: () => undefined,
    warn: () => undefined,
    error: (message, { subject, dataset, detail }) =>
      out.note(`${message}: ${subject ?? dataset}: ${detail}`),
  },
  count: () => undefined,
  landing: stack.landed,
  pipeline: { start: stack.start },
  pipelineArn: stack.outputs.PipelineArn,
  cleanBucket: stack.outputs.CleanBucket,
  curatedBucket: stack.outputs.CuratedBucket,
  quarantineBucket: stack.outputs.QuarantineBucket,
  contracts,
  datasets: [...contracts.keys()],
  now: () => EpochMs.parse(clock()),
});

const asJson = ({ findings, failed }: Reconciled, dryRun: boolean) => ({
  dryRun,
  failed,
  findings: findings.map((finding) => {
    const { action, ...told } = finding;
    return { ...told, action: action?.kind ?? null, next: nextStep(finding) };
  }),
});

const print = (out: Output, { findings }: Reconciled, dryRun: boolean): void => {
  if (findings.length === 0) {
    out.line(out.styles.good('Everything is as the ledger says.'));
    return;
  }
  out.table(
    [{ title: 'finding' }, { title: 'dataset' }, { title: 'of' }, { title: 'what' }],
    findings.slice(0, LISTED_MAX).map(({ kind, dataset, subject, detail, sizeBytes }) => {
      const what = sizeBytes === undefined ? detail : `${detail} (${size(sizeBytes)})`;
      return [kind, dataset ?? '', oneLine(subject), oneLine(what)];
    }),
  );
  if (findings.length > LISTED_MAX)
    out.line(`and ${findings.length - LISTED_MAX} more: npx headgate reconcile --json`);
  out.line();
  for (const [, some] of Map.groupBy(findings, ({ kind, action }) => `${kind} ${action === null}`))
    printNext(out, some, dryRun);
};

const printNext = (out: Output, some: readonly Told[], dryRun: boolean): void => {
  const [first] = some;
  if (first === undefined) return;
  const bytes = some.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
  const room = bytes === 0 ? '' : `, ${size(bytes)}`;
  const planned = dryRun && first.action !== null ? 'without --dry-run ' : '';
  const words: { readonly kind: FindingKind; readonly many: string } = {
    kind: first.kind,
    many: `${some.length}${room}`,
  };
  out.line(`${out.styles.strong(words.kind)} (${words.many}): ${planned}${nextStep(first)}`);
};

/** The exit code tells scripts whether somebody has to do something. */
const throwWhatIsLeft = ({ findings, failed }: Reconciled, dryRun: boolean): void => {
  const persons = findings.filter(needsPerson).length;
  const undone = dryRun ? findings.filter(({ action }) => action !== null).length : 0;
  if (failed > 0)
    throw new UserError({
      what: `${counted(failed, 'finding')} could not be dealt with.`,
      next: 'Mend what is said above, and call it again.',
    });
  if (persons > 0)
    throw new UserError({
      what: `${counted(persons, 'finding needs', 'findings need')} a person.`,
      next: 'The lines above say what to do.',
    });
  if (undone > 0)
    throw new UserError({
      what: `${counted(undone, 'finding was', 'findings were')} left as they are.`,
      next: 'npx headgate reconcile',
    });
};
