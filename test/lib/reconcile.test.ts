import { expect, test } from 'vitest';
import { limits } from '../../core/limits.ts';
import { functionsByStage, newStack, referred, statementsOf, synthesize } from './synthesized.ts';

const stack = synthesize(newStack());
const functions = functionsByStage(stack);
const idOf = (stage: string): string =>
  [...stack.resources].find(([, resource]) => resource === functions.get(stage))?.[0] ?? '';

test('reconcile is called as often as what is young is left alone', () => {
  expect(limits.reconcileGraceMs).toBe(15 * 60_000);
  stack.template.hasResourceProperties('AWS::Events::Rule', {
    ScheduleExpression: 'rate(15 minutes)',
    State: 'ENABLED',
    Targets: [
      {
        Arn: { 'Fn::GetAtt': [idOf('reconcile'), 'Arn'] },
        RetryPolicy: { MaximumRetryAttempts: 0 },
      },
    ],
  });
});

test('it is called by that rule alone, and a failed call is not repeated', () => {
  const permissions = stack.ofType('AWS::Lambda::Permission').map(([, { Properties }]) => ({
    function: referred(Properties.FunctionName),
    principal: Properties.Principal,
    source: referred(Properties.SourceArn),
  }));
  const own = permissions.filter(({ function: called }) => called === idOf('reconcile'));
  expect(own).toEqual([
    {
      ...{ function: idOf('reconcile'), principal: 'events.amazonaws.com' },
      source: expect.stringMatching(/^ReconcileSchedule/),
    },
  ]);
  stack.template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
    FunctionName: { Ref: idOf('reconcile') },
    MaximumRetryAttempts: 0,
  });
});

test('its walk ends well before its time does', () => {
  const seconds = Number(functions.get('reconcile')?.Properties.Timeout);
  expect(limits.reconcileCallMs / 1000).toBeLessThanOrEqual(seconds - 120);
});

test('no function reserves concurrency, of which a new account has none', () => {
  for (const [, { Properties }] of stack.ofType('AWS::Lambda::Function'))
    expect(Properties.ReservedConcurrentExecutions).toBeUndefined();
});

test('dead letters fail alone, and are hidden while they are written down', () => {
  const queue = [...stack.ofType('AWS::SQS::Queue')].find(([id]) =>
    id.startsWith('IntakeDeadLetters'),
  );
  stack.template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
    EventSourceArn: { 'Fn::GetAtt': [queue?.[0], 'Arn'] },
    FunctionName: { Ref: idOf('dead-letters') },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
  });
  const timeout = Number(functions.get('dead-letters')?.Properties.Timeout);
  expect(queue?.[1].Properties.VisibilityTimeout).toBe(6 * timeout);
  expect(queue?.[1].Properties.RedrivePolicy).toBeUndefined();
});

test('who may send notices by hand is reconcile, and nobody else', () => {
  const senders = stack
    .ofType('AWS::IAM::Policy')
    .filter(([, policy]) =>
      statementsOf(policy).some(({ Action }) => Action.includes('sqs:SendMessage')),
    );
  expect(senders.map(([id]) => id)).toEqual([expect.stringMatching(/^ReconcileRole/)]);
});
