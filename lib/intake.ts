import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, type Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { streamPattern } from '../core/push/key.ts';
import type { IntakeEnv } from '../functions/intake/env.ts';
import type { EngineArchitecture } from '../layers/duckdb/build.ts';
import type { DataKey } from './data-key.ts';
import type { Ledger } from './ledger.ts';
import type { Pipeline } from './pipeline.ts';
import { allow } from './rights.ts';
import { StageFunction } from './stage-function.ts';
import type { Zones } from './zones.ts';

export interface IntakeProps {
  readonly zones: Zones;
  readonly ledger: Ledger;
  readonly pipeline: Pipeline;
  readonly dataKey: DataKey;
  readonly architecture: EngineArchitecture;
  /** How long notices are gathered before intake looks at them together. */
  readonly batchingWindow: Duration;
  /**
   * The same for what lands from the stream, a little at a time all day long. @default - nothing
   * does
   */
  readonly streamWindow?: Duration | undefined;
}

/** Deliveries of a notice before it is a dead letter. */
const deliveriesMax = 5;
/** The longest SQS keeps a message; a dead letter's age counts from its first delivery. */
const deadLettersKept = Duration.days(14);
/** How long a dead letter is hidden while it is written down; see lib/dead-letters.ts. */
export const deadLettersHidden = Duration.minutes(3);
/** Notices that one call takes. Without a window SQS hands over ten at most. */
const batchSize = { gathered: 50, atOnce: 10 };
const intakesAtOnce = 10;

/** Landing → EventBridge → queue → intake, which claims each file once and starts its run. */
export class Intake extends Construct {
  readonly notices: Queue;
  readonly deadLetters: Queue;
  readonly function: StageFunction<IntakeEnv>;

  constructor(scope: Construct, id: string, props: IntakeProps) {
    super(scope, id);
    const { batchingWindow, dataKey } = props;
    this.function = this.#makeFunction(props);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      ...encryptedBy(dataKey),
      enforceSSL: true,
      retentionPeriod: deadLettersKept,
      // Six times the timeout of the function that takes them from here.
      visibilityTimeout: deadLettersHidden,
    });
    dataKey.allowEventBridge();
    const isFromStream = [{ wildcard: streamPattern }];
    const { streamWindow } = props;
    const others = streamWindow === undefined ? undefined : [{ 'anything-but': isFromStream[0] }];
    this.notices = this.#queue('Notices', props, batchingWindow);
    const rule = this.#announce('ObjectCreated', props.zones, this.notices, others);
    const rules = [rule];
    if (streamWindow !== undefined) {
      const segments = this.#queue('SegmentNotices', props, streamWindow);
      rules.push(this.#announce('SegmentLanded', props.zones, segments, isFromStream));
    }
    this.#allowRules(this.deadLetters, rules);
  }

  /** A queue of notices that intake reads, gathered for a while. */
  #queue(id: string, { dataKey }: IntakeProps, window: Duration): Queue {
    const queue = new Queue(this, id, {
      ...encryptedBy(dataKey),
      enforceSSL: true,
      // AWS asks for six times the function's timeout, besides the time that batches are gathered.
      visibilityTimeout: Duration.seconds(
        6 * this.function.timeout.toSeconds() + window.toSeconds(),
      ),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: deliveriesMax },
    });
    const isGathering = window.toSeconds() > 0;
    this.function.lambda.addEventSource(
      new SqsEventSource(queue, {
        batchSize: isGathering ? batchSize.gathered : batchSize.atOnce,
        ...(isGathering ? { maxBatchingWindow: window } : {}),
        maxConcurrency: intakesAtOnce,
        reportBatchItemFailures: true,
      }),
    );
    return queue;
  }

  /** Lets a role send a notice as EventBridge does. */
  grantSend(role: Role): void {
    allow(role, { actions: ['sqs:SendMessage'], resources: [this.notices.queueArn] });
  }

  /**
   * An event that cannot be delivered to the queue is a dead letter too, and not lost. CDK's own
   * queue target would also let EventBridge encrypt and re-encrypt with the key at will.
   */
  #announce(id: string, { landing }: Zones, queue: Queue, keys: object[] | undefined): Rule {
    const rule = new Rule(this, id, {
      description: 'A file landed.',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [landing.bucketName] },
          ...(keys === undefined ? {} : { object: { key: keys } }),
        },
      },
    });
    rule.addTarget({
      bind: () => ({
        arn: queue.queueArn,
        deadLetterConfig: { arn: this.deadLetters.queueArn },
      }),
    });
    this.#allowRules(queue, [rule]);
    return rule;
  }

  #allowRules(queue: Queue, rules: readonly Rule[]): void {
    queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rules.map(({ ruleArn }) => ruleArn) } },
      }),
    );
  }

  #makeFunction({ zones, ledger, pipeline, architecture }: IntakeProps): StageFunction<IntakeEnv> {
    const intake = new StageFunction<IntakeEnv>(this, 'Intake', {
      stage: 'intake',
      architecture,
      timeout: Duration.seconds(30),
      memoryMegabytes: 512,
      environment: {
        LEDGER_TABLE: ledger.table.tableName,
        LANDING_BUCKET: zones.landing.bucketName,
        QUARANTINE_BUCKET: zones.quarantine.bucketName,
        PIPELINE_ARN: pipeline.machine.stateMachineArn,
      },
    });
    ledger.grant(intake.role, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem');
    // For notices that name no version, as those of emulators.
    zones.grantListLanding(intake.role);
    zones.grantWrite(intake.role, zones.quarantine, ['*/_files/*']);
    pipeline.grantStart(intake.role);
    return intake;
  }
}

const encryptedBy = ({ key }: DataKey) =>
  key === undefined
    ? { encryption: QueueEncryption.SQS_MANAGED }
    : { encryption: QueueEncryption.KMS, encryptionMasterKey: key };
