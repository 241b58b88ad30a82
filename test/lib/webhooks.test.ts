import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { newStack, synthesize } from './synthesized.ts';

const stack = synthesize(newStack({ webhookSources: ['shop', 'forum'] }));

test('a stack without webhooks has no secret, and no route for them', () => {
  const without = synthesize(newStack());
  expect(without.ofType('AWS::SecretsManager::Secret')).toEqual([]);
  expect(without.json).not.toContain('webhooks');
});

test('each source has a secret of its own, made by AWS and under our key', () => {
  const secrets = stack.ofType('AWS::SecretsManager::Secret');
  expect(secrets.map(([, { DeletionPolicy }]) => DeletionPolicy)).toEqual([
    ...['RetainExceptOnCreate', 'RetainExceptOnCreate'],
  ]);
  for (const [, { Properties }] of secrets)
    expect(Properties).toMatchObject({
      GenerateSecretString: { PasswordLength: 48, ExcludePunctuation: true },
      KmsKeyId: expect.anything(),
    });
});

test('the ledger forgets nothing but what says when', () => {
  stack.template.hasResourceProperties('AWS::DynamoDB::Table', {
    TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
  });
});

test('the function and the outputs name the secrets, and hold none', () => {
  stack.template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { WEBHOOK_ARNS: { 'Fn::Join': Match.anyValue() } } },
  });
  expect(JSON.stringify(stack.template.findOutputs('WebhookArns'))).toMatch(/shop.*forum/);
});
