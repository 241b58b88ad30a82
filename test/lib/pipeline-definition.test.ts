import aslValidator from 'asl-validator';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { limits } from '../../core/limits.ts';
import { pipelineDefinition } from '../../lib/pipeline-definition.ts';
import { newStack, synthesize } from './synthesized.ts';

const callee = (name: string) => ({
  arn: `arn:aws:lambda:eu-west-1:111122223333:function:${name}`,
  timeoutSeconds: 60,
});
const definition = pipelineDefinition({
  partition: 'aws',
  cleanBucket: 'clean',
  callees: {
    plan: callee('plan'),
    validate: callee('validate'),
    largeValidate: callee('largeValidate'),
    transform: callee('transform'),
    largeTransform: callee('largeTransform'),
    gate: callee('gate'),
    load: callee('load'),
    publish: callee('publish'),
    quarantine: callee('quarantine'),
  },
});

const Edge = z.object({ Next: z.string() });
const State = z.looseObject({
  Type: z.string(),
  Comment: z.string().optional(),
  QueryLanguage: z.string().optional(),
  Next: z.string().optional(),
  End: z.boolean().optional(),
  Default: z.string().optional(),
  Choices: z.array(Edge.extend({ Condition: z.string() })).default([]),
  Catch: z.array(Edge.extend({ ErrorEquals: z.array(z.string()) })).default([]),
  Retry: z
    .array(
      z.looseObject({
        ErrorEquals: z.array(z.string()),
        MaxAttempts: z.number(),
        JitterStrategy: z.string().optional(),
      }),
    )
    .default([]),
  TimeoutSeconds: z.number().optional(),
  Arguments: z.object({ FunctionName: z.string(), Payload: z.unknown() }).optional(),
  Cause: z.string().optional(),
});
type State = z.infer<typeof State>;
const Machine = z.object({ StartAt: z.string(), States: z.record(z.string(), State) });
type Machine = z.infer<typeof Machine>;

const way = Machine.parse(definition);
const partsOf = (name: string): Machine => Machine.parse(way.States[name]?.ItemProcessor);
const machines: readonly (readonly [string, Machine])[] = [
  ['the run', way],
  ['a part inline', partsOf('Validate parts')],
  ['a part of many', partsOf('Validate many parts')],
];
const everyState = machines.flatMap(([, { States }]) => Object.entries(States));
const tasks = everyState.filter(([, { Type }]) => Type === 'Task');
const edges = ({ Next, Default, Choices, Catch }: State): string[] =>
  [Next, Default, ...Choices.map((c) => c.Next), ...Catch.map((c) => c.Next)].filter(
    (name) => name !== undefined,
  );

describe('the definition', () => {
  test('is Amazon States Language', () => {
    const { isValid, errorsText } = aslValidator(definition);
    expect(isValid, errorsText('\n')).toBe(true);
  });

  test('would not be, with a state that leads nowhere', () => {
    const broken = { ...definition, StartAt: 'Nowhere' };
    expect(aslValidator(broken).isValid).toBe(false);
  });

  test('is what the stack deploys', () => {
    const { json } = synthesize(newStack());
    for (const [name] of everyState) expect(json).toContain(JSON.stringify(name).slice(1, -1));
  });
});

describe.each(machines)('the way of %s', (_what, { StartAt, States }) => {
  test('reaches every state', () => {
    const reached = new Set<string>();
    const next = [StartAt];
    for (let name = next.pop(); name !== undefined; name = next.pop()) {
      const state = States[name];
      if (state === undefined) throw new Error(`There is no state ${name}.`);
      if (!reached.has(name)) next.push(...edges(state));
      reached.add(name);
    }
    expect([...reached].sort()).toEqual(Object.keys(States).sort());
  });

  test('has no loop, so that it ends', () => {
    const walk = (name: string, path: readonly string[]): void => {
      expect(path).not.toContain(name);
      const state = States[name];
      if (state !== undefined) for (const next of edges(state)) walk(next, [...path, name]);
    };
    walk(StartAt, []);
  });
});

test('every name stands for one state only', () => {
  const names = everyState.map(([name]) => name);
  expect(new Set(names).size).toBe(names.length);
});

test.each(everyState)('%s says what it is for', (_name, { Comment }) => {
  expect(Comment).toMatch(/^[A-Z].+\.$/s);
});

