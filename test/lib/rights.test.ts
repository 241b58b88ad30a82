import { describe, expect, test } from 'vitest';
import { allowed, reads, stages, start } from './rights-in-words.ts';
import {
  functionsByStage,
  newStack,
  referred,
  type Statement,
  statementsOf,
  statementsOfRole,
  synthesize,
} from './synthesized.ts';

const operatorTokens = { issuer: 'https://issuer.example/pool', audience: 'headgate' };
const stack = synthesize(newStack({ streamed: true, operatorTokens, webhookSources: ['shop'] }));
const functions = functionsByStage(stack);

/** Each stage that touches rows has a second worker, which may do what the first may. */
const named = [
  ...stages.map((stage) => [stage, stage] as const),
  ['validate, large files', 'validate'],
  ['transform, large files', 'transform'],
] as const;

const roleOf = (stage: string): string => referred(functions.get(stage)?.Properties.Role);
const rightsOf = (stage: string): Statement[] => statementsOfRole(stack, roleOf(stage));

/** `action on Zone/keys`, short enough to read a whole role at a glance. */
const inWords = (statements: readonly Statement[]): string[] =>
  statements
    .flatMap(({ Action, Resource = [] }) =>
      Action.flatMap((action) => Resource.map((resource) => `${action} on ${placeOf(resource)}`)),
    )
    .filter((right) => !/^(logs|xray|kms):/.test(right))
    .sort();

const placeOf = (resource: unknown): string => {
  if (resource === '*') return 'everything';
  const text = JSON.stringify(resource);
  const [, zone] = /Zones(Landing|Clean|Curated|Quarantine)/.exec(text) ?? [];
  const [, keys = ''] = /"(\/[^"]*)"\]\]}$/.exec(text) ?? [];
  if (zone !== undefined) return `${zone.toLowerCase()}${keys}`;
  const [, glue] = /:(catalog|database\/\w+|table\/\w+\/\*)"/.exec(text) ?? [];
  if (glue !== undefined) return glue;
  if (text.includes('event-bus/default')) return 'the default bus';
  const of = referred(resource).replace(/[0-9A-F]{8}$/, '');
  const [, index = ''] = /"(\/index\/\w+)"/.exec(text) ?? [];
  return text.includes(':execution:') ? 'executions of PipelineMachine' : of + index;
};

test('the stack has the functions that are listed here, and no other', () => {
  expect([...functions.keys()].sort()).toEqual(named.map(([name]) => name).sort());
});

test.each(named)('%s has these rights and no other', (name, stage) => {
  expect(inWords(rightsOf(name))).toEqual([...new Set(allowed[stage])].sort());
});

test('the pipeline invokes the stages, reads its items, and starts only itself', () => {
  const role = referred(
    stack.ofType('AWS::StepFunctions::StateMachine')[0]?.[1].Properties.RoleArn,
  );
  const rights = inWords(statementsOfRole(stack, role));
  const invoked = rights.filter((right) => right.startsWith('lambda:'));
  // Not intake, not those that look after the others or windows, not those of the front doors.
  expect(invoked).toHaveLength(named.length - 13);
  expect(invoked.every((right) => !right.includes('*'))).toBe(true);
  expect(rights).toEqual(expect.arrayContaining([...reads('clean', '/*/items.json'), start]));
  expect(rights.filter((right) => /PutObject|landing|curated|quarantine\b/.test(right))).toEqual(
    [],
  );
});

describe('no policy anywhere', () => {
  const all = ['AWS::IAM::Policy', 'AWS::S3::BucketPolicy', 'AWS::SQS::QueuePolicy']
    .flatMap((type) => stack.ofType(type))
    .flatMap(([id, policy]) => statementsOf(policy).map((statement) => ({ id, statement })))
    .filter(({ statement }) => statement.Effect === 'Allow');

  test('is missing from this check', () => {
    expect(all.length).toBeGreaterThan(40);
  });

  test('allows a wildcard action', () => {
    const wild = all.filter(({ statement }) => statement.Action.some((a) => a.includes('*')));
    expect(wild.map(({ id, statement }) => [id, statement.Action])).toEqual([]);
  });

  test('allows an action on everything, but for those that AWS gives no resources', () => {
    const wild = all.filter(({ statement }) => statement.Resource?.includes('*'));
    const actions = new Set(wild.flatMap(({ statement }) => statement.Action));
    expect(
      [...actions].filter(
        (action) =>
          !/^xray:|^logs:\w+(Deliver|Polic|LogGroups)|^dynamodb:ListStreams$/.test(action),
      ),
    ).toEqual([]);
  });

  test('deletes data', () => {
    const deletes = all.filter(({ statement }) =>
      statement.Action.some((action) =>
        /^(s3:Delete|glue:Delete|dynamodb:DeleteTable)/.test(action),
      ),
    );
    expect(deletes).toEqual([]);
  });

  test('lets a function put to landing, but for the door under names of its own', () => {
    const puts = all.filter(
      ({ statement }) =>
        statement.Action.some((action) => /^s3:(Put|Restore|Replicate|Delete)/.test(action)) &&
        JSON.stringify(statement.Resource).includes('ZonesLanding'),
    );
    const rights = puts.flatMap(({ statement }) => inWords([statement]));
    const put = new Set(rights.filter((right) => /^s3:PutObject on landing/.test(right)));
    expect([...put].sort()).toEqual([
      's3:PutObject on landing/*/_push/*',
      's3:PutObject on landing/*/_stream/*',
      's3:PutObject on landing/*/_uploads/*',
      's3:PutObject on landing/*/_windows/*',
    ]);
  });
});

test('no role has a managed policy, an inline one, or a principal that is not a service', () => {
  // API Gateway asks for one with a managed policy before it writes any log.
  const roles = stack.ofType('AWS::IAM::Role').filter(([id]) => !/CloudWatchRole/.test(id));
  expect(roles.length).toBe(named.length + 1);
  for (const [id, { Properties }] of roles) {
    expect(Properties.ManagedPolicyArns, id).toBeUndefined();
    expect(Properties.Policies, id).toBeUndefined();
    expect(JSON.stringify(Properties.AssumeRolePolicyDocument), id).toMatch(
      /"Principal":\{"Service":"(lambda|states)\.amazonaws\.com"\}/,
    );
  }
});
