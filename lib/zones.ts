import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  CfnBucket,
  type LifecycleRule,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { DataKey } from './data-key.ts';
import { allow } from './rights.ts';

export interface ZonesProps {
  readonly dataKey: DataKey;
  readonly removalPolicy: RemovalPolicy;
  /** How long clean rows are kept. */
  readonly cleanExpiry: Duration;
}

/** Half an upload is no data, and would be paid for until somebody looks. */
const abortUploads: LifecycleRule = {
  id: 'abort-uploads',
  abortIncompleteMultipartUploadAfter: Duration.days(1),
};

const accessLogsKept = Duration.days(365);
const rawIsColdAfter = Duration.days(30);

/** The buckets that rows go through: landing → clean → curated, and quarantine beside them. */
export class Zones extends Construct {
  /**
   * Raw bytes as they came. Versioned: an overwritten key is two files. Only the
   * front doors write here, under names of their own (core/push/key.ts, core/upload/upload.ts).
   */
  readonly landing: Bucket;
  /** Typed rows and the documents of each run; can be made again from landing. */
  readonly clean: Bucket;
  /** Iceberg tables. Not versioned, or erased rows would live on as old versions. */
  readonly curated: Bucket;
  /** Rejected rows and refused files, with reasons. */
  readonly quarantine: Bucket;
  readonly #props: ZonesProps;
  readonly #accessLogs: Bucket;

  constructor(scope: Construct, id: string, props: ZonesProps) {
    super(scope, id);
    this.#props = props;
    this.#accessLogs = new Bucket(this, 'AccessLogs', {
      ...closed,
      // S3 cannot deliver its logs into a bucket under a customer key.
      encryption: BucketEncryption.S3_MANAGED,
      removalPolicy: props.removalPolicy,
      lifecycleRules: [abortUploads, { id: 'expire', expiration: accessLogsKept }],
    });
    this.landing = this.#zone('Landing', { versioned: true, rules: [coldRaw] });
    this.clean = this.#zone('Clean', { rules: [{ id: 'expire', expiration: props.cleanExpiry }] });
    this.curated = this.#zone('Curated');
    this.quarantine = this.#zone('Quarantine');
    announceObjects(this.landing);
  }

  /** Landing is read by version only, and a version that is gone must be told from a denied one. */
  grantReadLanding(role: Role): void {
    allow(role, {
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: [this.landing.arnForObjects('*')],
      because: 'A landed file may have any key.',
    });
    this.grantListLanding(role);
  }

  /**
   * Lets a function find the versions of a key; without it S3 answers 403 for what is not there.
   */
  grantListLanding(role: Role): void {
    allow(role, {
      actions: ['s3:ListBucket', 's3:ListBucketVersions'],
      resources: [this.landing.bucketArn],
    });
    this.#props.dataKey.grantUse(role);
  }

  /** Reads objects of a zone; the listing makes a missing one a 404 instead of a 403. */
  grantRead(role: Role, zone: Bucket, keys: readonly string[] = ['*']): void {
    allow(role, {
      actions: ['s3:GetObject'],
      resources: keys.map((key) => zone.arnForObjects(key)),
      because: 'Keys begin with the dataset and the run, which are not known at deploy time.',
    });
    allow(role, { actions: ['s3:ListBucket'], resources: [zone.bucketArn] });
    this.#props.dataKey.grantUse(role);
  }

  /** Lists a zone without reading it. */
  grantList(role: Role, zone: Bucket): void {
    allow(role, { actions: ['s3:ListBucket'], resources: [zone.bucketArn] });
  }

  /** Writes objects of a zone. Nothing deletes: what is not referred to any more expires. */
  grantWrite(role: Role, zone: Bucket, keys: readonly string[] = ['*']): void {
    allow(role, {
      actions: ['s3:PutObject', 's3:AbortMultipartUpload'],
      resources: keys.map((key) => zone.arnForObjects(key)),
      because: 'Keys begin with the dataset and the run, which are not known at deploy time.',
    });
    this.#props.dataKey.grantUse(role);
  }

  #zone(id: string, options: { versioned?: boolean; rules?: LifecycleRule[] } = {}): Bucket {
    const { dataKey, removalPolicy } = this.#props;
    const { versioned = false, rules = [] } = options;
    return new Bucket(this, id, {
      ...closed,
      ...(dataKey.key === undefined
        ? { encryption: BucketEncryption.S3_MANAGED }
        : {
            encryption: BucketEncryption.KMS,
            encryptionKey: dataKey.key,
            bucketKeyEnabled: true,
          }),
      versioned,
      removalPolicy,
      serverAccessLogsBucket: this.#accessLogs,
      serverAccessLogsPrefix: `${id.toLowerCase()}/`,
      lifecycleRules: [abortUploads, ...rules],
    });
  }
}

/** What holds for every bucket: nobody outside, no ACLs, no plain http. */
const closed = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
} as const;

/** Raw files are read again only for a replay. Old versions are files too, so none expires. */
const coldRaw: LifecycleRule = {
  id: 'cold-raw',
  transitions: [{ storageClass: StorageClass.INFREQUENT_ACCESS, transitionAfter: rawIsColdAfter }],
  noncurrentVersionTransitions: [
    { storageClass: StorageClass.INFREQUENT_ACCESS, transitionAfter: rawIsColdAfter },
  ],
};

/**
 * Sends the bucket's events to EventBridge. CDK's own `eventBridgeEnabled` does it with a custom
 * resource whose role may change the notifications of every bucket; the bucket's property does not.
 */
const announceObjects = (bucket: Bucket): void => {
  const { defaultChild } = bucket.node;
  if (!(defaultChild instanceof CfnBucket)) throw new Error('The bucket has no resource.');
  defaultChild.notificationConfiguration = {
    eventBridgeConfiguration: { eventBridgeEnabled: true },
  };
};
