import { limits } from '../core/limits.ts';
import {
  type Callee,
  type Catcher,
  catcher,
  choice,
  fail,
  jsonata,
  outgrown,
  type State,
  succeed,
  type TaskOptions,
  task,
} from './states.ts';

/** What the definition refers to; ARNs may be CDK tokens. */
type PipelineParts = {
  readonly partition: string;
  readonly cleanBucket: string;
  readonly callees: Readonly<Record<CalleeName, Callee>>;
};

/** The functions of the stages; of those that touch every row, a small and a large one. */
export type CalleeName =
  | 'plan'
  | 'validate'
  | 'largeValidate'
  | 'transform'
  | 'largeTransform'
  | 'gate'
  | 'load'
  | 'publish'
  | 'quarantine';

/** Parts that an inline Map works on at a time. */
const partsAtOnce = 10;

/** Every execution's input is its run, and it does not change on the way. */
const run = '{% $states.context.Execution.Input %}';
/** Quarantine says which attempt loaded the rows, where that is not the run's own. */
const loadedRun =
  "{% $merge([$states.context.Execution.Input, {'attempt': $states.input.attempt}]) %}";
const item = '{% $states.input %}';
const itsItem = "{% $merge([$states.input, {'error': $states.errorOutput}]) %}";
/** What plan said of a part, or of a whole run; see core/landing/worker.ts. */
const isLarge = "$states.input.worker = 'large'";

/**
 * The way of one run as Step Functions shows it. States carry ids and counts only. There is no
 * loop, and each state is bounded, so that every execution ends.
 */
export const pipelineDefinition = (parts: PipelineParts): object => ({
  Comment: 'One run of Headgate: plan, validate, transform, gate, load, publish.',
  StartAt: 'New or released?',
  States: { ...wayStates(parts), ...failureStates(parts) },
});

const quarantine: Catcher = { next: 'Quarantine' };

const wayStates = (parts: PipelineParts): Record<string, State> => {
  const step = (
    callee: CalleeName,
    next: string | undefined,
    comment: string,
    more: Partial<TaskOptions> = {},
  ) =>
    task(parts.partition, parts.callees[callee], {
      ...{ comment, payload: run, next, caught: [quarantine], ...more },
    });
  return {
    'New or released?': choice(
      'What is in the table is only published; what a person released was judged before.',
      [
        { when: '$exists($states.input.from)', next: 'Publish after all' },
        { when: '$exists($states.input.work)', next: 'Gate' },
      ],
      'Plan',
    ),
    Plan: step('plan', 'Few or many parts?', 'Looks at each file and packs them into parts.'),
    'Few or many parts?': choice(
      'More than a Map may hold inline go through a Distributed Map.',
      [{ when: "$states.input.mode = 'distributed'", next: 'Validate many parts' }],
      'Validate parts',
    ),
    'Validate parts': partsInline(parts),
    'Validate many parts': partsDistributed(parts),
    'Small or large run?': choice(
      'Most runs are small; a large worker costs more.',
      [{ when: isLarge, next: 'Transform large run' }],
      'Transform',
    ),
    Transform: step('transform', 'Gate', 'Dedupes, joins, derives; stages Parquet files.', {
      ...{ retry: 'unlessOutgrown' },
      caught: [{ next: 'Transform large run', errors: outgrown }, quarantine],
    }),
    'Transform large run': step(
      'largeTransform',
      'Gate',
      'The same, in a worker of more memory: for large runs, and for what killed a small one.',
    ),
    Gate: step('gate', 'Publish or hold?', 'Compares the run with the limits of its dataset.'),
    'Publish or hold?': choice(
      'Quality decides. An answer nobody knows is a failure.',
      [
        { when: "$states.input.decision = 'publish'", next: 'Load' },
        { when: "$states.input.decision = 'hold'", next: 'Held' },
        { when: "$states.input.decision = 'nothing'", next: 'Nothing to publish' },
      ],
      'Quarantine',
    ),
    Load: step('load', 'Publish', 'One atomic Iceberg commit: from here on the rows are visible.', {
      retry: 'patiently',
    }),
    Publish: step('publish', undefined, 'Ledger, lineage, announcement.'),
    Held: succeed('Judged, and nothing published: npx headgate release or discard <run id>.'),
    'Nothing to publish': succeed('No row was left: refused, duplicate or superseded files.'),
  };
};

