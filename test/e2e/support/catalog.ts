import {
  catalogEndpoint,
  type RestCatalogOptions,
  restCatalog,
} from '../../../adapters/iceberg-catalog.ts';
import type { RunId } from '../../../core/ids.ts';
import { currentSchema } from '../../../core/load/table.ts';
import type { Stack } from './stack.ts';

const options = ({ outputs }: Stack): RestCatalogOptions => {
  const region = process.env.AWS_REGION ?? 'us-east-1';
  return {
    endpoint: catalogEndpoint(region, process.env.AWS_ENDPOINT_URL),
    catalogId: outputs.PipelineArn.split(':')[4] ?? '',
    database: outputs.CatalogDatabase,
    region,
    service: 'glue',
  };
};

/** The columns of a table, as the catalogue has them now. */
export const tableFields = async (stack: Stack, table: string) => {
  const metadata = await restCatalog(options(stack)).load(table);
  return metadata === undefined ? [] : currentSchema(metadata).fields;
};

/** The run of each snapshot of a table, in the order of the snapshots. */
export const tableRuns = async (stack: Stack, table: string): Promise<readonly string[]> => {
  const metadata = await restCatalog(options(stack)).load(table);
  return (metadata?.snapshots ?? []).map(({ summary }) => summary['headgate.run-id'] ?? '');
};

/** How many snapshots of a table a run has made: one, or none. */
export const snapshotsOf = async (stack: Stack, table: string, runId: RunId): Promise<number> =>
  (await tableRuns(stack, table)).filter((each) => each === runId).length;
