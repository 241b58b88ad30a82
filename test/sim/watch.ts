import { unmarshall } from '@aws-sdk/util-dynamodb';
import { terminalRunStates } from '../../core/ledger.ts';
import { findRun, runIdKey } from '../../core/load/commit.ts';
import type { Item } from './aws/expression.ts';
import type { SimulatedWorld, Watch } from './world.ts';

/** Something that must always hold did not. */
export class Violation extends Error {}

const stateOf = (item: Item | undefined): string | undefined => item?.state?.S;
const fenceOf = (item: Item | undefined): number => Number(item?.fence?.N ?? 0);

/** A duplicate of a file that is gone is claimed anew. */
const openFiles = ['CLAIMED', 'HELD', 'DUPLICATE'];

/**
 * What holds after each step, whatever happened before: ends are ends, fences only grow, a run has
 * one snapshot, and nobody acknowledges a notice whose file the ledger does not know.
 */
export const watchOf = (world: () => SimulatedWorld): Watch & { readonly runs: Set<string> } => {
  const runs = new Set<string>();
  const fail = (text: string): never => {
    throw new Violation(text);
  };
  const fileChanged = (key: string, before: Item, after: Item | undefined): void => {
    const [was, is] = [stateOf(before), stateOf(after)];
    const isReplayed = is === 'CLAIMED' && after?.was !== undefined;
    if (was !== is && was !== undefined && !openFiles.includes(was) && !isReplayed)
      fail(`${key} was ${was}, an end, and became ${is}`);
    const isSameRun = before.runId?.S === after?.runId?.S;
    if (isSameRun && fenceOf(after) < fenceOf(before))
      fail(`${key}: the fence fell to ${fenceOf(after)}`);
  };
  const shardChanged = (key: string, before: Item, after: Item | undefined): void => {
    const [was, is] = [Number(before.turn?.N), Number(after?.turn?.N)];
    if (is !== was + 1) fail(`${key}: turn ${is} came after ${was}`);
    if (Number(after?.checkpoint?.S ?? 0) < Number(before.checkpoint?.S ?? 0))
      fail(`${key}: the checkpoint fell to ${after?.checkpoint?.S}`);
  };
  const runChanged = (key: string, before: Item, after: Item | undefined): void => {
    const [was, is] = [stateOf(before), stateOf(after)];
    const isEnd = terminalRunStates.some((state) => state === was) && was !== 'HELD';
    if (isEnd && was !== is) fail(`${key} was ${was}, an end, and became ${is}`);
    if (fenceOf(after) < fenceOf(before)) fail(`${key}: the fence fell to ${fenceOf(after)}`);
  };
  const hasSnapshot = (dataset: string, runId: string): boolean => {
    const metadata = world().catalog.tables.get(dataset);
    return metadata !== undefined && findRun(metadata, runId) !== undefined;
  };
  const publishedRun = (key: string, item: Item): void => {
    const { runId, dataset, snapshotId } = unmarshall(item);
    if (typeof snapshotId === 'string' && !hasSnapshot(dataset, runId))
      fail(`${key} is PUBLISHED, and the table has no snapshot of it`);
  };
  return {
    runs,
    ledgerChanged: (key, before, after) => {
      if (after === undefined && !key.startsWith('LOCK#')) fail(`${key} was deleted`);
      if (before === undefined) return;
      if (key.startsWith('FILE#')) fileChanged(key, before, after);
      if (key.startsWith('SHARD#') && before.turn?.N !== after?.turn?.N)
        shardChanged(key, before, after);
      if (!key.startsWith('RUN#')) return;
      runChanged(key, before, after);
      if (after !== undefined && stateOf(after) === 'PUBLISHED') publishedRun(key, after);
    },
    committed: (table) => {
      const ids = world()
        .catalog.tables.get(table)
        ?.snapshots?.flatMap(({ summary }) => summary[runIdKey] ?? []);
      if (new Set(ids).size !== (ids?.length ?? 0)) fail(`a run has two snapshots in ${table}`);
    },
    noticeDeleted: (body) => {
      const { detail } = JSON.parse(body);
      const { key, 'version-id': versionId } = detail.object;
      const isKnown = [...world().table.items.values()].some(
        (item) => item.key?.S === key && item.versionId?.S === versionId,
      );
      const isGone = world().landing.versions.some(
        (each) => each.versionId === versionId && each.deletedAt !== undefined,
      );
      if (!isKnown && !isGone) fail(`the notice of ${key} ${versionId} was acknowledged unknown`);
    },
    announced: ({ ...detail }) => {
      if ('runId' in detail && typeof detail.runId === 'string') runs.add(detail.runId);
    },
  };
};
