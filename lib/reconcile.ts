import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { ReconcileEnv } from '../functions/reconcile/env.ts';
import type { EngineArchitecture } from '../layers/duckdb/build.ts';
import type { Catalogue } from './catalogue.ts';
import type { Intake } from './intake.ts';
import type { Ledger } from './ledger.ts';
import type { Pipeline } from './pipeline.ts';
import { StageFunction } from './stage-function.ts';
import type { Zones } from './zones.ts';

export interface ReconcileProps {
  readonly zones: Zones;
  readonly ledger: Ledger;
  readonly catalogue: Catalogue;
  readonly pipeline: Pipeline;
  readonly intake: Intake;
  readonly architecture: EngineArchitecture;
}

/** As long as what is young is left alone (core/limits.ts): more often would see nothing more. */
const every = Duration.minutes(15);

/**
 * Compares what lies there with what the ledger says, on a schedule. It needs no reserved
 * concurrency: two calls at once do the same, and a new account has none to reserve.
 */
export class Reconcile extends Construct {
  readonly function: StageFunction<ReconcileEnv>;

  constructor(scope: Construct, id: string, props: ReconcileProps) {
    super(scope, id);
    this.function = this.#makeFunction(props);
    this.#grant(props);
    new Rule(this, 'Schedule', {
      description: 'Compares landing, ledger, tables and quarantine.',
      schedule: Schedule.rate(every),
      // A call that failed is not repeated: the next one is soon enough.
      targets: [new LambdaFunction(this.function.lambda, { retryAttempts: 0 })],
    });
    this.function.lambda.configureAsyncInvoke({ retryAttempts: 0 });
  }

  #makeFunction(props: ReconcileProps): StageFunction<ReconcileEnv> {
    const { zones, ledger, catalogue, pipeline, intake, architecture } = props;
    return new StageFunction<ReconcileEnv>(this, 'Reconcile', {
      ...{ stage: 'reconcile', architecture, timeout: Duration.minutes(5) },
      // The listing of one table is held in memory.
      memoryMegabytes: 1_024,
      environment: {
        LEDGER_TABLE: ledger.table.tableName,
        LANDING_BUCKET: zones.landing.bucketName,
        CLEAN_BUCKET: zones.clean.bucketName,
        CURATED_BUCKET: zones.curated.bucketName,
        QUARANTINE_BUCKET: zones.quarantine.bucketName,
        PIPELINE_ARN: pipeline.machine.stateMachineArn,
        NOTICE_QUEUE_URL: intake.notices.queueUrl,
        CATALOG_DATABASE: catalogue.databaseName,
        CATALOG_ID: catalogue.catalogId,
      },
    });
  }

  /** It reads no row: manifests only, and names. */
  #grant({ zones, ledger, catalogue, pipeline, intake }: ReconcileProps): void {
    const { role } = this.function;
    // It puts only how far it has come.
    ledger.grant(role, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem');
    ledger.grantWalk(role);
    zones.grantListLanding(role);
    zones.grantRead(role, zones.curated, ['*/metadata/*']);
    // A snapshot without a change, which gives an attempt up.
    zones.grantWrite(role, zones.curated, ['*/metadata/*']);
    zones.grantList(role, zones.quarantine);
    zones.grantWrite(role, zones.quarantine, ['*/_files/*']);
    catalogue.grantCommit(role);
    pipeline.grantStart(role);
    pipeline.grantDescribe(role);
    intake.grantSend(role);
  }
}
