import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { EngineArchitecture } from '../layers/duckdb/build.ts';
import { Api, type Senders } from './api.ts';
import { ApiOperators, type OperatorTokens } from './api-operators.ts';
import { Catalogue } from './catalogue.ts';
import { DataKey, type DataKeyProps } from './data-key.ts';
import { dataRemoval, type TwoKeys } from './data-removal.ts';
import { DeadLetters } from './dead-letters.ts';
import { Intake } from './intake.ts';
import { Ledger } from './ledger.ts';
import { MaskSalt } from './mask-salt.ts';
import { Observability } from './observability.ts';
import { Pipeline } from './pipeline.ts';
import { Reconcile } from './reconcile.ts';
import { Stages } from './stages.ts';
import { Stream } from './stream.ts';
import { Windows } from './windows.ts';
import { Zones } from './zones.ts';

export interface HeadgateStackProps extends StackProps, TwoKeys {
  /** Processor of the functions. @default arm64 */
  readonly architecture?: EngineArchitecture;
  /** How long notices are gathered so that small files share a run. @default 5 seconds */
  readonly batchingWindow?: Duration;
  /** Who holds the key of the data. @default customer-key */
  readonly encryption?: DataKeyProps['encryption'];
  /** How long clean rows are kept. @default 14 days */
  readonly cleanExpiry?: Duration;
  /** Memory of the workers for large files, in megabytes. @default 3008 */
  readonly largeWorkerMegabytes?: number;
  /** Calls per second that one key of the API may make. @default 100 */
  readonly callsPerSecond?: number;
  /** Calls that one key of the API may make a day. @default - as many as it likes */
  readonly callsPerDay?: number | undefined;
  /** Who says who sends records: keys of our own, or IAM. @default keys */
  readonly senders?: Senders;
  /** Whose tokens operators show. @default - operators sign their calls, and IAM decides */
  readonly operatorTokens?: OperatorTokens | undefined;
  /** ARN of a regional web ACL in front of the API. @default - none */
  readonly webAcl?: string | undefined;
  /** True when a dataset masks columns with a hash or a token. @default false */
  readonly saltedMasks?: boolean;
  /** True when a dataset takes rows from the stream. @default false */
  readonly streamed?: boolean;
  /** Sources of webhooks that datasets declare. @default none */
  readonly webhookSources?: readonly string[];
  /** Shards of the stream; 0: as many as there is need for. @default 0 */
  readonly streamShards?: number;
  /** How long what lands from the stream is gathered for one run. @default 30 seconds */
  readonly streamWindow?: Duration;
  /** SNS topic that is told of every alarm. @default - alarms only show in CloudWatch */
  readonly alarmTopicArn?: string;
}

/** All of Headgate: files come in at the landing bucket, Iceberg tables come out. */
export class HeadgateStack extends Stack {
  constructor(scope: Construct, id: string, props: HeadgateStackProps = {}) {
    super(scope, id, { description: 'Headgate: drop a file, get an Iceberg table.', ...props });
    const {
      architecture = 'arm64',
      batchingWindow = Duration.seconds(5),
      encryption = 'customer-key',
      cleanExpiry = Duration.days(14),
      saltedMasks = false,
      largeWorkerMegabytes = 3_008,
      operatorTokens: tokens,
      streamed = false,
      webhookSources = [],
      streamShards = 0,
      streamWindow = Duration.seconds(30),
      alarmTopicArn,
    } = props;
    const removalPolicy = dataRemoval(this, this.stackName, props);
    const dataKey = new DataKey(this, 'DataKey', { encryption, removalPolicy });
    const zones = new Zones(this, 'Zones', { dataKey, removalPolicy, cleanExpiry });
    const ledger = new Ledger(this, 'Ledger', { dataKey, removalPolicy });
    const catalogue = new Catalogue(this, 'Catalogue', { removalPolicy });
    const maskSalt = saltedMasks
      ? new MaskSalt(this, 'MaskSalt', { dataKey, removalPolicy })
      : undefined;
    const parts = { zones, ledger, catalogue, architecture, maskSalt, largeWorkerMegabytes };
    const stages = new Stages(this, 'Stages', parts);
    const pipeline = new Pipeline(this, 'Pipeline', { stages, zones });
    const shared = { zones, ledger, pipeline, dataKey, architecture };
    const intake = new Intake(this, 'Intake', {
      ...{ ...shared, batchingWindow },
      ...(streamed ? { streamWindow } : {}),
    });
    const deadLetters = new DeadLetters(this, 'DeadLetters', {
      ...{ zones, ledger, intake, architecture },
    });
    const reconcile = new Reconcile(this, 'Reconcile', { ...shared, catalogue, intake });
    const api = new Api(this, 'Api', {
      ...props,
      ...{ zones, ledger, dataKey, removalPolicy, architecture, webhookSources },
    });
    const operators = new ApiOperators(this, 'ApiOperators', {
      ...{ ...shared, catalogue, engine: stages.engine, rest: api.rest, tokens },
    });
    const stored = { zones, dataKey, removalPolicy, architecture };
    const windows = streamed ? new Windows(this, 'Windows', stored) : undefined;
    const stream =
      windows && new Stream(this, 'Stream', { ...stored, ledger, windows, shards: streamShards });
    new Observability(this, 'Observability', {
      ...{ intake, deadLetters, reconcile, pipeline, stages, ledger },
      ...{ api, operators, stream, windows },
      ...(alarmTopicArn === undefined
        ? {}
        : { alarmTopic: Topic.fromTopicArn(this, 'AlarmTopic', alarmTopicArn) }),
    });
    this.#tell({
      LandingBucket: zones.landing.bucketName,
      CleanBucket: zones.clean.bucketName,
      CuratedBucket: zones.curated.bucketName,
      QuarantineBucket: zones.quarantine.bucketName,
      LedgerTable: ledger.table.tableName,
      PipelineArn: pipeline.machine.stateMachineArn,
      NoticeQueueUrl: intake.notices.queueUrl,
      DeadLetterQueueUrl: intake.deadLetters.queueUrl,
      CatalogDatabase: catalogue.databaseName,
      ApiId: api.rest.restApiId,
      ApiUrl: api.rest.url,
      UsagePlanId: api.usagePlan.usagePlanId,
      ...(stream === undefined ? {} : stream.outputs),
      ...(windows === undefined ? {} : windows.outputs),
      ...(api.webhooks === undefined ? {} : { WebhookArns: api.webhooks.arns }),
    });
  }

  /** Commands and tests find the stack's parts by these names. */
  #tell(outputs: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
