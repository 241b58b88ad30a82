import { describe, expect, test } from 'vitest';
import { functionsByStage, newStack, referred, synthesize } from './synthesized.ts';

const stack = synthesize(newStack({ streamed: true }));
const without = synthesize(newStack());
const tableOf = (name: string) => {
  const found = stack.ofType('AWS::DynamoDB::Table').find(([id]) => id.startsWith(name));
  if (found === undefined) throw new Error(`There is no table ${name}.`);
  return { id: found[0], ...found[1] };
};

describe.each(['StreamEntitiesTable', 'StreamClaimsTable'])('%s', (name) => {
  const { Properties, ...table } = tableOf(name);

  test('is kept when the stack goes, and can be set back to any second', () => {
    expect(table).toMatchObject({
      ...{ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' },
    });
    expect(Properties).toMatchObject({
      ...{ DeletionProtectionEnabled: true, BillingMode: 'PAY_PER_REQUEST' },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  test('is encrypted under the key of the data', () => {
    expect(referred(Properties.SSESpecification)).toMatch(/^DataKey/);
  });

  test('is not there where no dataset takes rows from the stream', () => {
    expect(without.ofType('AWS::DynamoDB::Table').map(([id]) => id)).toEqual([
      expect.stringMatching(/^Ledger/),
    ]);
  });
});

test('claims are forgotten by themselves, changes never are', () => {
  expect(tableOf('StreamClaimsTable').Properties.TimeToLiveSpecification).toEqual({
    ...{ AttributeName: 'forgottenAt', Enabled: true },
  });
  expect(tableOf('StreamEntitiesTable').Properties.TimeToLiveSpecification).toBeUndefined();
});

test('each change is told from the first on, and none is passed over', () => {
  const { id, Properties } = tableOf('StreamEntitiesTable');
  expect(Properties.StreamSpecification).toEqual({ StreamViewType: 'NEW_IMAGE' });
  const own = stack
    .ofType('AWS::Lambda::EventSourceMapping')
    .map(([, mapping]) => mapping.Properties)
    .filter(({ EventSourceArn }) => referred(EventSourceArn) === id);
  expect(own).toMatchObject([{ StartingPosition: 'TRIM_HORIZON', BatchSize: 100 }]);
  const [mapping] = own;
  expect([undefined, -1]).toContain(mapping?.MaximumRetryAttempts);
  expect([undefined, -1]).toContain(mapping?.MaximumRecordAgeInSeconds);
  expect([undefined, 1]).toContain(mapping?.ParallelizationFactor);
  const subscribe = functionsByStage(stack).get('subscribe');
  expect(stack.resources.get(referred(mapping?.FunctionName))).toBe(subscribe);
});

test('an alarm says when a subscriber does not take changes', () => {
  const alarms = stack
    .ofType('AWS::CloudWatch::Alarm')
    .map(([, { Properties }]) => Properties)
    .filter(({ MetricName }) => MetricName === 'IteratorAge');
  expect(alarms).toMatchObject([{ Namespace: 'AWS/Lambda', Threshold: 600_000 }]);
});
