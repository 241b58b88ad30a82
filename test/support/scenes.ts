import { columnsOf, contractVersion } from '../../core/contract.ts';
import { DatasetName, type FileId, type RunId } from '../../core/ids.ts';
import { landedFile, parseNotice } from '../../core/landing/notice.ts';
import { runIdOf } from '../../core/landing/run-id.ts';
import { limits } from '../../core/limits.ts';
import { appendChange, commitRun, ensureTable } from '../../core/load/commit.ts';
import { datasetNamed } from '../../datasets/index.ts';
import { products as dataset } from '../../datasets/products.ts';
import { landingBucket } from './events.ts';
import { fence } from './landed.ts';
import { memoryStack } from './memory-stack.ts';
import { reconciling } from './reconciling.ts';

export const products = DatasetName.parse('products');
export const csv = 'product_id,product_name,category,unit_cost\nP-0001,Lamp,home,12.50\n';

/** Longer than anything young is left alone. */
export const aWhile = limits.reconcileGraceMs + 60_000;

/** A stack with reconcile beside it, and what can go wrong in it, made without the engine. */
export const scenes = (options: Parameters<typeof memoryStack>[0] = {}) => {
  const stack = memoryStack(options);
  const beside = reconciling(stack);
  const world = {
    ...{ store: stack.store, catalog: stack.catalog, now: stack.now },
    ...{ sleep: async () => undefined, random: () => 0.5 },
  };
  const land = (name: string, bytes = csv, prefix = 'products') =>
    stack.drop(`${prefix}/${name}`, bytes);

  /** A file in the ledger, claimed by a run that nobody has started. */
  const claimed = async (name: string): Promise<{ runId: RunId; fileId: FileId }> => {
    const { body, versionId } = land(name);
    const notice = parseNotice(body, landingBucket);
    if (notice.kind !== 'landed') throw new Error('the test drops what intake understands');
    const file = landedFile(notice.object, versionId);
    const runId = runIdOf(products, stack.now(), [file.fileId]);
    const run = { runId, dataset: products, contractVersion: contractVersion(dataset) };
    await stack.ledger.claim(run, [file], stack.now());
    return { runId, fileId: file.fileId };
  };

  /** A run of one file whose execution is over, as if someone had stopped it. */
  const stopped = async (name: string, attempts = 1): Promise<{ runId: RunId; fileId: FileId }> => {
    const made = await claimed(name);
    const { runId } = made;
    await stack.ledger.markStarted(runId, stack.now());
    for (let n = 1; n < attempts; n += 1)
      await stack.ledger.nextAttempt(runId, fence(n), stack.now(), 'left-alone');
    await stack.pipeline.start({ runId, dataset: products, fence: fence(attempts) });
    stack.ran.add(`${runId}-a${attempts}`);
    return made;
  };

  /** Gives a run its snapshot, as load does. */
  const commit = async (runId: RunId): Promise<void> => {
    const columns = columnsOf(dataset, datasetNamed);
    await ensureTable(world, dataset, columns, 's3://curated/products');
    await commitRun(world, 'products', runId, () => appendChange([]));
  };

  /** A file that was refused, and whose reason is lost. */
  const unexplained = async (name: string): Promise<string> => {
    const { body } = land(name, csv, 'nowhere');
    const before = new Set(stack.objects.keys());
    await stack.deliver([body]);
    const [uri = ''] = [...stack.objects.keys()].filter((key) => !before.has(key));
    stack.objects.delete(uri);
    return uri;
  };

  /** All that reconcile may change; times and the order of things are no part of it. */
  const digest = async () => {
    const files = await stack.ledger.listFiles({ limit: 99 });
    const runs = await stack.ledger.listRuns({ limit: 99 });
    const letters = await Promise.all(
      (['open', 'redriven', 'resolved'] as const).map((state) =>
        stack.ledger.lettersIn({ state, after: null, limit: 99 }),
      ),
    );
    return {
      files: files.map(({ key, state, reason }) => `${key} ${state} ${reason?.code}`).sort(),
      runs: runs.map(({ runId, state, fence: at }) => `${runId} ${state} ${at}`).sort(),
      letters: letters.flatMap((page) => page.letters.map((l) => `${l.messageId} ${l.state}`)),
      started: [...stack.pipeline.started.keys()].sort(),
      sent: [...new Set(beside.queue)].sort(),
      objects: [...stack.objects.keys()].sort(),
    };
  };
  return { stack, ...beside, land, claimed, stopped, commit, unexplained, digest };
};
