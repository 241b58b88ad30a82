/**
 * The kinds of states that the pipeline is made of, in Amazon States Language, and what each does
 * about an error.
 */

/** One function as a state calls it. */
export type Callee = { readonly arn: string; readonly timeoutSeconds: number };

export type State = Readonly<Record<string, unknown>>;
export type Catcher = {
  readonly next: string;
  /** @default every error */
  readonly errors?: readonly string[];
  /** @default what was caught */
  readonly output?: string;
};

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

/** The worker died or was given up. */
const deaths = ['Lambda.Unknown', 'Runtime.ExitError', 'Sandbox.Timedout', 'States.Timeout'];

/**
 * What local AWS calls any error of a function, its death too; AWS has no such name. A few quick
 * tries have to do there for all that is told apart below.
 */
const nameless = 'Runtime.HandlerError';

/** A small worker could not do it, where a large one may: it died, or said that it was full. */
export const outgrown: readonly string[] = [...deaths, 'ResourceError', nameless];

/**
 * Once more, as the machine may be to blame; then Quarantine isolates the files, since one of them
 * may be.
 */
const died = {
  ErrorEquals: deaths,
  IntervalSeconds: 5,
  MaxAttempts: 1,
  BackoffRate: 1,
  JitterStrategy: 'FULL',
};

const unnamed = { ErrorEquals: [nameless], IntervalSeconds: 1, MaxAttempts: 2, BackoffRate: 1 };

const again = (attempts: number, delaySecondsMax: number) => ({
  ErrorEquals: transient,
  IntervalSeconds: 1,
  MaxAttempts: attempts,
  BackoffRate: 2,
  MaxDelaySeconds: delaySecondsMax,
  JitterStrategy: 'FULL',
});

export const retries = {
  shortly: [again(6, 60), died, unnamed],
  /** Loads of one dataset take turns, so one may wait for many others: about ten minutes. */
  patiently: [again(40, 20), died, unnamed],
  /** Of a small worker: what kills it goes to a large one at once. */
  unlessOutgrown: [again(6, 60)],
} as const;

export type TaskOptions = {
  readonly comment: string;
  readonly payload: unknown;
  /** Undefined ends the execution, or the part. */
  readonly next: string | undefined;
  /** Who looks after which error; the first that names it. @default nobody: the execution fails */
  readonly caught?: readonly Catcher[];
  /** @default shortly */
  readonly retry?: keyof typeof retries;
};

export const task = (partition: string, callee: Callee, options: TaskOptions): State => ({
  ...jsonata('Task', options.comment),
  Resource: `arn:${partition}:states:::lambda:invoke`,
  Arguments: { FunctionName: callee.arn, Payload: options.payload },
  Output: '{% $states.result.Payload %}',
  TimeoutSeconds: callee.timeoutSeconds + graceSeconds,
  Retry: retries[options.retry ?? 'shortly'],
  ...(options.caught === undefined ? {} : { Catch: options.caught.map(catcher) }),
  ...(options.next === undefined ? { End: true } : { Next: options.next }),
});

/** What was caught, as the next state gets it. */
const failure = '{% $states.errorOutput %}';

export const catcher = ({ next, errors = ['States.ALL'], output = failure }: Catcher) => ({
  ErrorEquals: errors,
  Output: output,
  Next: next,
});

export const choice = (
  comment: string,
  rules: readonly { readonly when: string; readonly next: string }[],
  otherwise: string,
): State => ({
  ...jsonata('Choice', comment),
  Choices: rules.map(({ when, next }) => ({ Condition: `{% ${when} %}`, Next: next })),
  Default: otherwise,
});

export const succeed = (comment: string): State => jsonata('Succeed', comment);
export const fail = (error: string, cause: string): State => ({
  ...jsonata('Fail', cause),
  Error: error,
  Cause: cause,
});

export const jsonata = (type: string, comment: string) => ({
  Type: type,
  QueryLanguage: 'JSONata',
  Comment: comment,
});
