import { RemovalPolicy } from 'aws-cdk-lib';
import {
  type Attribute,
  AttributeType,
  BillingMode,
  TableEncryption,
  type TableProps,
} from 'aws-cdk-lib/aws-dynamodb';
import type { DataKey } from './data-key.ts';

/** The second part of a key, for tables whose items lie in the order of one. */
export const sortKey: Attribute = { name: 'sk', type: AttributeType.STRING };

/** What every table has: paid by use, set back in time, encrypted as all data is, and kept. */
export const tableProps = ({
  dataKey,
  removalPolicy,
}: {
  readonly dataKey: DataKey;
  readonly removalPolicy: RemovalPolicy;
}): TableProps => ({
  partitionKey: { name: 'pk', type: AttributeType.STRING },
  billingMode: BillingMode.PAY_PER_REQUEST,
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  ...(dataKey.key === undefined
    ? { encryption: TableEncryption.DEFAULT }
    : { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: dataKey.key }),
  deletionProtection: removalPolicy !== RemovalPolicy.DESTROY,
  removalPolicy,
});
