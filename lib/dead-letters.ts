import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import type { DeadLettersEnv } from '../functions/dead-letters/env.ts';
import type { EngineArchitecture } from '../layers/duckdb/build.ts';
import { deadLettersHidden, type Intake } from './intake.ts';
import type { Ledger } from './ledger.ts';
import { StageFunction } from './stage-function.ts';
import type { Zones } from './zones.ts';

export interface DeadLettersProps {
  readonly zones: Zones;
  readonly ledger: Ledger;
  readonly intake: Intake;
  readonly architecture: EngineArchitecture;
}

const batchSize = 10;
/** They come in floods or not at all, and nothing waits for them. */
const callsAtOnce = 2;

/**
 * Intake's dead letters → the ledger, where they neither expire nor wait in a console. The queue
 * has no dead letters of its own: what cannot be written down stays in it and is tried again.
 */
export class DeadLetters extends Construct {
  readonly function: StageFunction<DeadLettersEnv>;

  constructor(scope: Construct, id: string, props: DeadLettersProps) {
    super(scope, id);
    const { zones, ledger, intake, architecture } = props;
    this.function = new StageFunction<DeadLettersEnv>(this, 'Keep', {
      stage: 'dead-letters',
      architecture,
      timeout: Duration.seconds(deadLettersHidden.toSeconds() / 6),
      memoryMegabytes: 512,
      environment: {
        LEDGER_TABLE: ledger.table.tableName,
        LANDING_BUCKET: zones.landing.bucketName,
      },
    });
    ledger.grant(this.function.role, 'GetItem', 'PutItem');
    // For notices that name no version, as those of emulators.
    zones.grantListLanding(this.function.role);
    this.function.lambda.addEventSource(
      new SqsEventSource(intake.deadLetters, {
        batchSize,
        maxConcurrency: callsAtOnce,
        reportBatchItemFailures: true,
      }),
    );
  }
}
