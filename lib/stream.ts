import { Duration, type RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Stream as KinesisStream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { KinesisEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { streamPattern } from '../core/push/key.ts';
import type { StreamEnv } from '../functions/stream/env.ts';
import type { EngineArchitecture } from '../layers/duckdb/build.ts';
import { Claims } from './claims.ts';
import type { DataKey } from './data-key.ts';
import { Entities } from './entities.ts';
import type { Ledger } from './ledger.ts';
import { StageFunction } from './stage-function.ts';
import type { Windows } from './windows.ts';
import type { Zones } from './zones.ts';

export interface StreamProps {
  readonly zones: Zones;
  readonly ledger: Ledger;
  readonly windows: Windows;
  readonly dataKey: DataKey;
  readonly removalPolicy: RemovalPolicy;
  readonly architecture: EngineArchitecture;
  /** 0: as many as there is need for, which AWS decides. */
  readonly shards: number;
}

/** Time to mend what stops a shard, before Kinesis forgets its records. */
const kept = Duration.days(7);
/** Records of one call; with their size at most 6 MB. */
const batchSize = 1_000;
/** How long records are gathered, so that an object in landing is worth its name. */
const batchingWindow = Duration.seconds(1);
const timeout = Duration.minutes(2);

/**
 * The front door for streams: Kinesis → stream → landing. A shard is worked on in its order by one
 * call at a time. No record stops it; what stops it is AWS, and then it is tried again until the
 * records are too old to be kept.
 */
export class Stream extends Construct {
  readonly stream: KinesisStream;
  readonly function: StageFunction<StreamEnv>;
  /** The changes of keys, of datasets that keep them. */
  readonly entities: Entities;

  constructor(scope: Construct, id: string, props: StreamProps) {
    super(scope, id);
    const { dataKey, removalPolicy, shards, zones, ledger, windows, architecture } = props;
    this.stream = new KinesisStream(this, 'Events', {
      retentionPeriod: kept,
      removalPolicy,
      ...(shards === 0
        ? { streamMode: StreamMode.ON_DEMAND }
        : { streamMode: StreamMode.PROVISIONED, shardCount: shards }),
      ...(dataKey.key === undefined
        ? { encryption: StreamEncryption.MANAGED }
        : { encryption: StreamEncryption.KMS, encryptionKey: dataKey.key }),
    });
    Validations.of(this.stream).acknowledge({
      id: 'AwsSolutions-KDS3',
      reason: 'Where the data has a key of its customer, its records have the same one.',
    });
    const parts = { dataKey, removalPolicy };
    this.entities = new Entities(this, 'Entities', { ...parts, architecture });
    const claims = new Claims(this, 'Claims', parts);
    this.function = new StageFunction<StreamEnv>(this, 'Land', {
      ...{ stage: 'stream', architecture, timeout, memoryMegabytes: 1_769 },
      environment: {
        LEDGER_TABLE: ledger.table.tableName,
        WINDOWS_TABLE: windows.table.tableName,
        LANDING_BUCKET: zones.landing.bucketName,
        ENTITY_TABLE: this.entities.table.tableName,
        CLAIM_TABLE: claims.table.tableName,
      },
    });
    ledger.grant(this.function.role, 'GetItem', 'PutItem');
    this.entities.grant(this.function.role, 'BatchWriteItem');
    claims.grant(this.function.role);
    zones.grantWrite(this.function.role, zones.landing, [streamPattern]);
    windows.grantWork(this.function.role);
    this.function.lambda.addEventSource(
      new KinesisEventSource(this.stream, {
        startingPosition: StartingPosition.TRIM_HORIZON,
        batchSize,
        maxBatchingWindow: batchingWindow,
      }),
    );
  }
  /** What commands and tests find of it by the stack’s outputs. */
  get outputs(): { readonly StreamName: string; readonly EntityTable: string } {
    return {
      StreamName: this.stream.streamName,
      EntityTable: this.entities.table.tableName,
    };
  }
}
