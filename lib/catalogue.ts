import { Aws, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnDatabase } from 'aws-cdk-lib/aws-glue';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { allow } from './rights.ts';

export interface CatalogueProps {
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The Glue database of the Iceberg tables. It is stateful: it holds the pointer to each table's
 * current snapshot, and deleting it loses the tables although their files stay.
 */
export class Catalogue extends Construct {
  /** People write it in SQL, so unlike other names it is chosen: the stack's, in small letters. */
  readonly databaseName: string;
  /** Glue's name for the catalogue of an account. */
  readonly catalogId = Aws.ACCOUNT_ID;

  constructor(scope: Construct, id: string, props: CatalogueProps) {
    super(scope, id);
    this.databaseName = Stack.of(this)
      .stackName.toLowerCase()
      .replaceAll(/[^a-z0-9_]/g, '_');
    const database = new CfnDatabase(this, 'Database', {
      catalogId: this.catalogId,
      databaseInput: {
        name: this.databaseName,
        description: 'Tables published by Headgate, one per dataset.',
      },
    });
    database.applyRemovalPolicy(props.removalPolicy);
  }

  /** Lets a stage see where a table stands. */
  grantRead(role: Role): void {
    this.#grant(role, ['glue:GetCatalog', 'glue:GetDatabase', 'glue:GetTable']);
  }

  /** Lets a stage make a table that is missing, or add columns to one. */
  grantCreate(role: Role): void {
    this.grantRead(role);
    this.#grant(role, ['glue:CreateTable', 'glue:UpdateTable']);
  }

  /** Lets a stage commit snapshots. */
  grantCommit(role: Role): void {
    this.grantRead(role);
    this.#grant(role, ['glue:UpdateTable']);
  }

  /** Glue checks each action on the catalogue, the database and the table. */
  #grant(role: Role, actions: readonly string[]): void {
    const arn = (resource: string) => Stack.of(this).formatArn({ service: 'glue', resource });
    allow(role, {
      actions,
      resources: [
        arn('catalog'),
        arn(`database/${this.databaseName}`),
        arn(`table/${this.databaseName}/*`),
      ],
      because: 'Tables are made by the pipeline, one per dataset, inside this one database.',
    });
  }
}
