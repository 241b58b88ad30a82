import type { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { DataKey } from './data-key.ts';
import { allow } from './rights.ts';
import { sortKey, tableProps } from './table-props.ts';

export interface LedgerProps {
  readonly dataKey: DataKey;
  readonly removalPolicy: RemovalPolicy;
}

/** As adapters/ledger-items.ts calls it. */
const statusIndex = 'byStatus';

/** Actions a stage may need. Transactions need no right of their own, only those of their parts. */
type LedgerAction = 'GetItem' | 'BatchGetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem';

/**
 * The one table that says what became of each file and run. Not a TableV2: with a customer key that
 * one refuses a stack whose region is only known when it is deployed.
 */
export class Ledger extends Construct {
  readonly table: Table;
  readonly #dataKey: DataKey;

  constructor(scope: Construct, id: string, props: LedgerProps) {
    super(scope, id);
    const { dataKey } = props;
    this.#dataKey = dataKey;
    this.table = new Table(this, 'Table', {
      ...tableProps(props),
      sortKey,
      // Of deliveries of webhooks alone; nothing else in here is ever forgotten.
      timeToLiveAttribute: 'expiresAt',
    });
    // Lists for people: every file and run by its state, newest first.
    this.table.addGlobalSecondaryIndex({
      indexName: statusIndex,
      partitionKey: { name: 'status', type: AttributeType.STRING },
      sortKey: { name: 'at', type: AttributeType.STRING },
    });
  }

  /** Lets a function go through entries by their state, as reconcile and operators do. */
  grantWalk(role: Role): void {
    allow(role, {
      actions: ['dynamodb:Query'],
      resources: [`${this.table.tableArn}/index/${statusIndex}`],
    });
  }

  /** Rights on the table itself; its index is for people, for operators and for reconcile. */
  grant(role: Role, ...actions: LedgerAction[]): void {
    allow(role, {
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [this.table.tableArn],
    });
    this.#dataKey.grantUse(role);
  }
}
