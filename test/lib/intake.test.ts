import { Duration } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { functionsByStage, newStack, referred, statementsOf, synthesize } from './synthesized.ts';

const stack = synthesize(newStack());
const queues = new Map(stack.ofType('AWS::SQS::Queue'));
const [notices = '', deadLetters = ''] = ['IntakeNotices', 'IntakeDeadLetters'].map((name) =>
  [...queues.keys()].find((id) => id.startsWith(name)),
);

describe('a notice', () => {
  test.each([0, 5, 300])(
    'is hidden six times as long as intake may take, with a window of %i s',
    (seconds) => {
      const synthesized = synthesize(newStack({ batchingWindow: Duration.seconds(seconds) }));
      const timeout = Number(functionsByStage(synthesized).get('intake')?.Properties.Timeout);
      const visibility = synthesized.resources.get(notices)?.Properties.VisibilityTimeout;
      expect(timeout).toBeGreaterThan(0);
      expect(visibility).toBeGreaterThanOrEqual(6 * timeout + seconds);
    },
  );

  test('that keeps failing becomes a dead letter, which is kept as long as SQS can', () => {
    expect(queues.get(notices)?.Properties.RedrivePolicy).toEqual({
      deadLetterTargetArn: { 'Fn::GetAtt': [deadLetters, 'Arn'] },
      maxReceiveCount: 5,
    });
    expect(queues.get(deadLetters)?.Properties.MessageRetentionPeriod).toBe(14 * 24 * 3_600);
  });

  test('that EventBridge cannot deliver is a dead letter too', () => {
    stack.template.hasResourceProperties('AWS::Events::Rule', {
      Targets: [
        {
          Arn: { 'Fn::GetAtt': [notices, 'Arn'] },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [deadLetters, 'Arn'] } },
          Id: Match.anyValue(),
        },
      ],
    });
  });

  test('comes from the landing bucket and from no other', () => {
    const [[, rule] = []] = stack.ofType('AWS::Events::Rule');
    expect(rule?.Properties.EventPattern).toMatchObject({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
    });
    expect(referred(rule?.Properties.EventPattern)).toMatch(/^ZonesLanding/);
    const announcing = stack
      .ofType('AWS::S3::Bucket')
      .filter(([, { Properties }]) => Properties.NotificationConfiguration !== undefined);
    expect(announcing.map(([id]) => id)).toEqual([expect.stringMatching(/^ZonesLanding/)]);
    expect(announcing[0]?.[1].Properties.NotificationConfiguration).toEqual({
      EventBridgeConfiguration: { EventBridgeEnabled: true },
    });
  });

  test('fails alone, and is gathered with others', () => {
    stack.template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [notices, 'Arn'] },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BatchSize: 50,
      MaximumBatchingWindowInSeconds: 5,
      ScalingConfig: { MaximumConcurrency: 10 },
    });
  });

  test('is not waited for without a window, where SQS hands over ten at most', () => {
    synthesize(newStack({ batchingWindow: Duration.seconds(0) })).template.hasResourceProperties(
      'AWS::Lambda::EventSourceMapping',
      { BatchSize: 10, MaximumBatchingWindowInSeconds: Match.absent() },
    );
  });
});

describe.each([notices, deadLetters])('the queue %s', (id) => {
  const policies = stack
    .ofType('AWS::SQS::QueuePolicy')
    .filter(([, policy]) => JSON.stringify(policy.Properties.Queues).includes(`"${id}"`))
    .flatMap(([, policy]) => statementsOf(policy));

  test('is encrypted with our key', () => {
    expect(referred(queues.get(id)?.Properties.KmsMasterKeyId)).toMatch(/^DataKey/);
  });

  test('refuses plain http', () => {
    expect(policies).toContainEqual(
      expect.objectContaining({
        Effect: 'Deny',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
  });

  test('takes messages of the rule, and lets nobody else in', () => {
    const allowed = policies.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toHaveLength(1);
    for (const { Action, Principal, Condition } of allowed) {
      expect(Principal).toEqual({ Service: 'events.amazonaws.com' });
      expect(Action).toEqual(['sqs:SendMessage']);
      expect(referred(Condition)).toMatch(/^IntakeObjectCreated/);
      expect(JSON.stringify(Condition)).toContain('"ArnEquals":{"aws:SourceArn"');
    }
  });
});

test('no custom resource stands between landing and the rule', () => {
  const types = [...stack.resources.values()].map(({ Type }) => Type);
  expect(types.filter((type) => /^Custom::|CustomResource/.test(type))).toEqual([]);
});
