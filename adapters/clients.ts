import { KinesisClient } from '@aws-sdk/client-kinesis';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/**
 * The S3 client of every function and command. An emulator has no DNS name per bucket, so with an
 * endpoint of its own (AWS_ENDPOINT_URL) buckets stand in the path; on AWS they stand in the host.
 */
export const s3Client = (endpointUrl: string | undefined, config: S3ClientConfig = {}): S3Client =>
  new S3Client({ forcePathStyle: endpointUrl !== undefined, ...config });

/**
 * The SDK's Kinesis client speaks HTTP/2, of which an emulator checks the signature wrongly: its
 * requests have no Host header. A call in a while gains nothing by it either.
 */
export const kinesisClient = (): KinesisClient =>
  new KinesisClient({ requestHandler: new NodeHttpHandler() });
