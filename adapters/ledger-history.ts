import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Ledger } from '../core/ports.ts';
import { calling } from './aws-errors.ts';
import { historyKey, type Item, summaryItem, toSummary } from './ledger-items.ts';
import { putGuarded, type Table } from './ledger-table.ts';

/** A page holds a megabyte, and a summary at most a twentieth of that. */
const pagesMax = 10;

/** One item per published run, in a partition per dataset. */
export const ledgerHistory = (table: Table): Pick<Ledger, 'remember' | 'history'> => ({
  remember: async (summary) => {
    const guard = { condition: 'attribute_not_exists(pk)', values: {} };
    await putGuarded(table, summaryItem(summary), guard, `remember ${summary.runId}`);
  },
  history: async (dataset, limit) => {
    const items: Item[] = [];
    let from: Item | undefined;
    for (let page = 0; page < pagesMax && items.length < limit; page += 1) {
      const reply = await calling(`read the history of ${dataset}`, () =>
        table.client.send(
          new QueryCommand({
            TableName: table.name,
            KeyConditionExpression: '#pk = :pk',
            ExpressionAttributeNames: { '#pk': 'pk' },
            ExpressionAttributeValues: marshall({ ':pk': historyKey(dataset) }),
            ScanIndexForward: false,
            ConsistentRead: true,
            Limit: limit - items.length,
            ...(from === undefined ? {} : { ExclusiveStartKey: from }),
          }),
        ),
      );
      items.push(...(reply.Items ?? []));
      from = reply.LastEvaluatedKey;
      if (from === undefined) break;
    }
    return items.map(toSummary);
  },
});
