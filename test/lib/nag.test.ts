import { type App, CfnResource, type Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { HeadgateStack } from '../../lib/headgate-stack.ts';
import { checkSecurity } from '../../lib/nag.ts';
import { allow } from '../../lib/rights.ts';
import { newApp, newStack } from './synthesized.ts';

const findings = (stack: Stack): string[] =>
  new AwsSolutionsChecks().validateScope(stack).violations.map(({ ruleName }) => ruleName);

const someRole = (stack: Stack): Role =>
  new Role(stack, 'Planted', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });

describe('the stack has no finding', () => {
  test.each(['customer-key', 'aws-managed'] as const)('with a %s', (encryption) => {
    expect(findings(newStack({ encryption, streamed: true, webhookSources: ['shop'] }))).toEqual(
      [],
    );
  });

  test('with the tokens of operators, and senders of IAM', () => {
    const operatorTokens = { issuer: 'https://issuer.example/pool', audience: 'headgate' };
    expect(findings(newStack({ operatorTokens, senders: 'iam' }))).toEqual([]);
  });
});

describe('a planted violation is found', () => {
  test.each<[string, (stack: Stack) => unknown, string]>([
    [
      'a bucket that is open to plain http',
      (stack) => new Bucket(stack, 'Planted'),
      'AwsSolutions-S10',
    ],
    [
      'a queue without dead letters',
      (stack) => new Queue(stack, 'Planted', { enforceSSL: true }),
      'AwsSolutions-SQS3',
    ],
    [
      'a wildcard action',
      (stack) => allow(someRole(stack), { actions: ['s3:*'], resources: ['arn:aws:s3:::a'] }),
      'AwsSolutions-IAM5[Action::s3:*]',
    ],
    [
      'a wildcard action with a reason for its resource only',
      (stack) =>
        allow(someRole(stack), { actions: ['s3:*'], resources: ['*'], because: 'It is planted.' }),
      'AwsSolutions-IAM5[Action::s3:*]',
    ],
    [
      'a wildcard resource without a reason',
      (stack) => allow(someRole(stack), { actions: ['s3:GetObject'], resources: ['*'] }),
      'AwsSolutions-IAM5[Resource::*]',
    ],
  ])('%s', (_what, plant, rule) => {
    const stack = newStack();
    plant(stack);
    expect(findings(stack)).toContain(rule);
  });

  test('and no more of it than the reason says', () => {
    const stack = newStack();
    const bucket = new Bucket(stack, 'Mine');
    const role = someRole(stack);
    const actions = ['s3:GetObject'];
    allow(role, { actions, resources: [bucket.arnForObjects('a/*')], because: 'It is planted.' });
    allow(role, { actions, resources: [bucket.arnForObjects('b/*')] });
    const rights = findings(stack).filter((rule) => rule.startsWith('AwsSolutions-IAM5'));
    expect(rights).toEqual([
      expect.stringMatching(/^AwsSolutions-IAM5\[Resource::<Mine\w+\.Arn>\/b\/\*\]$/),
    ]);
  });
});

describe('the synth', () => {
  const synth = (plant: (app: App, stack: Stack) => unknown) => {
    const app = newApp({}, { isValidated: true });
    plant(app, new HeadgateStack(app, 'Headgate', { saltedMasks: true, webhookSources: ['shop'] }));
    return () => app.synth();
  };

  test('passes, CloudFormation’s own rules included', () => {
    expect(synth(checkSecurity)).not.toThrow();
  });

  test('fails on a finding', () => {
    const planted = synth((app, stack) => {
      checkSecurity(app);
      new Bucket(stack, 'Planted');
    });
    expect(planted).toThrow();
  });

  test('fails on what CloudFormation would refuse', () => {
    const planted = synth((_app, stack) => {
      new CfnResource(stack, 'Planted', {
        type: 'AWS::SQS::Queue',
        properties: { DelaySeconds: 'soon' },
      });
    });
    expect(planted).toThrow();
  });
});
