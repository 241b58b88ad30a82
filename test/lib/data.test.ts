import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { statusIndex } from '../../adapters/ledger-items.ts';
import type { TwoKeys } from '../../lib/data-removal.ts';
import { newStack, type Resource, referred, statementsOf, synthesize } from './synthesized.ts';

const stack = synthesize(newStack());
const buckets = stack.ofType('AWS::S3::Bucket');
const bucket = (name: string): Resource => {
  const found = buckets.find(([id]) => id.startsWith(`Zones${name}`));
  if (found === undefined) throw new Error(`There is no bucket ${name}.`);
  return found[1];
};
const zones = ['Landing', 'Clean', 'Curated', 'Quarantine'];
const Rules = z.object({ Rules: z.array(z.record(z.string(), z.unknown())) });
const rulesOf = (name: string) => Rules.parse(bucket(name).Properties.LifecycleConfiguration).Rules;
const expiring = (name: string) =>
  rulesOf(name).filter((rule) => Object.keys(rule).some((key) => /Expiration/.test(key)));

describe.each([...zones, 'AccessLogs'])('the bucket %s', (name) => {
  const { Properties } = bucket(name);
  const [id = ''] = buckets.find(([, found]) => found === bucket(name)) ?? [];
  const policy = stack
    .ofType('AWS::S3::BucketPolicy')
    .filter(([, { Properties: of }]) => referred(of.Bucket) === id)
    .flatMap(([, found]) => statementsOf(found));

  test('is open to nobody outside and has no ACLs', () => {
    expect(Properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(Properties.OwnershipControls).toEqual({
      Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }],
    });
  });

  test('refuses plain http and old TLS', () => {
    const denied = policy.filter(({ Effect }) => Effect === 'Deny');
    expect(denied.map(({ Condition }) => Condition)).toEqual([
      { Bool: { 'aws:SecureTransport': 'false' } },
      { NumericLessThan: { 's3:TlsVersion': 1.2 } },
    ]);
  });

  test('throws half uploads away after a day', () => {
    expect(rulesOf(name)).toContainEqual(
      expect.objectContaining({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }),
    );
  });

  test('has no name of its own, so that two stacks never meet', () => {
    expect(Properties.BucketName).toBeUndefined();
  });
});

describe.each(zones)('the zone %s', (name) => {
  const { Properties } = bucket(name);

  test('is encrypted with our key, and asks for it once per bucket', () => {
    const text = JSON.stringify(Properties.BucketEncryption);
    expect(text).toContain('"SSEAlgorithm":"aws:kms"');
    expect(text).toContain('"BucketKeyEnabled":true');
    expect(referred(Properties.BucketEncryption)).toMatch(/^DataKey/);
  });

  test('says who touched it', () => {
    expect(referred(Properties.LoggingConfiguration)).toMatch(/^ZonesAccessLogs/);
    expect(JSON.stringify(Properties.LoggingConfiguration)).toContain(`${name.toLowerCase()}/`);
  });
});

describe('what is kept', () => {
  test('every version of a landed file, which only grows cold', () => {
    expect(bucket('Landing').Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
    expect(expiring('Landing')).toEqual([]);
    expect(JSON.stringify(rulesOf('Landing'))).toContain('NoncurrentVersionTransitions');
  });

  test.each(['Curated', 'Quarantine'])('all of %s', (name) => {
    expect(expiring(name)).toEqual([]);
  });

  test('old versions nowhere but in landing: erased rows would live on in them', () => {
    const versioned = zones.filter((name) => bucket(name).Properties.VersioningConfiguration);
    expect(versioned).toEqual(['Landing']);
  });

  test.each([2, 14])('clean rows for %i days', (days) => {
    const { template } = synthesize(newStack({ cleanExpiry: Duration.days(days) }));
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({ Id: 'expire', ExpirationInDays: days, Status: 'Enabled' }),
        ]),
      },
    });
  });
});

test('access logs are under a key that S3 can write with', () => {
  expect(JSON.stringify(bucket('AccessLogs').Properties.BucketEncryption)).toContain('AES256');
});

test('the ledger is encrypted, can be set back in time, and is listed as the adapter lists it', () => {
  stack.template.resourceCountIs('AWS::DynamoDB::Table', 1);
  stack.template.hasResourceProperties('AWS::DynamoDB::Table', {
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: statusIndex,
        KeySchema: [
          { AttributeName: 'status', KeyType: 'HASH' },
          { AttributeName: 'at', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: Match.anyValue() },
    TableName: Match.absent(),
  });
});

describe('two keys destroy data', () => {
  const stateful = [
    'AWS::S3::Bucket',
    'AWS::DynamoDB::Table',
    'AWS::KMS::Key',
    'AWS::Glue::Database',
  ];
  const turned = (keys: TwoKeys) => {
    const it = newStack(keys);
    const { ofType } = synthesize(it);
    const resources = stateful.flatMap(ofType).map(([, resource]) => resource);
    const warnings = Annotations.fromStack(it)
      .findWarning('*', Match.anyValue())
      .map(({ entry }) => String(entry.data));
    return { resources, warnings, table: ofType('AWS::DynamoDB::Table')[0]?.[1] };
  };
  const kept = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;

  test.each<{ what: string; keys: TwoKeys; policy: string; warning: RegExp | null }>([
    { what: 'neither key', keys: {}, policy: kept, warning: null },
    {
      what: 'only the first key',
      keys: { destroyData: true },
      policy: kept,
      warning: /one of two keys.*confirmDestroyData=Headgate/,
    },
    {
      what: 'only the second key',
      keys: { confirmDestroyData: 'Headgate' },
      policy: kept,
      warning: /one of two keys.*destroyData=true/,
    },
    {
      what: 'a second key for another stack',
      keys: { destroyData: true, confirmDestroyData: 'Other' },
      policy: kept,
      warning: /one of two keys/,
    },
    {
      what: 'both keys',
      keys: { destroyData: true, confirmDestroyData: 'Headgate' },
      policy: RemovalPolicy.DESTROY,
      warning: /now deletes its ledger/,
    },
  ])('$what: $policy', ({ keys, policy, warning }) => {
    const { resources, warnings, table } = turned(keys);
    expect(resources).toHaveLength(8);
    const inTemplate = policy === kept ? 'RetainExceptOnCreate' : 'Delete';
    for (const { DeletionPolicy, UpdateReplacePolicy } of resources) {
      expect(DeletionPolicy).toBe(inTemplate);
      expect(UpdateReplacePolicy).toBe(policy === kept ? 'Retain' : 'Delete');
    }
    expect(table?.Properties.DeletionProtectionEnabled).toBe(policy === kept);
    if (warning === null) expect(warnings).toEqual([]);
    else expect(warnings).toEqual([expect.stringMatching(warning)]);
  });
});
