import { Duration } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { pushKeys, streamKeys } from '../../core/push/key.ts';
import { datasets } from '../../datasets/index.ts';
import { functionsByStage, newStack, referred, synthesize } from './synthesized.ts';

const without = synthesize(newStack());
const stack = synthesize(newStack({ streamed: true, streamWindow: Duration.seconds(40) }));
type Stack = typeof stack;

const idOf = (of: Stack, type: string, name: string): string =>
  of.ofType(type).find(([id]) => id.startsWith(name))?.[0] ?? '';
const functionId = (stage: string): string => {
  const found = functionsByStage(stack).get(stage);
  return [...stack.resources].find(([, resource]) => resource === found)?.[0] ?? '';
};
const mappings = (of: Stack) =>
  of.ofType('AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => Properties);
const streamIn = (of: Stack) =>
  of.ofType('AWS::Kinesis::Stream').map(([, { Properties }]) => Properties);

describe('the stream', () => {
  test('is read from its first record on, in its order, by the function alone', () => {
    const own = mappings(stack).filter(
      ({ FunctionName }) => referred(FunctionName) === functionId('stream'),
    );
    expect(own).toHaveLength(1);
    expect(own[0]).toMatchObject({
      ...{ StartingPosition: 'TRIM_HORIZON', BatchSize: 1_000 },
      MaximumBatchingWindowInSeconds: 1,
    });
    expect(referred(own[0]?.EventSourceArn)).toBe(idOf(stack, 'AWS::Kinesis::Stream', 'Stream'));
  });

  test('is never skipped: a batch that fails is tried until its records are too old', () => {
    const [own] = mappings(stack).filter(({ StartingPosition }) => StartingPosition !== undefined);
    expect(own).toBeDefined();
    expect([undefined, -1]).toContain(own?.MaximumRetryAttempts);
    expect([undefined, -1]).toContain(own?.MaximumRecordAgeInSeconds);
    expect([undefined, 1]).toContain(own?.ParallelizationFactor);
    expect(own?.DestinationConfig).toBeUndefined();
  });

  test('keeps its records for a week, under the key of the data', () => {
    const [own, ...others] = streamIn(stack);
    expect(others).toEqual([]);
    expect(own?.RetentionPeriodHours).toBe(7 * 24);
    const encryption = z.object({ KeyId: z.unknown() }).parse(own?.StreamEncryption);
    expect(referred(encryption.KeyId)).toMatch(/^DataKey/);
  });

  test('is encrypted with a key of AWS where the data is', () => {
    const [own] = streamIn(synthesize(newStack({ streamed: true, encryption: 'aws-managed' })));
    expect(own?.StreamEncryption).toEqual({ EncryptionType: 'KMS', KeyId: 'alias/aws/kinesis' });
  });

  test.each([
    [0, { StreamModeDetails: { StreamMode: 'ON_DEMAND' } }],
    [3, { StreamModeDetails: { StreamMode: 'PROVISIONED' }, ShardCount: 3 }],
  ])('has the shards that were asked for: %i', (streamShards, expected) => {
    const [own] = streamIn(synthesize(newStack({ streamed: true, streamShards })));
    expect(own).toMatchObject(expected);
    if (streamShards === 0) expect(own?.ShardCount).toBeUndefined();
  });
});

const Rule = z.object({
  EventPattern: z.object({
    detail: z.object({
      object: z
        .object({
          key: z.array(
            z.union([
              z.object({ wildcard: z.string() }),
              z.object({ 'anything-but': z.object({ wildcard: z.string() }) }),
            ]),
          ),
        })
        .optional(),
    }),
  }),
  Targets: z.array(z.object({ Arn: z.unknown(), DeadLetterConfig: z.unknown() })),
});

/** The rules that announce what lands, by the queue that they tell. */
const rulesOf = (of: Stack) =>
  of
    .ofType('AWS::Events::Rule')
    .filter(([, { Properties }]) => Properties.EventPattern !== undefined)
    .filter(([id]) => id.startsWith('Intake'))
    .map(([, { Properties }]) => Rule.parse(Properties))
    .map(({ EventPattern, Targets: [target] }) => ({
      keys: EventPattern.detail.object?.key,
      queue: referred(target?.Arn).replace(/\w{8}$/, ''),
      dead: referred(target?.DeadLetterConfig).replace(/\w{8}$/, ''),
    }));

/** Whether EventBridge would tell the rule's queue of a key. */
const takes = ({ keys }: ReturnType<typeof rulesOf>[number], key: string): boolean => {
  if (keys === undefined) return true;
  const isLike = (wildcard: string): boolean =>
    new RegExp(`^${wildcard.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(key);
  return keys.some((one) =>
    'wildcard' in one ? isLike(one.wildcard) : !isLike(one['anything-but'].wildcard),
  );
};

const dataset = datasets[0]?.name ?? '_unrouted';
const range = { stream: 'Events', shard: 'shardId-000000000000', from: '1', to: '2' };
const ofStream = [
  ...Object.values(streamKeys(dataset, range)),
  ...Object.values(streamKeys('_unrouted', range)),
  // Of no stream, but of one queue all the same.
  `${dataset}/2026/_stream/a.csv`,
];
const ofOthers = [
  `${dataset}/a.csv`,
  `${dataset}/2026/11/a.csv`,
  `${dataset}/stream/a.csv`,
  'a.csv',
  ...(dataset === '_unrouted' ? [] : Object.values(pushKeys(dataset, '0'.repeat(32)))),
];

describe('a notice of what landed', () => {
  test.each([...ofStream, ...ofOthers])('of %s goes to exactly one queue', (key) => {
    const told = rulesOf(stack).filter((rule) => takes(rule, key));
    const queue = ofStream.includes(key) ? 'IntakeSegmentNotices' : 'IntakeNotices';
    expect(told.map((rule) => rule.queue)).toEqual([queue]);
  });

  test('that cannot be delivered is a dead letter, of either queue', () => {
    expect(rulesOf(stack).map(({ dead }) => dead)).toEqual([
      ...['IntakeDeadLetters', 'IntakeDeadLetters'],
    ]);
    for (const name of ['IntakeNotices', 'IntakeSegmentNotices']) {
      const queue = stack.resources.get(idOf(stack, 'AWS::SQS::Queue', name));
      expect(referred(queue?.Properties.RedrivePolicy)).toMatch(/^IntakeDeadLetters/);
    }
  });

  test('of the stream is gathered for its own while, and hidden for as long besides', () => {
    const segments = idOf(stack, 'AWS::SQS::Queue', 'IntakeSegmentNotices');
    const own = mappings(stack).filter(
      ({ EventSourceArn }) => referred(EventSourceArn) === segments,
    );
    expect(own).toMatchObject([
      {
        ...{ MaximumBatchingWindowInSeconds: 40, BatchSize: 50 },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
    ]);
    expect(referred(own[0]?.FunctionName)).toBe(functionId('intake'));
    const timeout = Number(functionsByStage(stack).get('intake')?.Properties.Timeout);
    const hidden = stack.resources.get(segments)?.Properties.VisibilityTimeout;
    expect(hidden).toBe(6 * timeout + 40);
  });
});

describe('without a dataset that takes rows from the stream', () => {
  test('there is no stream, no function for it, and no second queue', () => {
    expect(streamIn(without)).toEqual([]);
    expect(functionsByStage(without).has('stream')).toBe(false);
    expect(idOf(without, 'AWS::SQS::Queue', 'IntakeSegmentNotices')).toBe('');
    expect(mappings(without).filter(({ StartingPosition }) => StartingPosition)).toEqual([]);
    expect(without.json).not.toMatch(/kinesis/i);
  });

  test('one rule takes all that lands', () => {
    expect(rulesOf(without)).toEqual([
      { keys: undefined, queue: 'IntakeNotices', dead: 'IntakeDeadLetters' },
    ]);
  });
});
