import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { TransientError } from '../core/errors.ts';
import { Fence, type RunId } from '../core/ids.ts';
import { type FileEntry, terminalRunStates } from '../core/ledger.ts';
import { limits } from '../core/limits.ts';
import type { Ledger } from '../core/ports.ts';
import { alreadyEnded, alreadySettled, givesWay, outcomeFields } from '../core/settlement.ts';
import { classified } from './aws-errors.ts';
import { ledgerClaims } from './ledger-claims.ts';
import { ledgerDecisions } from './ledger-decisions.ts';
import { failRun } from './ledger-failures.ts';
import { ledgerHistory } from './ledger-history.ts';
import {
  contentClaim,
  fileItem,
  fileStatus,
  type Item,
  itemKeys,
  toFile,
  toRun,
} from './ledger-items.ts';
import { ledgerLetters } from './ledger-letters.ts';
import { ledgerLists } from './ledger-lists.ts';
import { ledgerPages } from './ledger-pages.ts';
import { endReplay, ledgerReplays } from './ledger-replays.ts';
import { openRun, raceTriesMax, readFiles, readRun, runState } from './ledger-runs.ts';
import {
  getItem,
  putGuarded,
  type Table,
  transact,
  updateAction,
  updateGuarded,
} from './ledger-table.ts';
import { ledgerWalks } from './ledger-walks.ts';

/** The ledger in DynamoDB: one table, and no write without a condition. */
export const dynamoLedger = (client: DynamoDBClient, tableName: string): Ledger => {
  const table: Table = { client, name: tableName };
  return {
    file: async (fileId) => {
      const item = await getItem(table, itemKeys.file(fileId), `read file ${fileId}`);
      return item === undefined ? undefined : toFile(item);
    },
    run: (runId) => readRun(table, runId),
    ...ledgerClaims(table),
    settleArrival: settleArrival(table),
    markStarted: async (runId, now) => {
      const set = runState('STARTED', now);
      const guard = { condition: '#state = :created', values: { created: 'CREATED' } };
      await updateGuarded(table, { key: itemKeys.run(runId), set, ...guard }, `start ${runId}`);
    },
    settleFile: settleFile(table),
    claimContent: claimContent(table),
    markLoading: markLoading(table),
    endRun: endRun(table),
    failRun: (runId, fence, failure, now) => failRun(table, runId, fence, failure, now),
    nextAttempt: nextAttempt(table),
    ...ledgerDecisions(table),
    ...ledgerReplays(table),
    ...ledgerHistory(table),
    takeTurn: takeTurn(table),
    endTurn: endTurn(table),
    ...ledgerLists(table),
    ...ledgerPages(table),
    ...ledgerWalks(table),
    ...ledgerLetters(table),
  };
};

const settleArrival =
  (table: Table): Ledger['settleArrival'] =>
  async (file, dataset, { state, reason }, now) => {
    const item = fileItem({
      ...{ ...file, dataset, state, reason, updatedAt: now },
      ...{ runId: null, fence: null, contentId: null, counts: null },
    });
    const guard = { condition: 'attribute_not_exists(pk)', values: {} };
    await putGuarded(table, item, guard, `settle file ${file.fileId}`);
  };

const settleFile =
  (table: Table): Ledger['settleFile'] =>
  async (runId, fence, fileId, outcome, now) => {
    const fields = outcomeFields(outcome);
    const result = await updateGuarded(
      table,
      {
        key: itemKeys.file(fileId),
        set: { ...fields, status: fileStatus(fields.state), updatedAt: now },
        ...settleGuard(runId, fence, fields.state),
      },
      `settle file ${fileId}`,
    );
    if (result.kind === 'written') return 'written';
    const found = result.found === undefined ? undefined : toFile(result.found);
    const ours =
      found !== undefined && alreadySettled(found, { runId, fence, state: fields.state });
    return ours ? 'written' : 'fenced';
  };

const settleGuard = (runId: RunId, fence: Fence, state: FileEntry['state']) => {
  const owned = '#runId = :run AND #fence = :fence AND #state = :claimed';
  const values = { run: runId, fence, claimed: 'CLAIMED' };
  if (state === 'PUBLISHED') return { condition: owned, values };
  // The rows of a file that is published go out with those of its run; see core/replay.
  const free = '(attribute_not_exists(#was) OR #was.#state <> :published)';
  return { condition: `${owned} AND ${free}`, values: { ...values, published: 'PUBLISHED' } };
};

const claimContent =
  (table: Table): Ledger['claimContent'] =>
  async (dataset, contentId, fileId, now) => {
    await rememberContent(table, fileId, contentId);
    const item: Item = {
      ...marshall({ owner: fileId, claimedAt: now }),
      ...itemKeys.content(dataset, contentId),
    };
    const doing = `claim content of file ${fileId}`;
    const free = 'attribute_not_exists(pk) OR #owner = :me';
    let guard: { condition: string; values: Record<string, unknown> } = {
      condition: free,
      values: { me: fileId },
    };
    for (let tries = 0; tries < raceTriesMax; tries += 1) {
      const result = await putGuarded(table, item, guard, doing);
      if (result.kind === 'written') return { kind: 'mine' };
      if (result.found === undefined) throw new TransientError(`${doing}: the owner is unknown`);
      const { owner, claimedAt } = contentClaim(result.found);
      if (owner === fileId) return { kind: 'mine' };
      const held = await getItem(table, itemKeys.file(owner), doing);
      if (held === undefined || !givesWay.includes(toFile(held).state))
        return { kind: 'duplicate', of: owner };
      // Its time too: when the owner's run is released meanwhile, it claims the content anew.
      const condition = '#owner = :old AND #claimedAt = :at';
      guard = { condition, values: { old: owner, at: claimedAt } };
    }
    throw new TransientError(`${doing}: the owner changed ${raceTriesMax} times`);
  };

