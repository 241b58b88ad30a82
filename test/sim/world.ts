import { lineJudges } from '../../adapters/engine/judge-line.ts';
import { sfnExecutionStatus } from '../../adapters/execution-status.ts';
import { kinesisReader } from '../../adapters/kinesis-reader.ts';
import { s3LandedVersions, s3Landing, s3VersionsOf } from '../../adapters/landing.ts';
import { dynamoLedger } from '../../adapters/ledger.ts';
import { dynamoShards } from '../../adapters/ledger-shards.ts';
import { sfnPipeline } from '../../adapters/pipeline.ts';
import { s3Store } from '../../adapters/store.ts';
import { contractVersion, wholeTablesOf } from '../../core/contract.ts';
import { PermanentError, TransientError } from '../../core/errors.ts';
import { EpochMs } from '../../core/ids.ts';
import type { Catalog, CatalogReply, World } from '../../core/load/commit.ts';
import type { Store } from '../../core/ports.ts';
import { routesOf } from '../../core/stream/reading.ts';
import { deadLetters } from '../../functions/dead-letters/handler.ts';
import { gate } from '../../functions/gate/handler.ts';
import { intake } from '../../functions/intake/handler.ts';
import { load } from '../../functions/load/handler.ts';
import { leaving } from '../../functions/log.ts';
import { plan } from '../../functions/plan/handler.ts';
import { publish } from '../../functions/publish/handler.ts';
import { push } from '../../functions/push/handler.ts';
import { quarantine } from '../../functions/quarantine/handler.ts';
import { reconcileScheduled } from '../../functions/reconcile/handler.ts';
import { stream } from '../../functions/stream/handler.ts';
import { transform } from '../../functions/transform/handler.ts';
import { validate } from '../../functions/validate/handler.ts';
import { pipelineDefinition } from '../../lib/pipeline-definition.ts';
import { catalogReply, catalogTables } from '../support/memory-catalog.ts';
import { nothingBeside } from '../support/nothing-beside.ts';
import { dynamoOf, type OnChange, SimulatedTable } from './aws/dynamo.ts';
import { kinesisOf, SimulatedStream } from './aws/kinesis.ts';
import { type SimulatedFunction, SimulatedLambda } from './aws/lambda.ts';
import { type QueueFaults, SimulatedQueue } from './aws/queue.ts';
import { SimulatedLanding, SimulatedObjects, s3Of } from './aws/s3.ts';
import { SimulatedStates } from './aws/states.ts';
import { datasetNamed, datasets } from './datasets.ts';
import { type Disk, engineOf } from './engine.ts';
import type { Kernel, Worker } from './kernel.ts';

export const buckets = {
  landingBucket: 'landing',
  cleanBucket: 'clean',
  quarantineBucket: 'quarantine',
  curatedBucket: 'curated',
} as const;

const SECOND = 1_000;
const judges = lineJudges();
const routes = routesOf(datasets, judges);
/** As lib/ deploys them. */
const timeouts = {
  ...{ plan: 120, validate: 900, largeValidate: 900, transform: 900, largeTransform: 900 },
  ...{ gate: 120, load: 300, publish: 120 },
  ...{ quarantine: 120, intake: 60, reconcile: 300, 'dead-letters': 60, push: 28, stream: 120 },
} as const;
type StageName = keyof typeof timeouts;

/** What always holds is told of every write. */
export type Watch = {
  readonly ledgerChanged: OnChange;
  readonly committed: (table: string) => void;
  readonly noticeDeleted: (body: string) => void;
  readonly announced: (detail: object) => void;
};

const silent = {
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  count: () => undefined,
};

/**
 * Headgate's functions and definition as they are deployed, over an AWS in memory. Every call of a
 * client, of the catalogue or of the bus is one step of the kernel.
 */
