import { limits } from '../core/limits.ts';

/** One function as a state calls it. */
export type Callee = { readonly arn: string; readonly timeoutSeconds: number };

/** What the definition refers to; ARNs may be CDK tokens. */
type PipelineParts = {
  readonly partition: string;
  readonly cleanBucket: string;
  readonly callees: Readonly<
    Record<'plan' | 'validate' | 'transform' | 'gate' | 'load' | 'publish' | 'quarantine', Callee>
  >;
};

type State = Readonly<Record<string, unknown>>;
type Catcher = { readonly next: string; readonly output?: string };

/** Parts that an inline Map works on at a time. */
const partsAtOnce = 10;
/** A function has this long after its own timeout to be reported dead. */
const graceSeconds = 30;

/** Trying again can help, and soon. PermanentError is in no list: it is never retried. */
const transient = [
  'TransientError',
  'Lambda.ServiceException',
  'Lambda.TooManyRequestsException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
];

/**
 * The worker died or was given up. Once more, as the machine may be to blame; then Quarantine
 * isolates the files, since one of them may be.
 */
const died = {
  ErrorEquals: ['Lambda.Unknown', 'Runtime.ExitError', 'Sandbox.Timedout', 'States.Timeout'],
  IntervalSeconds: 5,
  MaxAttempts: 1,
  BackoffRate: 1,
  JitterStrategy: 'FULL',
};

/**
 * What local AWS calls any error that a handler throws; AWS has no such name. Its own name is lost
 * there, so a few quick tries stand for both lists above.
 */
const unnamed = (attempts: number) => ({
  ErrorEquals: ['Runtime.HandlerError'],
  IntervalSeconds: 1,
  MaxAttempts: attempts,
  BackoffRate: 1,
});

const again = (attempts: number, delaySecondsMax: number) => ({
  ErrorEquals: transient,
  IntervalSeconds: 1,
  MaxAttempts: attempts,
  BackoffRate: 2,
  MaxDelaySeconds: delaySecondsMax,
  JitterStrategy: 'FULL',
});

const shortly = [again(6, 60), died, unnamed(2)];
/** Loads of one dataset take turns, so one may wait for many others: about ten minutes. */
const patiently = [again(40, 20), died, unnamed(2)];

/** Every execution's input is its run, and it does not change on the way. */
const run = '{% $states.context.Execution.Input %}';
/** Quarantine says which attempt loaded the rows, where that is not the run's own. */
const loadedRun =
  "{% $merge([$states.context.Execution.Input, {'attempt': $states.input.attempt}]) %}";
const item = '{% $states.input %}';
const failure = '{% $states.errorOutput %}';
const itsItem = "{% $merge([$states.input, {'error': $states.errorOutput}]) %}";

/**
 * The way of one run as Step Functions shows it. States carry ids and counts only. There is no
 * loop, and each state is bounded, so that every execution ends.
 */
export const pipelineDefinition = (parts: PipelineParts): object => ({
  Comment: 'One run of Headgate: plan, validate, transform, gate, load, publish.',
  StartAt: 'New or released?',
  States: { ...wayStates(parts), ...failureStates(parts) },
});

