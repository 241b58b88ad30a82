import type { RemovalPolicy } from 'aws-cdk-lib';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { DataKey } from './data-key.ts';
import { allow } from './rights.ts';
import { tableProps } from './table-props.ts';

export interface ClaimsProps {
  readonly dataKey: DataKey;
  readonly removalPolicy: RemovalPolicy;
}

/** Which record of a key was the first, for as long as a repeat of it may come. */
export class Claims extends Construct {
  readonly table: Table;
  readonly #dataKey: DataKey;

  constructor(scope: Construct, id: string, { dataKey, removalPolicy }: ClaimsProps) {
    super(scope, id);
    this.#dataKey = dataKey;
    this.table = new Table(this, 'Table', {
      ...tableProps({ dataKey, removalPolicy }),
      // As adapters/claims.ts calls it.
      timeToLiveAttribute: 'forgottenAt',
    });
  }

  grant(role: Role): void {
    allow(role, {
      actions: ['dynamodb:BatchGetItem', 'dynamodb:PutItem'],
      resources: [this.table.tableArn],
    });
    this.#dataKey.grantUse(role);
  }
}
