import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DatasetName } from '../core/ids.ts';
import { type FileEntry, fileStates, type RunEntry, runStates } from '../core/ledger.ts';
import type { Ledger } from '../core/ports.ts';
import { calling } from './aws-errors.ts';
import { fileStatus, type Item, runStatus, statusIndex, toFile, toRun } from './ledger-items.ts';
import type { Table } from './ledger-table.ts';

/** A filter may skip whole pages; after this many of one state the list is given as it is. */
const pagesPerStatusMax = 20;

/**
 * The lists of the ledger: for people and the command line, read from the index, hence a little
 * late.
 */
export const ledgerLists = (table: Table): Pick<Ledger, 'listRuns' | 'listFiles'> => ({
  listRuns: async ({ dataset, limit }) => {
    const pages = runStates.map((state) => newest(table, runStatus(state), dataset, limit));
    const runs = (await Promise.all(pages)).flat().map(toRun);
    return runs.sort(newestRunFirst).slice(0, limit);
  },
  listFiles: async ({ dataset, states, limit }) => {
    const pages = (states ?? fileStates).map((state) =>
      newest(table, fileStatus(state), dataset, limit),
    );
    const files = (await Promise.all(pages)).flat().map(toFile);
    return files.sort(newestFileFirst).slice(0, limit);
  },
});

/** The order of lists, also of the in-memory ledger. */
export const newestRunFirst = (a: RunEntry, b: RunEntry): number =>
  b.createdAt - a.createdAt || descending(a.runId, b.runId);
export const newestFileFirst = (a: FileEntry, b: FileEntry): number =>
  b.landedAt - a.landedAt || descending(a.fileId, b.fileId);

const descending = (a: string, b: string): number => (a < b ? 1 : a > b ? -1 : 0);

const newest = async (
  table: Table,
  status: string,
  dataset: DatasetName | undefined,
  limit: number,
): Promise<Item[]> => {
  const items: Item[] = [];
  let from: Item | undefined;
  for (let page = 0; page < pagesPerStatusMax; page += 1) {
    const reply = await calling(`list ${status}`, () =>
      table.client.send(
        new QueryCommand({
          TableName: table.name,
          IndexName: statusIndex,
          KeyConditionExpression: '#status = :status',
          ...(dataset === undefined ? {} : { FilterExpression: '#dataset = :dataset' }),
          ExpressionAttributeNames: {
            '#status': 'status',
            ...(dataset === undefined ? {} : { '#dataset': 'dataset' }),
          },
          ExpressionAttributeValues: marshall({
            ':status': status,
            ...(dataset === undefined ? {} : { ':dataset': dataset }),
          }),
          ScanIndexForward: false,
          ...(dataset === undefined ? { Limit: limit } : {}),
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        }),
      ),
    );
    items.push(...(reply.Items ?? []));
    from = reply.LastEvaluatedKey;
    if (items.length >= limit || from === undefined) break;
  }
  return items;
};
