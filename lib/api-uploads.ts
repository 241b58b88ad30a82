import { Duration } from 'aws-cdk-lib';
import { LambdaIntegration, type MethodOptions, type Resource } from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { uploadsPattern } from '../core/upload/upload.ts';
import type { UploadEnv } from '../functions/upload/env.ts';
import type { EngineArchitecture } from '../layers/duckdb/build.ts';
import { allow } from './rights.ts';
import { StageFunction } from './stage-function.ts';
import type { Zones } from './zones.ts';

export interface ApiUploadsProps {
  readonly zones: Zones;
  readonly architecture: EngineArchitecture;
  /** Of the path /datasets/{dataset}. */
  readonly dataset: Resource;
  /** How its callers say who they are. */
  readonly callers: MethodOptions;
}

/**
 * The door for files: senders without any right in AWS put them into landing themselves, with
 * requests that this function signs. Whatever it may put there, they may, and no more.
 */
export class ApiUploads extends Construct {
  readonly function: StageFunction<UploadEnv>;

  constructor(scope: Construct, id: string, props: ApiUploadsProps) {
    super(scope, id);
    const { zones, architecture, dataset, callers } = props;
    this.function = new StageFunction<UploadEnv>(this, 'Upload', {
      ...{ stage: 'upload', architecture, timeout: Duration.seconds(28), memoryMegabytes: 1_024 },
      environment: {
        LANDING_BUCKET: zones.landing.bucketName,
        CLEAN_BUCKET: zones.clean.bucketName,
      },
    });
    const { role, lambda } = this.function;
    for (const zone of [zones.landing, zones.clean]) {
      zones.grantRead(role, zone, [uploadsPattern]);
      zones.grantWrite(role, zone, [uploadsPattern]);
    }
    allow(role, {
      actions: ['s3:ListMultipartUploadParts'],
      resources: [zones.landing.arnForObjects(uploadsPattern)],
      because: 'Keys begin with the dataset, which is not known at deploy time.',
    });
    const toFunction = new LambdaIntegration(lambda, { allowTestInvoke: false });
    const uploads = dataset.addResource('uploads');
    const upload = uploads.addResource('{upload}');
    uploads.addMethod('POST', toFunction, callers);
    upload.addMethod('DELETE', toFunction, callers);
    upload.addResource('complete').addMethod('POST', toFunction, callers);
  }
}