/** A version's bytes never change, so that any attempt may write this, also a late one. */
const rememberContent = async (
  table: Table,
  fileId: FileEntry['fileId'],
  contentId: string,
): Promise<void> => {
  const exists = { condition: 'attribute_exists(pk)', values: {} };
  const update = { key: itemKeys.file(fileId), set: { contentId }, ...exists };
  await updateGuarded(table, update, `note content of file ${fileId}`);
};

const markLoading =
  (table: Table): Ledger['markLoading'] =>
  async (runId, fence, now) => {
    const result = await updateGuarded(
      table,
      {
        key: itemKeys.run(runId),
        set: runState('LOADING', now),
        // CREATED too: the execution may get here before intake has noted that it started it.
        condition: '#fence = :fence AND #state IN (:created, :started)',
        values: { fence, created: 'CREATED', started: 'STARTED' },
      },
      `mark ${runId} as loading`,
    );
    if (result.kind === 'written') return 'written';
    const found = result.found === undefined ? undefined : toRun(result.found);
    return found?.fence === fence && found.state === 'LOADING' ? 'written' : 'fenced';
  };

const endRun =
  (table: Table): Ledger['endRun'] =>
  async (runId, fence, { unlessLoading = false, ...end }, now) => {
    const { condition: open, values } = openRun(fence, unlessLoading);
    const condition = `${open} AND attribute_not_exists(#replays)`;
    const set = { ...runState(end.state, now), ...end };
    const update = { key: itemKeys.run(runId), set, condition, values };
    const result = await updateGuarded(table, update, `end ${runId}`);
    if (result.kind === 'written') return 'written';
    const found = result.found === undefined ? undefined : toRun(result.found);
    if (found?.replays !== undefined) {
      const whole = { ...end, unlessLoading };
      return await endReplay(table, runId, fence, whole, now);
    }
    return found !== undefined && alreadyEnded(found, { ...end, fence }) ? 'written' : 'fenced';
  };

const nextAttempt =
  (table: Table): Ledger['nextAttempt'] =>
  async (runId, fence, now, loading) => {
    const isLeft = loading === 'left-alone';
    const next = Fence.parse(fence + 1);
    for (let tries = 0; tries < raceTriesMax; tries += 1) {
      const run = await readRun(table, runId);
      if (run === undefined || run.fence !== fence || terminalRunStates.includes(run.state))
        return { kind: 'fenced' };
      if (isLeft && run.state === 'LOADING') return { kind: 'fenced' };
      const claimed = (await readFiles(table, run)).filter(({ state }) => state === 'CLAIMED');
      const actions = [
        updateAction(table, {
          key: itemKeys.run(runId),
          set: { ...runState('STARTED', now), fence: next },
          ...openRun(fence, isLeft),
        }),
        ...claimed.map(({ fileId }) =>
          updateAction(table, {
            key: itemKeys.file(fileId),
            set: { fence: next, updatedAt: now },
            condition: '#runId = :run AND #fence = :fence AND #state = :claimed',
            values: { run: runId, fence, claimed: 'CLAIMED' },
          }),
        ),
      ];
      if ((await transact(table, actions, `next attempt of ${runId}`)) === 'written')
        return { kind: 'next', fence: next };
      // Refused: a file of the run was settled between the read and the write. Read again.
    }
    throw new TransientError(`the files of ${runId} changed ${raceTriesMax} times`);
  };

const takeTurn =
  (table: Table): Ledger['takeTurn'] =>
  async (dataset, runId, now) => {
    const result = await putGuarded(
      table,
      { ...marshall({ runId, until: now + limits.loadLeaseMs }), ...itemKeys.lock(dataset) },
      {
        condition: 'attribute_not_exists(pk) OR #runId = :me OR #until <= :now',
        values: { me: runId, now },
      },
      `take the turn of ${dataset}`,
    );
    return result.kind === 'written' ? 'taken' : 'busy';
  };

const endTurn =
  (table: Table): Ledger['endTurn'] =>
  async (dataset, runId) => {
    try {
      await table.client.send(
        new DeleteItemCommand({
          TableName: table.name,
          Key: itemKeys.lock(dataset),
          ConditionExpression: '#runId = :me',
          ExpressionAttributeNames: { '#runId': 'runId' },
          ExpressionAttributeValues: marshall({ ':me': runId }),
        }),
      );
    } catch (error) {
      const lost = error instanceof Error && error.name === 'ConditionalCheckFailedException';
      if (!lost) throw classified(error, `end the turn of ${dataset}`);
    }
  };
