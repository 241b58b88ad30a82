import { type RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { DataKey } from './data-key.ts';
import { allow } from './rights.ts';

export interface MaskSaltProps {
  readonly dataKey: DataKey;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The secret that hashed and tokenised columns are made with. It is made once and never rotated:
 * under another salt, equal values of old and new rows would no longer be equal.
 */
export class MaskSalt extends Construct {
  readonly #secret: Secret;
  readonly #dataKey: DataKey;

  constructor(scope: Construct, id: string, props: MaskSaltProps) {
    super(scope, id);
    const { dataKey, removalPolicy } = props;
    this.#dataKey = dataKey;
    this.#secret = new Secret(this, 'Secret', {
      description: 'Salt of the columns that Headgate publishes as hashes or tokens.',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy,
      ...(dataKey.key === undefined ? {} : { encryptionKey: dataKey.key }),
    });
    Validations.of(this.#secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'A rotated salt would break the equality of values that were masked before.',
    });
  }

  /** By attribute: on AWS the reference is the ARN too, a local AWS may give the name for it. */
  get arn(): string {
    const resource = this.#secret.node.defaultChild;
    if (!(resource instanceof CfnSecret)) throw new Error('a secret is made by its resource');
    return resource.attrId;
  }

  grantRead(role: Role): void {
    this.#dataKey.grantUse(role);
    allow(role, { actions: ['secretsmanager:GetSecretValue'], resources: [this.arn] });
  }
}