const wayStates = (parts: PipelineParts): Record<string, State> => {
  const { callees } = parts;
  const quarantine: Catcher = { next: 'Quarantine' };
  const step = (callee: Callee, comment: string, next: string | undefined) =>
    task(parts, callee, { comment, payload: run, next, caught: quarantine });
  return {
    'New or released?': choice(
      'What is in the table is only published; what a person released was judged before.',
      [
        { when: '$exists($states.input.from)', next: 'Publish after all' },
        { when: '$exists($states.input.work)', next: 'Gate' },
      ],
      'Plan',
    ),
    Plan: step(callees.plan, 'Looks at each file and packs them into parts.', 'Few or many parts?'),
    'Few or many parts?': choice(
      'More than a Map may hold inline go through a Distributed Map.',
      [{ when: "$states.input.mode = 'distributed'", next: 'Validate many parts' }],
      'Validate parts',
    ),
    'Validate parts': partsInline(parts, quarantine),
    'Validate many parts': partsDistributed(parts, quarantine),
    Transform: step(callees.transform, 'Dedupes, joins, derives; stages Parquet files.', 'Gate'),
    Gate: step(
      callees.gate,
      'Compares the run with the limits of its dataset.',
      'Publish or hold?',
    ),
    'Publish or hold?': choice(
      'Quality decides. An answer nobody knows is a failure.',
      [
        { when: "$states.input.decision = 'publish'", next: 'Load' },
        { when: "$states.input.decision = 'hold'", next: 'Held' },
        { when: "$states.input.decision = 'nothing'", next: 'Nothing to publish' },
      ],
      'Quarantine',
    ),
    Load: {
      ...step(
        callees.load,
        'One atomic Iceberg commit: from here on the rows are visible.',
        'Publish',
      ),
      Retry: patiently,
    },
    Publish: step(callees.publish, 'Ledger, lineage, announcement.', undefined),
    Held: succeed('Judged, and nothing published: npx headgate release or discard <run id>.'),
    'Nothing to publish': succeed('No row was left: refused, duplicate or superseded files.'),
  };
};

const failureStates = (parts: PipelineParts): Record<string, State> => ({
  Quarantine: task(parts, parts.callees.quarantine, {
    comment: 'Reads what happened and decides what follows. Nothing is given up without it.',
    payload: {
      ...fields('$states.context.Execution.Input'),
      error: errorOf('$states.input'),
      // The function cannot have it in its environment: the pipeline is made after its functions.
      pipelineArn: '{% $states.context.StateMachine.Id %}',
    },
    next: 'What follows?',
  }),
  'What follows?': choice(
    'The ledger and the table have been asked.',
    [
      { when: "$states.input.action = 'publish'", next: 'Publish after all' },
      { when: "$states.input.action = 'next-attempt'", next: 'Attempt failed' },
      { when: "$states.input.action = 'ended'", next: 'Ended elsewhere' },
    ],
    'Run failed',
  ),
  // Not Publish itself: its Catch would lead back here for ever. This one has none, as Quarantine
  // has none: the execution fails in the state, and a redrive begins with it.
  'Publish after all': task(parts, parts.callees.publish, {
    comment: 'The rows are in the table, so the run rolls forward.',
    payload: loadedRun,
    next: undefined,
  }),
  'Ended elsewhere': succeed('The run has ended, or a newer attempt owns it.'),
  'Attempt failed': fail('AttemptFailed', 'The next attempt of this run has been started.'),
  'Run failed': fail('RunFailed', 'The files are quarantined: npx headgate run <run id>.'),
});

/** `$states.input` of a part is its PartPointer. */
const partStates = (parts: PipelineParts, of: string): Record<string, State> => ({
  [`Validate ${of}`]: task(parts, parts.callees.validate, {
    comment: 'Judges every row of the files of one part.',
    payload: item,
    next: undefined,
    caught: { next: `Quarantine ${of}`, output: itsItem },
  }),
  [`Quarantine ${of}`]: task(parts, parts.callees.quarantine, {
    comment: 'A part of one file ends with its file; a part of several is isolated.',
    payload: {
      ...fields('$states.input'),
      part: '{% $states.input.part %}',
      error: errorOf('$states.input.error'),
    },
    next: `Goes on without ${of}?`,
  }),
  [`Goes on without ${of}?`]: choice(
    'An answer nobody knows fails the part.',
    [{ when: "$states.input.action in ['part-quarantined', 'ended']", next: `Ended ${of}` }],
    `Failed ${of}`,
  ),
  [`Ended ${of}`]: succeed('The other parts of the run go on.'),
  [`Failed ${of}`]: fail('PartFailed', 'The run fails and its next attempt isolates the files.'),
});

