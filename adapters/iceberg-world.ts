import type { S3Client } from '@aws-sdk/client-s3';
import type { World } from '../core/load/commit.ts';
import { systemClock, systemRandom, systemSleep } from './clock.ts';
import { catalogEndpoint, restCatalog } from './iceberg-catalog.ts';
import { s3Store } from './store.ts';

export type IcebergPlace = {
  readonly database: string;
  /** The AWS account: its Glue catalogue has the account's id. */
  readonly catalogId: string;
  readonly region: string;
  /** AWS_ENDPOINT_URL, when it is not AWS itself. */
  readonly endpointUrl: string | undefined;
};

/** Everything a commit needs of the world: the catalogue, the bucket, time and luck. */
export const icebergWorld = (
  client: S3Client,
  { database, catalogId, region, endpointUrl }: IcebergPlace,
): World => ({
  store: s3Store(client),
  catalog: restCatalog({
    endpoint: catalogEndpoint(region, endpointUrl),
    catalogId,
    database,
    region,
    service: 'glue',
  }),
  now: systemClock,
  sleep: systemSleep,
  random: systemRandom,
});