describe.each(tasks)('%s', (name, state) => {
  test('outlives its function, and no longer', () => {
    expect(state.TimeoutSeconds).toBe(60 + 30);
  });

  const small = /^(Validate (part|one of many)|Transform)$/.test(name);
  const deaths = ['Lambda.Unknown', 'Runtime.ExitError', 'Sandbox.Timedout', 'States.Timeout'];

  test('tries again what may pass, and never what cannot', () => {
    const retried = state.Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
    expect(retried).toEqual(
      expect.arrayContaining([
        'TransientError',
        'Lambda.ServiceException',
        'Lambda.TooManyRequestsException',
        'Lambda.AWSLambdaException',
        'Lambda.SdkClientException',
      ]),
    );
    // What killed a small worker is tried by a large one.
    expect(retried.filter((error) => deaths.includes(error))).toEqual(small ? [] : deaths);
    expect(retried.filter((error) => /PermanentError|ALL|TaskFailed/.test(error))).toEqual([]);
    const [transient] = state.Retry;
    expect(transient?.JitterStrategy).toBe('FULL');
    for (const { MaxAttempts } of state.Retry) expect(MaxAttempts).toBeLessThanOrEqual(40);
  });

  test('has somebody who looks after its failure, or can be redriven from there', () => {
    const isLast = /^(Quarantine|Publish after all)/.test(name);
    const caught = state.Catch.map(({ ErrorEquals }) => ErrorEquals);
    const outgrown = small ? [[...deaths, 'ResourceError', 'Runtime.HandlerError']] : [];
    expect(caught).toEqual(isLast ? [] : [...outgrown, ['States.ALL']]);
  });

  test('carries ids and counts', () => {
    const payload = JSON.stringify(state.Arguments?.Payload);
    const names = [...payload.matchAll(/\$states\.\w+(?:\.\w+)*/g)].map(([path]) => path);
    expect(names.length).toBeGreaterThan(0);
    for (const path of names)
      expect(path).toMatch(
        /^\$states\.(input|context\.Execution\.Input|context\.StateMachine\.Id)(\.(runId|dataset|fence|part|attempt|error|Error|Cause))*$/,
      );
  });
});

describe('a failed run', () => {
  const follows = (action: string, states: Machine['States'], choice: string) =>
    states[choice]?.Choices.find(({ Condition }) => Condition.includes(`'${action}'`))?.Next ??
    states[choice]?.Default ??
    '';

  test.each([
    ['publish', 'Publish after all', 'Task'],
    ['next-attempt', 'Attempt failed', 'Fail'],
    ['ended', 'Ended elsewhere', 'Succeed'],
    ['quarantined', 'Run failed', 'Fail'],
    ['an answer nobody knows', 'Run failed', 'Fail'],
  ])('goes on after %s with %s', (action, state, type) => {
    expect(follows(action, way.States, 'What follows?')).toBe(state);
    expect(way.States[state]?.Type).toBe(type);
  });

  test.each([
    ['part-quarantined', 'Succeed'],
    ['ended', 'Succeed'],
    ['isolate', 'Fail'],
    ['an answer nobody knows', 'Fail'],
  ])('or only a part of it does, after %s: %s', (action, type) => {
    for (const [name, of] of [
      ['Validate parts', 'part'],
      ['Validate many parts', 'one of many'],
    ] as const) {
      const { States } = partsOf(name);
      expect(States[follows(action, States, `Goes on without ${of}?`)]?.Type).toBe(type);
    }
  });

  test('tells Quarantine which pipeline to start again', () => {
    expect(way.States.Quarantine?.Arguments?.Payload).toMatchObject({
      pipelineArn: '{% $states.context.StateMachine.Id %}',
      runId: '{% $states.context.Execution.Input.runId %}',
    });
  });
});

test.each([
  ['publish', 'Load'],
  ['hold', 'Held'],
  ['nothing', 'Nothing to publish'],
])('the gate’s %s leads to %s', (decision, state) => {
  const rules = way.States['Publish or hold?']?.Choices ?? [];
  expect(rules.find(({ Condition }) => Condition.includes(`'${decision}'`))?.Next).toBe(state);
  expect(way.States['Publish or hold?']?.Default).toBe('Quarantine');
});

test('a committed run begins at its end, a released one at its gate, any other at its plan', () => {
  expect(way.StartAt).toBe('New or released?');
  expect(way.States['New or released?']).toMatchObject({
    Choices: [
      // First: a released run that is committed has both.
      { Condition: '{% $exists($states.input.from) %}', Next: 'Publish after all' },
      { Condition: '{% $exists($states.input.work) %}', Next: 'Gate' },
    ],
    Default: 'Plan',
  });
});

describe('what is large', () => {
  const { States: one } = partsOf('Validate parts');
  const { States: many } = partsOf('Validate many parts');
  const large = [expect.objectContaining({ Condition: "{% $states.input.worker = 'large' %}" })];

  test.each([
    ['a run', way.States, 'Small or large run?', 'Transform', 'Transform large run'],
    ['a part', one, 'Small or large part?', 'Validate part', 'Validate large part'],
    [
      'one of many parts',
      ...([many, 'Small or large one of many?', 'Validate one of many'] as const),
      'Validate large one of many',
    ],
  ])('goes to the large worker, be it %s', (_what, states, question, small, big) => {
    expect(states[question]).toMatchObject({ Default: small, Choices: large });
    expect(states[question]?.Choices[0]?.Next).toBe(big);
    expect(states[small]?.Catch[0]?.Next).toBe(big);
    const [first, second] = [states[small], states[big]].map((state) => state?.Arguments);
    expect(first?.Payload).toEqual(second?.Payload);
    expect(second?.FunctionName).toMatch(/:large/);
    expect(first?.FunctionName).not.toMatch(/:large/);
  });

  test('is still known once the parts are judged', () => {
    expect(way.States['Validate parts']?.Output).toContain("'worker': $states.input.worker");
    expect(way.States['Validate many parts']).toMatchObject({ ResultPath: null });
  });
});

test('many parts are read from S3 by executions that may run as long as a function', () => {
  expect(way.States['Validate many parts']).toMatchObject({
    ItemReader: {
      ReaderConfig: { InputType: 'JSON' },
      Parameters: { Bucket: 'clean', 'Key.$': '$.itemsKey' },
    },
    ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
    MaxConcurrency: limits.filesPerRunMax,
    Next: 'Small or large run?',
  });
});
