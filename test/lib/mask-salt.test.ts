import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { newStack, synthesize } from './synthesized.ts';

const salted = synthesize(newStack({ saltedMasks: true }));
const rightsOf = (service: string) =>
  salted
    .ofType('AWS::IAM::Policy')
    .filter(([, policy]) => JSON.stringify(policy).includes(service));

test('a stack without salted masks has no secret to pay for', () => {
  expect(synthesize(newStack()).ofType('AWS::SecretsManager::Secret')).toEqual([]);
});

test('the salt is made by AWS, under our key, and outlives the stack', () => {
  const [[, secret] = ['', undefined]] = salted.ofType('AWS::SecretsManager::Secret');
  expect(secret?.DeletionPolicy).toBe('RetainExceptOnCreate');
  salted.template.hasResourceProperties('AWS::SecretsManager::Secret', {
    GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
    KmsKeyId: Match.anyValue(),
  });
});

test('only the transform stage may read it, and it knows it by its ARN', () => {
  expect(rightsOf('secretsmanager').map(([id]) => id)).toEqual([
    expect.stringMatching(/^StagesTransform/),
    expect.stringMatching(/^StagesLargeTransform/),
  ]);
  salted.template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: 'secretsmanager:GetSecretValue',
          Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^MaskSalt'), 'Id'] },
        }),
      ]),
    },
  });
  salted.template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: { SALT_ARN: { 'Fn::GetAtt': [Match.stringLikeRegexp('^MaskSalt'), 'Id'] } },
    },
  });
});
