import { Aws, type RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, type Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { allow } from './rights.ts';

/**
 * What DynamoDB asks of whoever uses a table under a customer key. S3 and SQS need the first two.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 */
const useActions = [
  'kms:Decrypt',
  'kms:GenerateDataKey',
  'kms:Encrypt',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'kms:DescribeKey',
];

export interface DataKeyProps {
  /** One key of our own, or the keys that AWS holds for every account. */
  readonly encryption: 'customer-key' | 'aws-managed';
  readonly removalPolicy: RemovalPolicy;
}

/** One key for everything that holds data, so that one policy says who can read it. */
export class DataKey extends Construct {
  /** Absent when AWS manages the keys. */
  readonly key: Key | undefined;

  constructor(scope: Construct, id: string, props: DataKeyProps) {
    super(scope, id);
    if (props.encryption === 'aws-managed') return;
    this.key = new Key(this, 'Key', {
      description: 'Encrypts the zones, the ledger and the queues of Headgate.',
      enableKeyRotation: true,
      removalPolicy: props.removalPolicy,
    });
  }

  /** Without this a function may read a bucket and still not its objects. */
  grantUse(role: Role): void {
    if (this.key === undefined) return;
    allow(role, { actions: useActions, resources: [this.key.keyArn] });
  }

  /**
   * Lets EventBridge put messages into an encrypted queue. Forgetting it loses every event without
   * a word, as the bus has no one to tell.
   */
  allowEventBridge(): void {
    this.key?.addToResourcePolicy(
      new PolicyStatement({
        sid: 'EventBridgeToQueue',
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
  }
}
