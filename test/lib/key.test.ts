import { describe, expect, test } from 'vitest';
import {
  functionsByStage,
  newStack,
  referred,
  type Statement,
  statementsOf,
  statementsOfRole,
  synthesize,
} from './synthesized.ts';

const stack = synthesize(newStack());
const functions = functionsByStage(stack);

describe('the key', () => {
  const key = stack.ofType('AWS::KMS::Key')[0];
  const onKey = (statement: Statement): boolean =>
    statement.Effect === 'Allow' && referred(statement.Resource) === key?.[0];
  const actions = (statements: readonly Statement[]) =>
    new Set(statements.filter(onKey).flatMap(({ Action }) => Action));

  test.each([...functions.keys()])(
    'may be used by %s, which reads and writes encrypted data',
    (name) => {
      const role = referred(functions.get(name)?.Properties.Role);
      expect(actions(statementsOfRole(stack, role))).toEqual(
        new Set([
          'kms:Decrypt',
          'kms:GenerateDataKey',
          'kms:Encrypt',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
          'kms:DescribeKey',
        ]),
      );
    },
  );

  test('may be used by the pipeline, whose items lie in an encrypted bucket', () => {
    const role = referred(
      stack.ofType('AWS::StepFunctions::StateMachine')[0]?.[1].Properties.RoleArn,
    );
    expect(actions(statementsOfRole(stack, role))).toContain('kms:Decrypt');
  });

  test('may be used by EventBridge of this account alone, or no notice would ever arrive', () => {
    const statements = key === undefined ? [] : statementsOf(key[1]);
    const forEvents = statements.filter(({ Principal }) =>
      JSON.stringify(Principal).includes('events.amazonaws.com'),
    );
    expect(forEvents).toEqual([
      expect.objectContaining({
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }),
    ]);
    const others = statements.filter((statement) => !forEvents.includes(statement));
    expect(others.map(({ Principal }) => JSON.stringify(Principal))).toEqual([
      expect.stringContaining(':root'),
    ]);
  });

  test('turns', () => {
    expect(key?.[1].Properties.EnableKeyRotation).toBe(true);
  });

  test('does not exist where AWS manages the keys, and nobody asks for it', () => {
    const managed = synthesize(newStack({ encryption: 'aws-managed' }));
    expect(managed.ofType('AWS::KMS::Key')).toEqual([]);
    expect(managed.json).not.toContain('kms:');
    for (const [, { Properties }] of managed.ofType('AWS::S3::Bucket'))
      expect(JSON.stringify(Properties.BucketEncryption)).toContain('AES256');
    for (const [, { Properties }] of managed.ofType('AWS::SQS::Queue'))
      expect(Properties.SqsManagedSseEnabled).toBe(true);
  });
});
