import { Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction, SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { windowsPattern } from '../core/windows/index.ts';
import type { WindowsEnv } from '../functions/windows/env.ts';
import type { EngineArchitecture } from '../layers/duckdb/build.ts';
import type { DataKey } from './data-key.ts';
import { allow } from './rights.ts';
import { StageFunction } from './stage-function.ts';
import { sortKey, tableProps } from './table-props.ts';
import type { Zones } from './zones.ts';

export interface WindowsProps {
  readonly zones: Zones;
  readonly dataKey: DataKey;
  readonly removalPolicy: RemovalPolicy;
  readonly architecture: EngineArchitecture;
}

/** How long a window of a stream that pauses may be overdue; one that goes on closes its own. */
const every = Duration.minutes(1);

/**
 * The windows over streams: a table of what is open and what it came to, the function that closes
 * what no batch closes, and the topic that tells of alerts.
 */
export class Windows extends Construct {
  readonly table: Table;
  readonly function: StageFunction<WindowsEnv>;
  readonly alerts: Topic;
  readonly #props: WindowsProps;

  constructor(scope: Construct, id: string, props: WindowsProps) {
    super(scope, id);
    this.#props = props;
    this.table = this.#makeTable();
    this.alerts = this.#makeAlerts();
    this.function = new StageFunction<WindowsEnv>(this, 'Close', {
      ...{ stage: 'windows', architecture: props.architecture },
      // Within the minute the next call comes; two at once are told apart by the closer's turn.
      ...{ timeout: Duration.minutes(5), memoryMegabytes: 1_024 },
      environment: {
        WINDOWS_TABLE: this.table.tableName,
        LANDING_BUCKET: props.zones.landing.bucketName,
      },
    });
    this.grantWork(this.function.role);
    new Rule(this, 'Schedule', {
      description: 'Closes windows that are due.',
      schedule: Schedule.rate(every),
      // A call that failed is not repeated: the next one is soon enough.
      targets: [new LambdaFunction(this.function.lambda, { retryAttempts: 0 })],
    });
    this.function.lambda.configureAsyncInvoke({ retryAttempts: 0 });
  }

  /** By the names of the stack's outputs. */
  get outputs() {
    return {
      WindowsTable: this.table.tableName,
      WindowsFunction: this.function.lambda.functionName,
      AlertTopicArn: this.alerts.topicArn,
    };
  }

  /** Lets a function take events into windows and close them. */
  grantWork(role: Role): void {
    const { zones, dataKey } = this.#props;
    allow(role, {
      actions: ['GetItem', 'Query', 'PutItem', 'DeleteItem'].map((each) => `dynamodb:${each}`),
      resources: [this.table.tableArn],
    });
    zones.grantWrite(role, zones.landing, [windowsPattern]);
    const bus = { service: 'events', resource: 'event-bus/default' };
    allow(role, {
      actions: ['events:PutEvents'],
      resources: [Stack.of(this).formatArn(bus)],
    });
    dataKey.grantUse(role);
  }

  #makeTable(): Table {
    return new Table(this, 'Table', {
      ...tableProps(this.#props),
      sortKey,
    });
  }

  /** A function announces once, on the bus; who wants to be told subscribes to the topic. */
  #makeAlerts(): Topic {
    const { key } = this.#props.dataKey;
    // The key that AWS holds for SNS lets no EventBridge in.
    const topic = new Topic(this, 'Alerts', {
      enforceSSL: true,
      ...(key === undefined ? {} : { masterKey: key }),
    });
    new Rule(this, 'AlertsRaised', {
      description: 'Alerts and anomalies of windows over streams.',
      eventPattern: { source: ['headgate'], detailType: ['Window Alert', 'Window Anomaly'] },
      targets: [new SnsTopic(topic)],
    });
    return topic;
  }
}
