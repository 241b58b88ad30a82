import { Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Worker } from '../core/landing/worker.ts';
import type { GateEnv } from '../functions/gate/env.ts';
import type { LoadEnv } from '../functions/load/env.ts';
import type { PlanEnv } from '../functions/plan/env.ts';
import type { PublishEnv } from '../functions/publish/env.ts';
import type { QuarantineEnv } from '../functions/quarantine/env.ts';
import type { TransformEnv } from '../functions/transform/env.ts';
import type { ValidateEnv } from '../functions/validate/env.ts';
import type { EngineArchitecture } from '../layers/duckdb/build.ts';
import type { Catalogue } from './catalogue.ts';
import { EngineLayer } from './engine-layer.ts';
import type { Ledger } from './ledger.ts';
import type { MaskSalt } from './mask-salt.ts';
import { allow } from './rights.ts';
import { StageFunction } from './stage-function.ts';
import type { Zones } from './zones.ts';

export interface StagesProps {
  readonly zones: Zones;
  readonly ledger: Ledger;
  readonly catalogue: Catalogue;
  readonly architecture: EngineArchitecture;
  /** Undefined when no dataset masks with a salt. */
  readonly maskSalt: MaskSalt | undefined;
  /** Memory of the workers for large files, in megabytes. */
  readonly largeWorkerMegabytes: number;
}

/** For stages that pass documents on. */
const light = { timeout: Duration.minutes(2), memoryMegabytes: 512 };
/** For stages that touch every row: as long as Lambda lets one run. */
const timeout = Duration.minutes(15);
/** One whole processor. */
const smallMegabytes = 1_769;

/**
 * The functions that the pipeline calls, in the order of the way. Each one's rights stand beside
 * the environment that uses them.
 */
export class Stages extends Construct {
  readonly plan: StageFunction<PlanEnv>;
  readonly validate: StageFunction<ValidateEnv>;
  readonly largeValidate: StageFunction<ValidateEnv>;
  readonly transform: StageFunction<TransformEnv>;
  readonly largeTransform: StageFunction<TransformEnv>;
  readonly gate: StageFunction<GateEnv>;
  readonly load: StageFunction<LoadEnv>;
  readonly publish: StageFunction<PublishEnv>;
  readonly quarantine: StageFunction<QuarantineEnv>;
  /** DuckDB, for whoever else reads what the stages write. */
  readonly engine: EngineLayer;
  readonly #props: StagesProps;

  /** All of them, for whoever treats them alike. */
  get all() {
    return [
      this.plan,
      this.validate,
      this.largeValidate,
      this.transform,
      this.largeTransform,
      this.gate,
      this.load,
      this.publish,
      this.quarantine,
    ] as const;
  }

  constructor(scope: Construct, id: string, props: StagesProps) {
    super(scope, id);
    this.#props = props;
    const engine = new EngineLayer(this, 'Engine', { architecture: props.architecture });
    this.engine = engine;
    this.plan = this.#plan();
    this.validate = this.#validate(engine, 'small');
    this.largeValidate = this.#validate(engine, 'large');
    this.transform = this.#transform(engine, 'small');
    this.largeTransform = this.#transform(engine, 'large');
    this.gate = this.#gate();
    this.load = this.#load();
    this.publish = this.#publish();
    this.quarantine = this.#quarantine();
  }