/** A part that was quarantined has no counts, and a run may have no parts: hence the zero. */
const sumOf = (count: string): string => `'${count}': $sum($append(0, $states.result.${count}))`;
const partsCounts =
  `{% {'parts': $count($states.result), ` +
  `${['rowsIn', 'valid', 'rejected'].map(sumOf).join(', ')}} %}`;

const partsInline = (parts: PipelineParts, caught: Catcher): State => ({
  ...jsonata('Map', 'Each part by itself.'),
  Items: '{% $states.input.items %}',
  MaxConcurrency: partsAtOnce,
  ItemProcessor: {
    ProcessorConfig: { Mode: 'INLINE' },
    StartAt: 'Validate part',
    States: partStates(parts, 'part'),
  },
  Output: partsCounts,
  Catch: [catcher(caught)],
  Next: 'Transform',
});

/**
 * The one state in JSONPath: local AWS does not evaluate JSONata in an ItemReader. Its children
 * are of type STANDARD because an EXPRESS execution ends after five minutes.
 */
const partsDistributed = (parts: PipelineParts, caught: Catcher): State => ({
  Type: 'Map',
  QueryLanguage: 'JSONPath',
  Comment: 'Each part in an execution of its own, read from items.json in the clean zone.',
  Label: distributedLabel,
  MaxConcurrency: limits.filesPerRunMax,
  ItemReader: {
    Resource: `arn:${parts.partition}:states:::s3:getObject`,
    ReaderConfig: { InputType: 'JSON' },
    Parameters: { Bucket: parts.cleanBucket, 'Key.$': '$.itemsKey' },
  },
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    StartAt: 'Validate one of many',
    States: partStates(parts, 'one of many'),
  },
  ResultPath: null,
  Catch: [{ ErrorEquals: ['States.ALL'], Next: caught.next }],
  Next: 'Transform',
});

/** Names the Map Runs, so that rights on them can be. */
export const distributedLabel = 'Parts';

type TaskOptions = {
  readonly comment: string;
  readonly payload: unknown;
  /** Undefined ends the execution, or the part. */
  readonly next: string | undefined;
  readonly caught?: Catcher;
};

const task = (parts: PipelineParts, callee: Callee, options: TaskOptions): State => ({
  ...jsonata('Task', options.comment),
  Resource: `arn:${parts.partition}:states:::lambda:invoke`,
  Arguments: { FunctionName: callee.arn, Payload: options.payload },
  Output: '{% $states.result.Payload %}',
  TimeoutSeconds: callee.timeoutSeconds + graceSeconds,
  Retry: shortly,
  ...(options.caught === undefined ? {} : { Catch: [catcher(options.caught)] }),
  ...(options.next === undefined ? { End: true } : { Next: options.next }),
});

const catcher = ({ next, output = failure }: Catcher) => ({
  ErrorEquals: ['States.ALL'],
  Output: output,
  Next: next,
});

const choice = (
  comment: string,
  rules: readonly { readonly when: string; readonly next: string }[],
  otherwise: string,
): State => ({
  ...jsonata('Choice', comment),
  Choices: rules.map(({ when, next }) => ({ Condition: `{% ${when} %}`, Next: next })),
  Default: otherwise,
});

const succeed = (comment: string): State => jsonata('Succeed', comment);
const fail = (error: string, cause: string): State => ({
  ...jsonata('Fail', cause),
  Error: error,
  Cause: cause,
});

const jsonata = (type: string, comment: string) => ({
  Type: type,
  QueryLanguage: 'JSONata',
  Comment: comment,
});

const fields = (of: string) => ({
  runId: `{% ${of}.runId %}`,
  dataset: `{% ${of}.dataset %}`,
  fence: `{% ${of}.fence %}`,
});

/** An object constructor leaves out what is not there, where a field by itself would fail. */
const errorOf = (of: string): string => `{% {'Error': ${of}.Error, 'Cause': ${of}.Cause} %}`;
