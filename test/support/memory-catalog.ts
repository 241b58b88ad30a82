import { TransientError } from '../../core/errors.ts';
import type { Catalog, CatalogReply } from '../../core/load/commit.ts';
import type { Requirement, TableMetadata, TableRequest, Update } from '../../core/load/table.ts';

/**
 * What happens to one call. For a write: `conflict` is not applied and says so, `lost` is applied
 * and says nothing, `failed` is neither. A read fails on anything but `none`.
 */
export type CatalogFault = 'none' | 'conflict' | 'lost' | 'failed';

/** A call that a test may spoil. */
export type CatalogCall = { readonly op: 'load' | 'create' | 'commit'; readonly table: string };

/** What a test orders of the catalogue. */
export type MemoryCatalogOptions = {
  readonly fault?: (call: CatalogCall) => CatalogFault;
  /** Awaited before and after each call takes effect, so that writers interleave. */
  readonly pause?: () => Promise<void>;
  /** Added to every field id of a new table: a catalogue owes nobody the ids of a request. */
  readonly renumberBy?: number;
};

const refOf = (metadata: TableMetadata, ref: string): bigint | null =>
  metadata.refs?.[ref]?.['snapshot-id'] ?? null;

const holds = (metadata: TableMetadata, requirement: Requirement): boolean => {
  switch (requirement.type) {
    case 'assert-table-uuid':
      return requirement.uuid === metadata['table-uuid'];
    case 'assert-ref-snapshot-id':
      return requirement['snapshot-id'] === refOf(metadata, requirement.ref);
    case 'assert-current-schema-id':
      return requirement['current-schema-id'] === metadata['current-schema-id'];
  }
};

const applied = (metadata: TableMetadata, update: Update): TableMetadata => {
  switch (update.action) {
    case 'add-snapshot':
      return {
        ...metadata,
        snapshots: [...(metadata.snapshots ?? []), update.snapshot],
        'last-sequence-number': update.snapshot['sequence-number'],
      };
    case 'set-snapshot-ref': {
      const ref = { 'snapshot-id': update['snapshot-id'], type: update.type };
      return { ...metadata, refs: { ...metadata.refs, [update['ref-name']]: ref } };
    }
    case 'add-schema':
      return {
        ...metadata,
        schemas: [...metadata.schemas, update.schema],
        'last-column-id': update['last-column-id'],
      };
    case 'set-current-schema': {
      const newest = Math.max(...metadata.schemas.map((schema) => schema['schema-id']));
      const id = update['schema-id'];
      return { ...metadata, 'current-schema-id': id === -1 ? newest : id };
    }
  }
};

const created = (request: TableRequest, renumberBy: number): TableMetadata => {
  const fields = request.schema.fields.map((f) => ({ ...f, id: f.id + renumberBy }));
  const spec = request['partition-spec'];
  const partition = spec.fields.map((field) => ({
    ...field,
    'source-id': field['source-id'] + renumberBy,
  }));
  return {
    'format-version': 2,
    'table-uuid': `uuid-of-${request.name}`,
    location: request.location,
    'last-sequence-number': 0,
    'last-column-id': Math.max(...fields.map((field) => field.id)),
    schemas: [{ ...request.schema, fields }],
    'current-schema-id': request.schema['schema-id'],
    'partition-specs': [{ ...spec, fields: partition }],
    'default-spec-id': spec['spec-id'],
    properties: { ...request.properties },
    // As emulators and older catalogues say "none yet".
    'current-snapshot-id': -1n,
  };
};

/** The tables of a catalogue, or what it says when it refuses a write; each call is one step. */
export const catalogTables = (renumberBy = 0) => {
  const tables = new Map<string, TableMetadata>();
  const applying = (table: string, result: TableMetadata | string): TableMetadata | string => {
    if (typeof result !== 'string') tables.set(table, result);
    return result;
  };
  const create = (request: TableRequest): TableMetadata | string =>
    applying(
      request.name,
      tables.has(request.name)
        ? `Table already exists: ${request.name}`
        : created(request, renumberBy),
    );
  const commit = (
    table: string,
    requirements: readonly Requirement[],
    updates: readonly Update[],
  ): TableMetadata | string => {
    const metadata = tables.get(table);
    if (metadata === undefined) return `NoSuchTable ${table}`;
    const broken = requirements.find((requirement) => !holds(metadata, requirement));
    if (broken !== undefined) return `Requirement failed: ${broken.type}`;
    const twice = updates.some(
      (update) =>
        update.action === 'add-snapshot' &&
        metadata.snapshots?.some((s) => s['snapshot-id'] === update.snapshot['snapshot-id']),
    );
    if (twice) return 'Snapshot already exists for id';
    return applying(table, updates.reduce(applied, metadata));
  };
  return { tables, create, commit };
};

/** What a writer hears of a write that was applied, or of why it was not. */
export const catalogReply = (result: TableMetadata | string): CatalogReply => {
  if (typeof result !== 'string') return { kind: 'committed', metadata: result };
  const kind = result.includes('already exists for id') ? 'unknown' : 'conflict';
  return { kind, detail: result };
};

/** A catalogue in memory with the protocol's checks, and faults to order. */
export const memoryCatalog = (options: MemoryCatalogOptions = {}) => {
  const { fault = () => 'none', pause = async () => undefined, renumberBy = 0 } = options;
  const { tables, create, commit } = catalogTables(renumberBy);
  const calls: CatalogCall[] = [];

  const write = async (
    call: CatalogCall,
    apply: () => TableMetadata | string,
  ): Promise<CatalogReply> => {
    calls.push(call);
    const happens = fault(call);
    await pause();
    if (happens === 'conflict') return { kind: 'conflict', detail: 'ordered by the test' };
    if (happens === 'failed') return { kind: 'unknown', detail: '503 before it was applied' };
    const result = apply();
    await pause();
    return happens === 'lost'
      ? { kind: 'unknown', detail: 'the reply was lost' }
      : catalogReply(result);
  };

  const catalog: Catalog = {
    load: async (table) => {
      const call: CatalogCall = { op: 'load', table };
      calls.push(call);
      await pause();
      if (fault(call) !== 'none') throw new TransientError('the read failed as ordered');
      const metadata = tables.get(table);
      await pause();
      return metadata;
    },
    create: (request) => write({ op: 'create', table: request.name }, () => create(request)),
    commit: (table, requirements, updates) =>
      write({ op: 'commit', table }, () => commit(table, requirements, updates)),
  };
  return { catalog, tables, calls };
};
