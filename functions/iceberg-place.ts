import * as z from 'zod';
import type { IcebergPlace } from '../adapters/iceberg-world.ts';

/** What a function that works on tables reads of its environment; Lambda states the region. */
const PlaceEnv = z.object({
  CATALOG_DATABASE: z.string().min(1),
  CATALOG_ID: z.string().min(1),
  AWS_REGION: z.string().min(1),
  AWS_ENDPOINT_URL: z.string().min(1).optional(),
});

/** Where the tables of this deployment are. */
export const icebergPlace = (environment: NodeJS.ProcessEnv): IcebergPlace => {
  const env = PlaceEnv.parse(environment);
  return {
    database: env.CATALOG_DATABASE,
    catalogId: env.CATALOG_ID,
    region: env.AWS_REGION,
    endpointUrl: env.AWS_ENDPOINT_URL,
  };
};
