import { inflate } from '../../adapters/engine/inflate.ts';
import { mendFile } from '../../adapters/engine/mend-file.ts';
import { prepare } from '../../adapters/engine/prepare/index.ts';
import { streamRows } from '../../adapters/engine/prepare/stream.ts';
import { recognise } from '../../adapters/engine/recognise.ts';
import { transformRun } from '../../adapters/engine/transform.ts';
import { validateFile } from '../../adapters/engine/validate.ts';
import { withWorkDir } from '../../adapters/work-dir.ts';
import { contractVersion, wholeTablesOf } from '../../core/contract.ts';
import type { Dataset } from '../../core/dataset.ts';
import { EpochMs } from '../../core/ids.ts';
import type { Landing, Unreadable } from '../../core/ports.ts';
import { datasets as shop } from '../../datasets/index.ts';
import { gate } from '../../functions/gate/handler.ts';
import { intake } from '../../functions/intake/handler.ts';
import { load } from '../../functions/load/handler.ts';
import { plan } from '../../functions/plan/handler.ts';
import { publish } from '../../functions/publish/handler.ts';
import { quarantine } from '../../functions/quarantine/handler.ts';
import { transform } from '../../functions/transform/handler.ts';
import { validate } from '../../functions/validate/handler.ts';
import { landingBucket, objectCreated, sqsRecord } from './events.ts';
import { runExecution, type Stage, type StageName } from './execution.ts';
import { fakeTelemetry, memoryAnnouncer, memoryPipeline } from './fakes.ts';
import { memoryCatalog } from './memory-catalog.ts';
import { memoryLedger } from './memory-ledger.ts';
import { memoryStore } from './memory-store.ts';

/** A dropped object as the test knows it. */
type Landed = { readonly bytes: Buffer; readonly at: number };

/**
 * The whole of Headgate in one process: the real handlers, core and engine, over a ledger,
 * buckets, a queue and a catalogue in memory. `around` may break any stage.
 */
