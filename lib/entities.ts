import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import type { SubscribeEnv } from '../functions/subscribe/env.ts';
import type { EngineArchitecture } from '../layers/duckdb/build.ts';
import type { DataKey } from './data-key.ts';
import { allow } from './rights.ts';
import { StageFunction } from './stage-function.ts';
import { sortKey, tableProps } from './table-props.ts';

export interface EntitiesProps {
  readonly dataKey: DataKey;
  readonly removalPolicy: RemovalPolicy;
  readonly architecture: EngineArchitecture;
}

/** Changes of one call; a subscriber that throws has all of them again. */
const batchSize = 100;

/** Every change of every key, and the function that tells subscribers of each. */
export class Entities extends Construct {
  readonly table: Table;
  readonly function: StageFunction<SubscribeEnv>;
  readonly #dataKey: DataKey;

  constructor(scope: Construct, id: string, props: EntitiesProps) {
    super(scope, id);
    const { dataKey, architecture } = props;
    this.#dataKey = dataKey;
    this.table = new Table(this, 'Table', {
      ...tableProps(props),
      sortKey,
      stream: StreamViewType.NEW_IMAGE,
    });
    this.function = new StageFunction<SubscribeEnv>(this, 'Subscribe', {
      ...{ stage: 'subscribe', architecture, memoryMegabytes: 512 },
      timeout: Duration.minutes(2),
      environment: { ENTITY_TABLE: this.table.tableName },
    });
    this.grant(this.function.role, 'Query');
    this.function.lambda.addEventSource(
      new DynamoEventSource(this.table, {
        startingPosition: StartingPosition.TRIM_HORIZON,
        batchSize,
      }),
    );
  }

  grant(role: Role, ...actions: ('Query' | 'BatchWriteItem')[]): void {
    allow(role, {
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [this.table.tableArn],
    });
    this.#dataKey.grantUse(role);
  }
}