  #plan(): StageFunction<PlanEnv> {
    const { zones, ledger, architecture } = this.#props;
    const plan = new StageFunction<PlanEnv>(this, 'Plan', {
      ...{ ...light, stage: 'plan', architecture },
      environment: {
        LEDGER_TABLE: ledger.table.tableName,
        CLEAN_BUCKET: zones.clean.bucketName,
        QUARANTINE_BUCKET: zones.quarantine.bucketName,
      },
    });
    ledger.grant(plan.role, 'GetItem', 'UpdateItem');
    zones.grantReadLanding(plan.role);
    zones.grantWrite(plan.role, zones.clean);
    zones.grantWrite(plan.role, zones.quarantine, ['*/_files/*']);
    return plan;
  }

  /** A stage that touches every row has two workers; core/landing/worker.ts says which for what. */
  #worker(size: Worker, engine: EngineLayer) {
    const { architecture, largeWorkerMegabytes } = this.#props;
    return size === 'small'
      ? { engine, architecture, timeout, memoryMegabytes: smallMegabytes }
      : { engine, architecture, timeout, memoryMegabytes: largeWorkerMegabytes, isLarge: true };
  }

  #validate(engine: EngineLayer, size: Worker): StageFunction<ValidateEnv> {
    const { zones, ledger } = this.#props;
    const id = size === 'small' ? 'Validate' : 'LargeValidate';
    const validate = new StageFunction<ValidateEnv>(this, id, {
      ...{ ...this.#worker(size, engine), stage: 'validate' },
      environment: {
        LEDGER_TABLE: ledger.table.tableName,
        CLEAN_BUCKET: zones.clean.bucketName,
        QUARANTINE_BUCKET: zones.quarantine.bucketName,
      },
    });
    ledger.grant(validate.role, 'GetItem', 'PutItem', 'UpdateItem');
    zones.grantReadLanding(validate.role);
    zones.grantRead(validate.role, zones.clean);
    zones.grantWrite(validate.role, zones.clean);
    zones.grantWrite(validate.role, zones.quarantine, ['*/_files/*', '*/rejects/*', '*/values/*']);
    zones.grantRead(validate.role, zones.quarantine, ['*/_mends/*']);
    return validate;
  }

  #transform(engine: EngineLayer, size: Worker): StageFunction<TransformEnv> {
    const { zones, ledger, catalogue, maskSalt } = this.#props;
    const id = size === 'small' ? 'Transform' : 'LargeTransform';
    const transform = new StageFunction<TransformEnv>(this, id, {
      ...{ ...this.#worker(size, engine), stage: 'transform' },
      environment: {
        LEDGER_TABLE: ledger.table.tableName,
        CLEAN_BUCKET: zones.clean.bucketName,
        CURATED_BUCKET: zones.curated.bucketName,
        QUARANTINE_BUCKET: zones.quarantine.bucketName,
        CATALOG_DATABASE: catalogue.databaseName,
        CATALOG_ID: catalogue.catalogId,
        SALT_ARN: maskSalt?.arn ?? '',
      },
    });
    maskSalt?.grantRead(transform.role);
    ledger.grant(transform.role, 'GetItem');
    zones.grantRead(transform.role, zones.clean);
    zones.grantWrite(transform.role, zones.clean);
    zones.grantRead(transform.role, zones.curated);
    // Metadata too: Glue writes a new table's first metadata file with the caller's rights.
    zones.grantWrite(transform.role, zones.curated, ['*/data/*', '*/metadata/*']);
    zones.grantWrite(transform.role, zones.quarantine, ['*/rejects/*', '*/duplicates.parquet']);
    catalogue.grantCreate(transform.role);
    return transform;
  }

  #gate(): StageFunction<GateEnv> {
    const { zones, ledger, architecture } = this.#props;
    const gate = new StageFunction<GateEnv>(this, 'Gate', {
      ...{ ...light, stage: 'gate', architecture },
      environment: {
        LEDGER_TABLE: ledger.table.tableName,
        CLEAN_BUCKET: zones.clean.bucketName,
      },
    });
    // It queries the history of the dataset.
    ledger.grant(gate.role, 'GetItem', 'Query', 'UpdateItem');
    zones.grantRead(gate.role, zones.clean);
    zones.grantWrite(gate.role, zones.clean);
    return gate;
  }

  #load(): StageFunction<LoadEnv> {
    const { zones, ledger, catalogue, architecture } = this.#props;
    const load = new StageFunction<LoadEnv>(this, 'Load', {
      ...{ stage: 'load', architecture, timeout: Duration.minutes(5), memoryMegabytes: 1_024 },
      environment: {
        LEDGER_TABLE: ledger.table.tableName,
        CLEAN_BUCKET: zones.clean.bucketName,
        CURATED_BUCKET: zones.curated.bucketName,
        CATALOG_DATABASE: catalogue.databaseName,
        CATALOG_ID: catalogue.catalogId,
      },
    });
    // It puts and deletes only the dataset's turn.
    ledger.grant(load.role, 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem');
    zones.grantRead(load.role, zones.clean);
    zones.grantRead(load.role, zones.curated);
    zones.grantWrite(load.role, zones.curated, ['*/metadata/*']);
    catalogue.grantCommit(load.role);
    return load;
  }

  #publish(): StageFunction<PublishEnv> {
    const { zones, ledger, architecture } = this.#props;
    const publish = new StageFunction<PublishEnv>(this, 'Publish', {
      ...{ ...light, stage: 'publish', architecture },
      environment: {
        LEDGER_TABLE: ledger.table.tableName,
        CLEAN_BUCKET: zones.clean.bucketName,
        CURATED_BUCKET: zones.curated.bucketName,
      },
    });
    // It puts only the run's summary into the history.
    ledger.grant(publish.role, 'GetItem', 'PutItem', 'UpdateItem');
    zones.grantRead(publish.role, zones.clean);
    zones.grantWrite(publish.role, zones.curated, ['_lineage/*']);
    const bus = { service: 'events', resource: 'event-bus/default' };
    allow(publish.role, {
      actions: ['events:PutEvents'],
      resources: [Stack.of(this).formatArn(bus)],
    });
    return publish;
  }

  /** Pipeline gives it the right to start the next attempt: it needs the pipeline to exist. */
  #quarantine(): StageFunction<QuarantineEnv> {
    const { zones, ledger, catalogue, architecture } = this.#props;
    const quarantine = new StageFunction<QuarantineEnv>(this, 'Quarantine', {
      ...{ ...light, stage: 'quarantine', architecture },
      environment: {
        LEDGER_TABLE: ledger.table.tableName,
        CLEAN_BUCKET: zones.clean.bucketName,
        QUARANTINE_BUCKET: zones.quarantine.bucketName,
        CATALOG_DATABASE: catalogue.databaseName,
        CATALOG_ID: catalogue.catalogId,
      },
    });
    ledger.grant(quarantine.role, 'GetItem', 'BatchGetItem', 'UpdateItem');
    zones.grantRead(quarantine.role, zones.clean);
    // The empty document of a part whose file was quarantined.
    zones.grantWrite(quarantine.role, zones.clean);
    zones.grantRead(quarantine.role, zones.curated, ['*/metadata/*']);
    // A snapshot without a change, which gives an attempt up.
    zones.grantWrite(quarantine.role, zones.curated, ['*/metadata/*']);
    zones.grantWrite(quarantine.role, zones.quarantine, ['*/_files/*']);
    catalogue.grantCommit(quarantine.role);
    return quarantine;
  }
}
