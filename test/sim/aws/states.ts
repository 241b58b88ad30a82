import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Kernel, Worker } from '../kernel.ts';
import { refusal } from './errors.ts';
import {
  array,
  evaluated,
  type Fields,
  fields,
  isFields,
  type Json,
  number,
  plain,
  text,
} from './jsonata.ts';
import type { Invoked, SimulatedLambda } from './lambda.ts';

type Machine = { readonly StartAt: string; readonly States: Readonly<Record<string, Fields>> };
type Failure = { readonly Error: string; readonly Cause: string };
/** How a flow ended: with its output, or with an error that nobody caught. */
type End =
  | { readonly ok: true; readonly output: Json }
  | { readonly ok: false; readonly failure: Failure };

export type Execution = {
  readonly name: string;
  readonly input: Json;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED';
};

/**
 * Runs the pipeline's real definition: tasks with retries, timeouts and catches, choices, maps. It
 * is durable, so nothing in it is lost; what it calls may be.
 */
export class SimulatedStates {
  readonly executions = new Map<string, Execution>();
  readonly #kernel: Kernel;
  readonly #lambda: SimulatedLambda;
  readonly #machine: Machine;
  readonly #read: (bucket: string, key: string) => Json;

  constructor(
    kernel: Kernel,
    lambda: SimulatedLambda,
    definition: object,
    read: (bucket: string, key: string) => Json,
  ) {
    this.#kernel = kernel;
    this.#lambda = lambda;
    this.#machine = machineOf({ ...definition });
    this.#read = read;
  }

