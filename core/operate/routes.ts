/**
 * The routes of operators, said once: the construct deploys them, the function answers them, and
 * the document of the API tells of them.
 */
export const operatorRoutes = [
  { method: 'GET', path: '/datasets', operation: 'listDatasets' },
  { method: 'GET', path: '/datasets/{dataset}', operation: 'getDataset' },
  { method: 'POST', path: '/datasets/{dataset}/backfill', operation: 'backfillDataset' },
  { method: 'GET', path: '/runs', operation: 'listRuns' },
  { method: 'GET', path: '/runs/{run}', operation: 'getRun' },
  { method: 'GET', path: '/runs/{run}/rejects', operation: 'listRejects' },
  { method: 'GET', path: '/runs/{run}/rejects/raw', operation: 'readRejects' },
  { method: 'POST', path: '/runs/{run}/release', operation: 'releaseRun' },
  { method: 'POST', path: '/runs/{run}/discard', operation: 'discardRun' },
  { method: 'POST', path: '/runs/{run}/replay', operation: 'replayRun' },
  { method: 'GET', path: '/files/{file}', operation: 'getFile' },
] as const satisfies readonly {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly operation: string;
}[];

type OperatorRoute = (typeof operatorRoutes)[number];
export type Operation = OperatorRoute['operation'];

/** The route of a call, by its method and the path it has here. */
export const operatorRouteOf = (method: string, path: string): OperatorRoute | undefined =>
  operatorRoutes.find((route) => route.method === method && route.path === path);
