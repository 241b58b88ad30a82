import { type FaultKind, faultKinds } from './kernel.ts';

/** Where the world can be touched, and whether it is changed there. */
const ofFiles: Readonly<Record<string, { readonly isWrite: boolean }>> = {
  'dynamo.GetItem': { isWrite: false },
  'dynamo.BatchGetItem': { isWrite: false },
  'dynamo.PutItem': { isWrite: true },
  'dynamo.UpdateItem': { isWrite: true },
  'dynamo.DeleteItem': { isWrite: true },
  'dynamo.TransactWriteItems': { isWrite: true },
  's3.GetObject': { isWrite: false },
  's3.HeadObject': { isWrite: false },
  's3.PutObject': { isWrite: true },
  'dynamo.Query': { isWrite: false },
  's3.ListObjectVersions': { isWrite: false },
  's3.ListObjectsV2': { isWrite: false },
  'sqs.SendMessage': { isWrite: true },
  'states.DescribeExecution': { isWrite: false },
  'states.StartExecution': { isWrite: true },
  'events.PutEvents': { isWrite: true },
  'catalog.load': { isWrite: false },
  'catalog.create': { isWrite: true },
  'catalog.commit': { isWrite: true },
};
export const sitesOfFiles = Object.keys(ofFiles);

export const sites: typeof ofFiles = {
  ...ofFiles,
  'kinesis.GetShardIterator': { isWrite: false },
  'kinesis.GetRecords': { isWrite: false },
};

/** Which kinds can strike at all: a read that is done twice, or was done in vain, shows nowhere. */
export const isReachable = (kind: FaultKind, isWrite: boolean): boolean =>
  isWrite || (kind !== 'duplicate' && kind !== 'lost-reply' && kind !== 'crash-after');

/** Each fault at each place where it can strike. */
export const cells: readonly string[] = Object.entries(sites).flatMap(([site, { isWrite }]) =>
  faultKinds.filter((kind) => isReachable(kind, isWrite)).map((kind) => `${site} ${kind}`),
);

/** The cells that were hit too seldom for a search to mean much there. */
export const coldCells = (hits: ReadonlyMap<string, number>, least: number): readonly string[] =>
  cells
    .filter((cell) => (hits.get(cell) ?? 0) < least)
    .map((cell) => `${cell} (${hits.get(cell) ?? 0})`);