export const memoryStack = (
  options: {
    readonly around?: (name: StageName, stage: Stage) => Stage;
    readonly validateFile?: typeof validateFile;
    /** @default those of the shop */
    readonly datasets?: readonly Dataset[];
    /** Around every port; see faults.ts. */
    readonly wrap?: <Port extends object>(port: Port) => Port;
  } = {},
) => {
  const datasets = options.datasets ?? shop;
  const datasetNamed = (name: string) => datasets.find((dataset) => dataset.name === name);
  const wrap = options.wrap ?? ((port) => port);
  const ledger = wrap(memoryLedger());
  const telemetry = fakeTelemetry();
  const { started, ...starter } = memoryPipeline();
  const pipeline = { ...wrap(starter), started };
  const { events, ...announced } = memoryAnnouncer();
  const announcer = wrap(announced);
  const { catalog: inMemory, tables } = memoryCatalog();
  const catalog = wrap(inMemory);
  const { store: kept, objects } = memoryStore();
  const store = wrap(kept);
  const versions = new Map<string, Landed | Unreadable>();
  let clock = 1_795_237_200_000;
  const now = () => {
    clock += 1;
    return EpochMs.parse(clock);
  };
  const world = { store, catalog, now, sleep: async () => undefined, random: () => 0.5 };
  const advance = (ms: number): void => {
    clock += ms;
  };
  const names = {
    cleanBucket: 'clean',
    quarantineBucket: 'quarantine',
    curatedBucket: 'curated',
    landingBucket,
  };
  const reads: string[] = [];
  const landing = wrap(memoryLanding(versions, reads));
  const deps = {
    ...telemetry,
    ...names,
    ledger,
    store,
    world,
    landing,
    announcer,
    now,
    datasetNamed,
  };
  const around = options.around ?? ((_name: StageName, stage: Stage) => stage);
  const stages = {
    plan: around('plan', plan({ ...deps, recognise })),
    validate: around(
      'validate',
      validate({
        ...deps,
        random: world.random,
        withWorkDir,
        engine: {
          inflate,
          prepare,
          streamRows,
          mendFile,
          validateFile: options.validateFile ?? validateFile,
        },
      }),
    ),
    transform: around(
      'transform',
      transform({ ...deps, withWorkDir, salt: async () => 'a salt', engine: { transformRun } }),
    ),
    gate: around('gate', gate(deps)),
    load: around('load', load(deps)),
    publish: around('publish', publish(deps)),
  };
  const failed = quarantine({
    ...deps,
    pipelineAt: () => pipeline,
  });
  const take = intake({
    ...deps,
    contracts: new Map(datasets.map((dataset) => [dataset.name, contractVersion(dataset)])),
    wholeTables: wholeTablesOf(datasets),
    pipeline,
    versionsOf: async () => [],
  });

  /** Puts bytes under a key; returns the notice's body, to be delivered as often as one likes. */
  const drop = (key: string, bytes: Buffer | string): { body: string; versionId: string } => {
    clock += 1000;
    const buffer = Buffer.from(bytes);
    const versionId = `v${versions.size + 1}`;
    versions.set(`${key}@${versionId}`, { bytes: buffer, at: clock });
    const time = new Date(clock).toISOString();
    const sequencer = clock.toString(16).toUpperCase().padStart(18, '0');
    return {
      body: objectCreated({ key, versionId, size: buffer.length, sequencer, time }),
      versionId,
    };
  };
  const remove = (key: string, versionId: string): void =>
    void versions.set(`${key}@${versionId}`, 'gone');
  const archive = (key: string, versionId: string): void =>
    void versions.set(`${key}@${versionId}`, 'archived');

  const ran = new Set<string>();
  /** Lets time go by, in milliseconds. */
  const pass = (ms: number): void => {
    clock += ms;
  };

  const deliver = (bodies: readonly string[]) =>
    take({ Records: bodies.map((body, index) => sqsRecord(`m${index}`, body)) });

  /** Runs every execution that was started and not yet run, as the state machine would. */
  const execute = async (): Promise<void> => {
    for (const [name, pointer] of pipeline.started) {
      if (ran.has(name)) continue;
      ran.add(name);
      await runExecution(stages, failed, pointer);
      await execute();
    }
  };
  const land = async (files: readonly (readonly [string, Buffer | string])[]) => {
    await deliver(files.map(([key, bytes]) => drop(key, bytes).body));
    await execute();
  };
  return {
    ledger,
    store,
    pipeline,
    tables,
    objects,
    events,
    landing,
    telemetry,
    /** Every object version that was read as a whole, as often as it was. */
    reads,
    /** For what works beside the stages, as reconcile does. */
    ...{ names, versions, ran, now, advance, datasets, catalog, world, intake: take },
    drop,
    remove,
    archive,
    pass,
    deliver,
    execute,
    land,
  };
};

const memoryLanding = (versions: ReadonlyMap<string, Landed | Unreadable>, reads: string[]) => {
  const find = ({ key, versionId }: { key: string; versionId: string }): Landed | Unreadable =>
    versions.get(`${key}@${versionId}`) ?? 'gone';
  const landing: Landing = {
    head: async (file) => {
      const found = find(file);
      if (typeof found === 'string') return { kind: found };
      return { kind: 'found', sizeBytes: found.bytes.length, landedAt: EpochMs.parse(found.at) };
    },
    peek: async (file, bytes) => {
      const found = find(file);
      return typeof found === 'string' ? found : found.bytes.subarray(0, bytes);
    },
    stream: async (file) => {
      reads.push(`${file.bucket}/${file.key}@${file.versionId}`);
      const found = find(file);
      return typeof found === 'string' ? found : chunks(found.bytes);
    },
  };
  return landing;
};

/** In pieces, so that nothing can rely on a file coming in one. */
async function* chunks(bytes: Buffer): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 4093) yield bytes.subarray(at, at + 4093);
}
