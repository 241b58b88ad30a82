import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { DataKey } from './data-key.ts';
import { allow } from './rights.ts';

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
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      // As adapters/claims.ts calls it.
      timeToLiveAttribute: 'forgottenAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      ...(dataKey.key === undefined
        ? { encryption: TableEncryption.DEFAULT }
        : { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: dataKey.key }),
      deletionProtection: removalPolicy !== RemovalPolicy.DESTROY,
      removalPolicy,
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