export class SimulatedWorld {
  readonly table: SimulatedTable;
  readonly landing = new SimulatedLanding();
  readonly objects = new SimulatedObjects();
  readonly catalog = catalogTables();
  readonly lambda: SimulatedLambda;
  readonly states: SimulatedStates;
  readonly notices: SimulatedQueue;
  readonly deadLetters: SimulatedQueue;
  readonly stream: SimulatedStream;
  readonly #kernel: Kernel;
  readonly #watch: Watch;
  readonly #versions = new Map(
    datasets.map((dataset) => [dataset.name, contractVersion(dataset)] as const),
  );

  constructor(
    kernel: Kernel,
    watch: Watch,
    skew: () => number,
    { queueFaults, keptMs }: { readonly queueFaults: QueueFaults; readonly keptMs: number },
  ) {
    this.#kernel = kernel;
    this.#watch = watch;
    this.table = new SimulatedTable(watch.ledgerChanged);
    const stages = Object.entries(this.#stages()).map(
      ([name, handle]) =>
        [name, { timeoutMs: timeouts[stageOf(name)] * SECOND, handle: guarded(handle) }] as const,
    );
    this.lambda = new SimulatedLambda(kernel, new Map<string, SimulatedFunction>(stages), skew);
    const callee = (name: StageName) => ({ arn: name, timeoutSeconds: timeouts[name] });
    const definition = pipelineDefinition({
      ...{ partition: 'aws', cleanBucket: buckets.cleanBucket },
      callees: {
        ...{ plan: callee('plan'), validate: callee('validate'), transform: callee('transform') },
        ...{ largeValidate: callee('largeValidate'), largeTransform: callee('largeTransform') },
        ...{ gate: callee('gate'), load: callee('load'), publish: callee('publish') },
        quarantine: callee('quarantine'),
      },
    });
    this.states = new SimulatedStates(kernel, this.lambda, definition, (bucket, key) =>
      JSON.parse(this.objects.get(`s3://${bucket}/${key}`).toString('utf8')),
    );
    this.stream = new SimulatedStream(kernel, this.lambda, { faults: queueFaults, keptMs });
    const visibilityMs = 6 * timeouts.intake * SECOND;
    this.deadLetters = new SimulatedQueue(kernel, this.lambda, {
      ...{ function: 'dead-letters', visibilityMs, receivesMax: 1_000, batchMax: 10 },
      faults: queueFaults,
    });
    this.notices = new SimulatedQueue(kernel, this.lambda, {
      dead: (body) => this.deadLetters.send(body),
      ...{ function: 'intake', visibilityMs, receivesMax: 5 },
      ...{ batchMax: 10, faults: queueFaults, onDelete: watch.noticeDeleted },
    });
  }

  /** What one worker can reach: its own clients, clock and disk. */
  portsOf(worker: Worker) {
    const kernel = this.#kernel;
    const disk: Disk = new Map();
    const s3 = s3Of(kernel, worker, this.landing, this.objects);
    const now = () => EpochMs.parse(Math.floor(kernel.now + worker.skewMs));
    const store = onDisk(s3Store(s3), disk);
    const world: World = {
      ...{ store, now, random: () => kernel.random.next() },
      catalog: this.#catalogOf(worker),
      sleep: (ms) => kernel.sleep(worker, ms),
    };
    const client = this.states.clientOf(worker);
    const dynamo = dynamoOf(kernel, worker, this.table);
    const pipeline = sfnPipeline(client, 'pipeline');
    return {
      ...silent,
      ...buckets,
      ...{ store, now, world, pipeline, datasetNamed, random: world.random },
      ledger: dynamoLedger(dynamo, 'ledger'),
      shards: dynamoShards({ client: dynamo, name: 'ledger' }),
      reader: kinesisReader(kinesisOf(kernel, worker, this.stream)),
      landing: s3Landing(s3),
      landedVersions: s3LandedVersions(s3, buckets.landingBucket),
      executions: sfnExecutionStatus(client, 'pipeline'),
      notices: { send: (body: string) => this.#announce(worker, body) },
      versionsOf: s3VersionsOf(s3),
      contracts: this.#versions,
      wholeTables: wholeTablesOf(datasets),
      engine: engineOf(kernel, worker, disk),
      withWorkDir: async <T>(work: (dir: string) => Promise<T>): Promise<T> => await work('/tmp'),
      announcer: {
        announce: (event: { readonly detail: object }) =>
          kernel.effect<void>(worker, {
            ...{ site: 'events.PutEvents', isWrite: true },
            apply: () => this.#watch.announced(event.detail),
            throttled: () => {
              throw new TransientError('announce: throttled');
            },
            lost: () => {
              throw new TransientError('announce: no answer');
            },
          }),
      },
    };
  }

  #announce(worker: Worker, body: string): Promise<void> {
    const refused = (): never => {
      throw new TransientError('send a notice: throttled');
    };
    return this.#kernel.effect<void>(worker, {
      ...{ site: 'sqs.SendMessage', isWrite: true },
      apply: () => this.notices.send(body),
      ...{ throttled: refused, lost: refused },
    });
  }

  #stages(): Record<StageName, SimulatedFunction['handle']> {
    const at =
      (
        make: (ports: ReturnType<SimulatedWorld['portsOf']>) => (event: never) => Promise<unknown>,
      ) =>
      (worker: Worker) =>
        make(this.portsOf(worker)) as (event: unknown) => Promise<unknown>;
    const judge = at((ports) => validate(ports));
    const make = at((ports) => transform({ ...ports, salt: async () => 'salt' }));
    return {
      intake: at(intake),
      plan: at((ports) => plan({ ...ports, recognise: ports.engine.recognise })),
      ...{ validate: judge, largeValidate: judge, transform: make, largeTransform: make },
      gate: at(gate),
      load: at(load),
      publish: at(publish),
      quarantine: at((ports) =>
        quarantine({
          ...ports,
          pipelineAt: () => ports.pipeline,
        }),
      ),
      reconcile: at((ports) =>
        reconcileScheduled({
          ...ports,
          landing: ports.landedVersions,
          ...{ pipelineArn: 'pipeline', datasets: datasets.map(({ name }) => name) },
        }),
      ),
      'dead-letters': at(deadLetters),
      push: at((ports) => push({ ...ports, judgeOf: judges })),
      stream: at((ports) => stream({ ...ports, ...nothingBeside(), now: ports.now, routes })),
    };
  }

  #catalogOf(worker: Worker): Catalog {
    const { tables, create, commit } = this.catalog;
    const write = (site: string, table: string, apply: () => ReturnType<typeof create>) =>
      this.#kernel.effect<CatalogReply>(worker, {
        ...{ site, isWrite: true },
        apply: () => {
          const result = apply();
          if (typeof result !== 'string') this.#watch.committed(table);
          return catalogReply(result);
        },
        throttled: () =>
          this.#kernel.random.chance(0.5)
            ? { kind: 'conflict', detail: '429' }
            : { kind: 'unknown', detail: '503 before it was applied' },
        lost: () => ({ kind: 'unknown', detail: 'no answer' }),
      });
    return {
      load: (table) =>
        this.#kernel.effect(worker, {
          ...{ site: 'catalog.load', isWrite: false },
          apply: () => tables.get(table),
          throttled: () => {
            throw new TransientError('catalogue: throttled');
          },
          lost: () => {
            throw new TransientError('catalogue: no answer');
          },
        }),
      create: (request) => write('catalog.create', request.name, () => create(request)),
      commit: (table, requirements, updates) =>
        write('catalog.commit', table, () => commit(table, requirements, updates)),
    };
  }
}

const stageOf = (name: string): StageName => {
  for (const known of Object.keys(timeouts)) if (known === name) return known as StageName;
  throw new Error(`no stage ${name}`);
};

/** Only the two errors leave a function, as functions/telemetry.ts sees to it. */
const guarded =
  (handle: SimulatedFunction['handle']): SimulatedFunction['handle'] =>
  (worker) =>
  async (event) => {
    try {
      return await handle(worker)(event);
    } catch (error) {
      throw leaving(error);
    }
  };

/** Files that a stage uploads and downloads lie on its worker's disk, not on this machine's. */
const onDisk = (store: Store, disk: Disk): Store => ({
  ...store,
  upload: async (uri, path) => {
    const bytes = disk.get(path);
    if (bytes === undefined) throw new PermanentError(`no file ${path} on this disk`);
    await store.put(uri, bytes);
  },
  download: async (uri, path) => {
    disk.set(path, await store.get(uri));
  },
});
