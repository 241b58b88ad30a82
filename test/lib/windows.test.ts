import { describe, expect, test } from 'vitest';
import { functionsByStage, newStack, referred, synthesize } from './synthesized.ts';

const stack = synthesize(newStack({ streamed: true }));
const only = (type: string, start: string) => {
  const found = stack.ofType(type).filter(([id]) => id.startsWith(start));
  expect(found).toHaveLength(1);
  return found[0]?.[1].Properties ?? {};
};

describe('the windows over streams', () => {
  test('lie in a table of their own, under the key of the data, that can be taken back', () => {
    const table = only('AWS::DynamoDB::Table', 'Windows');
    expect(table).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
    });
  });

  test('are closed each minute, by a call that nobody repeats', () => {
    const rule = only('AWS::Events::Rule', 'WindowsSchedule');
    expect(rule).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      Targets: [{ RetryPolicy: { MaximumRetryAttempts: 0 } }],
    });
    const target = Object(rule.Targets)[0];
    const close = functionsByStage(stack).get('windows');
    expect(stack.resources.get(referred(Reflect.get(target, 'Arn')))).toBe(close);
  });

  test('tell of alerts through a topic under the key of the data, over TLS only', () => {
    const topic = only('AWS::SNS::Topic', 'WindowsAlerts');
    expect(referred(topic.KmsMasterKeyId)).toMatch(/^DataKey/);
    const rule = only('AWS::Events::Rule', 'WindowsAlertsRaised');
    expect(rule.EventPattern).toEqual({
      source: ['headgate'],
      'detail-type': ['Window Alert', 'Window Anomaly'],
    });
    const policy = JSON.stringify(only('AWS::SNS::TopicPolicy', 'WindowsAlerts'));
    expect(policy).toContain('"aws:SecureTransport":"false"');
    expect(policy).toContain('events.amazonaws.com');
  });

  test('are not there without a stream', () => {
    const without = synthesize(newStack());
    expect(without.ofType('AWS::SNS::Topic')).toEqual([]);
    expect(functionsByStage(without).has('windows')).toBe(false);
  });
});