const failureStates = ({ partition, callees }: PipelineParts): Record<string, State> => ({
  Quarantine: task(partition, callees.quarantine, {
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
  'Publish after all': task(partition, callees.publish, {
    comment: 'The rows are in the table, so the run rolls forward.',
    payload: loadedRun,
    next: undefined,
  }),
  'Ended elsewhere': succeed('The run has ended, or a newer attempt owns it.'),
  'Attempt failed': fail('AttemptFailed', 'The next attempt of this run has been started.'),
  'Run failed': fail('RunFailed', 'The files are quarantined: npx headgate run <run id>.'),
});

/** `$states.input` of a part is its PartItem. */
const partStates = ({ partition, callees }: PipelineParts, of: string): Record<string, State> => {
  const failed: Catcher = { next: `Quarantine ${of}`, output: itsItem };
  return {
    [`Small or large ${of}?`]: choice(
      'Most parts are small; a large worker costs more.',
      [{ when: isLarge, next: `Validate large ${of}` }],
      `Validate ${of}`,
    ),
    [`Validate ${of}`]: task(partition, callees.validate, {
      comment: 'Judges every row of the files of one part.',
      payload: item,
      next: undefined,
      retry: 'unlessOutgrown',
      caught: [{ next: `Validate large ${of}`, errors: outgrown, output: item }, failed],
    }),
    [`Validate large ${of}`]: task(partition, callees.largeValidate, {
      comment: 'The same in a worker of more memory: for large parts, and what killed a small one.',
      payload: item,
      next: undefined,
      caught: [failed],
    }),
    [`Quarantine ${of}`]: task(partition, callees.quarantine, {
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
  };
};

/** A part that was quarantined has no counts, and a run may have no parts: hence the zero. */
const sumOf = (count: string): string => `'${count}': $sum($append(0, $states.result.${count}))`;
const partsCounts =
  `{% {'worker': $states.input.worker, 'parts': $count($states.result), ` +
  `${['rowsIn', 'valid', 'rejected'].map(sumOf).join(', ')}} %}`;

const partsInline = (parts: PipelineParts): State => ({
  ...jsonata('Map', 'Each part by itself.'),
  Items: '{% $states.input.items %}',
  MaxConcurrency: partsAtOnce,
  ItemProcessor: {
    ProcessorConfig: { Mode: 'INLINE' },
    StartAt: 'Small or large part?',
    States: partStates(parts, 'part'),
  },
  Output: partsCounts,
  Catch: [catcher(quarantine)],
  Next: 'Small or large run?',
});

/**
 * The one state in JSONPath: local AWS does not evaluate JSONata in an ItemReader. Its children
 * are of type STANDARD because an EXPRESS execution ends after five minutes.
 */
const partsDistributed = (parts: PipelineParts): State => ({
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
    StartAt: 'Small or large one of many?',
    States: partStates(parts, 'one of many'),
  },
  ResultPath: null,
  Catch: [{ ErrorEquals: ['States.ALL'], Next: quarantine.next }],
  Next: 'Small or large run?',
});

/** Names the Map Runs, so that rights on them can be. */
export const distributedLabel = 'Parts';

const fields = (of: string) => ({
  runId: `{% ${of}.runId %}`,
  dataset: `{% ${of}.dataset %}`,
  fence: `{% ${of}.fence %}`,
});

/** An object constructor leaves out what is not there, where a field by itself would fail. */
const errorOf = (of: string): string => `{% {'Error': ${of}.Error, 'Cause': ${of}.Cause} %}`;