  /** The client of one worker, which may start executions and look at them. */
  clientOf(worker: Worker): SFNClient {
    const send = (command: unknown): Promise<object> => {
      if (command instanceof DescribeExecutionCommand)
        return this.#kernel.effect<object>(worker, {
          ...{ site: 'states.DescribeExecution', isWrite: false },
          apply: () => this.#describe(command.input.executionArn ?? ''),
          throttled: () => {
            throw refusal('ThrottlingException', 400);
          },
          lost: () => {
            throw refusal('TimeoutError', undefined);
          },
        });
      if (!(command instanceof StartExecutionCommand))
        throw new Error('Step Functions: a command that the simulator does not know');
      const { name = '', input = '{}' } = command.input;
      return this.#kernel.effect<object>(worker, {
        ...{ site: 'states.StartExecution', isWrite: true },
        apply: () => this.#start(name, input),
        throttled: () => {
          throw refusal('ThrottlingException', 400);
        },
        lost: () => {
          throw refusal('TimeoutError', undefined);
        },
      });
    };
    return Object.assign(Object.create(SFNClient.prototype), { send });
  }

  #describe(arn: string): object {
    const found = this.executions.get(arn.slice(arn.lastIndexOf(':') + 1));
    if (found === undefined) throw refusal('ExecutionDoesNotExist', 400);
    return { status: found.status };
  }

  /** A second start of a running execution is a success, of an ended one a refusal. */
  #start(name: string, input: string): object {
    const known = this.executions.get(name);
    if (known?.status === 'RUNNING') return {};
    if (known !== undefined)
      throw new ExecutionAlreadyExists({ message: name, $metadata: { httpStatusCode: 400 } });
    const execution: Execution = { name, input: JSON.parse(input), status: 'RUNNING' };
    this.executions.set(name, execution);
    this.#flow(this.#machine, execution.input, execution, (end) => {
      execution.status = end.ok ? 'SUCCEEDED' : 'FAILED';
    });
    return {};
  }

  #flow(machine: Machine, input: Json, execution: Execution, told: (end: End) => void): void {
    const enter = (name: string, given: Json): void => {
      this.#kernel.after(1, () => {
        const state = machine.States[name];
        if (state === undefined) throw new Error(`Step Functions: no state ${name}`);
        const entered = this.#state(state, given, execution, (end, next) => {
          if (end.ok && next !== undefined) enter(next, end.output);
          else told(end);
        });
        this.#kernel.background(entered);
      });
    };
    enter(machine.StartAt, input);
  }

  async #state(
    state: Fields,
    input: Json,
    execution: Execution,
    told: (end: End, next?: string) => void,
  ): Promise<void> {
    const states: Fields = {
      input,
      context: { Execution: { Input: execution.input }, StateMachine: { Id: 'pipeline' } },
    };
    const next = typeof state.Next === 'string' ? state.Next : undefined;
    switch (state.Type) {
      case 'Succeed':
        return told({ ok: true, output: input });
      case 'Fail': {
        const failure = { Error: text(state.Error), Cause: text(state.Cause) };
        return told({ ok: false, failure });
      }
      case 'Choice': {
        for (const choice of array(state.Choices).map(fields))
          if ((await evaluated(choice.Condition, states)) === true)
            return told({ ok: true, output: input }, text(choice.Next));
        return told({ ok: true, output: input }, text(state.Default));
      }
      case 'Task':
        return await this.#task(state, states, (end) =>
          this.#kernel.background(this.#caught(state, states, end, next, told)),
        );
      case 'Map':
        return await this.#map(state, states, execution, (end) =>
          this.#kernel.background(this.#caught(state, states, end, next, told)),
        );
      default:
        throw new Error(`Step Functions: no state of type ${String(state.Type)}`);
    }
  }

  /** Hands an error to the state that the definition names for it. */
  async #caught(
    state: Fields,
    states: Fields,
    end: End,
    next: string | undefined,
    told: (end: End, next?: string) => void,
  ): Promise<void> {
    if (end.ok) return told(end, next);
    const { failure } = end;
    const catcher = array(state.Catch ?? [])
      .map(fields)
      .find(({ ErrorEquals }) => matches(ErrorEquals, failure.Error));
    if (catcher === undefined) return told(end);
    const output =
      isFields(catcher) && catcher.Output !== undefined
        ? await evaluated(catcher.Output, { ...states, errorOutput: failure })
        : failure;
    told({ ok: true, output }, text(catcher.Next));
  }

  async #task(state: Fields, states: Fields, told: (end: End) => void): Promise<void> {
    const { FunctionName, Payload } = fields(await evaluated(state.Arguments, states));
    const retries = array(state.Retry ?? []).map(fields);
    const used = retries.map(() => 0);
    const { random } = this.#kernel;
    const attempt = (): void =>
      this.#invoke(text(FunctionName), Payload, number(state.TimeoutSeconds, 60), (end) => {
        if (end.ok) {
          const output = evaluated(state.Output, { ...states, result: { Payload: end.payload } });
          this.#kernel.background(output.then((value) => told({ ok: true, output: value })));
          return;
        }
        const failure = { Error: end.error, Cause: end.cause };
        const index = retries.findIndex(({ ErrorEquals }) => matches(ErrorEquals, end.error));
        const retry = retries[index];
        const count = used[index] ?? 0;
        if (retry === undefined || count >= number(retry.MaxAttempts, 3))
          return told({ ok: false, failure });
        used[index] = count + 1;
        const seconds = number(retry.IntervalSeconds, 1) * number(retry.BackoffRate, 2) ** count;
        const most = Math.min(seconds, number(retry.MaxDelaySeconds, 60));
        const share = retry.JitterStrategy === 'FULL' ? random.next() : 1;
        this.#kernel.after(most * share * 1000, attempt);
      });
    attempt();
  }

  /** The task's own timeout ends the wait, not the function. */
  #invoke(name: string, payload: Json, seconds: number, told: (end: Invoked) => void): void {
    let isOver = false;
    const once = (end: Invoked): void => {
      if (isOver) return;
      isOver = true;
      told(end);
    };
    this.#lambda.invoke(name, payload, once);
    this.#kernel.after(seconds * 1000, () =>
      once({ ok: false, error: 'States.Timeout', cause: '' }),
    );
  }

  /** All items at once; the first failure ends the map, and what runs on is nobody's any more. */
  async #map(
    state: Fields,
    states: Fields,
    execution: Execution,
    told: (end: End) => void,
  ): Promise<void> {
    const items = await this.#items(state, states);
    const results: Json[] = [];
    let left = items.length;
    let isOver = false;
    const done = async (): Promise<void> => {
      const result = plain(results);
      const output =
        state.Output === undefined ? result : await evaluated(state.Output, { ...states, result });
      told({ ok: true, output });
    };
    if (left === 0) return await done();
    const machine = machineOf(fields(state.ItemProcessor));
    for (const [index, item] of items.entries())
      this.#flow(machine, item, execution, (end) => {
        if (isOver) return;
        left -= 1;
        if (end.ok) results[index] = end.output;
        if (end.ok && left > 0) return;
        isOver = true;
        if (end.ok) this.#kernel.background(done());
        else told(end);
      });
  }

  async #items(state: Fields, states: Fields): Promise<readonly Json[]> {
    if (state.ItemReader === undefined) return array(await evaluated(state.Items, states));
    const { Parameters } = fields(state.ItemReader);
    const { Bucket } = fields(Parameters);
    const { itemsKey } = fields(states.input);
    return array(this.#read(text(Bucket), text(itemsKey)));
  }
}

const machineOf = (of: Fields): Machine => ({
  StartAt: text(of.StartAt),
  States: Object.fromEntries(
    Object.entries(fields(of.States)).map(([name, state]) => [name, fields(state)]),
  ),
});

const matches = (names: Json, error: string): boolean =>
  array(names).some((name) => name === 'States.ALL' || name === error);
