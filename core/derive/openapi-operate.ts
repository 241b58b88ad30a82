import * as z from 'zod';
import type { Dataset } from '../dataset.ts';
import { runStates } from '../ledger.ts';
import { limits } from '../limits.ts';
import * as answers from '../operate/answers.ts';
import { type Operation, operatorRoutes } from '../operate/routes.ts';
import { historyRunsMax } from '../quality/summary.ts';
import { type Json, refusalOf } from './openapi-problems.ts';

/** What a route does, what it may be told, what it answers, and how it may refuse. */
type Told = {
  readonly does: string;
  readonly answers: z.ZodType;
  readonly query?: readonly (keyof typeof queries)[];
  readonly body?: Json;
  /** Besides those that any route may answer with. */
  readonly refuses?: readonly number[];
};

const again = {
  type: 'boolean',
  description: 'Also what the same words have replayed under this contract.',
};
const dryRun = { type: 'boolean', description: 'Says what would be done, and does nothing.' };
const object = (properties: Json, more: Json = {}): Json => ({
  ...{ type: 'object', properties, additionalProperties: false, ...more },
});
const time = (description: string): Json => ({
  ...{ type: 'string', description: `${description} A day, or an instant in UTC.` },
  examples: ['2026-11-21', '2026-11-21T05:00:00Z'],
});
const whole = (maximum: number, usual: number): Json => ({
  ...{ type: 'integer', minimum: 1, maximum, default: usual },
});

/** The routes of operators in words; pages and documents are made of it. */
export const operatorWords: Readonly<Record<Operation, Told>> = {
  listDatasets: { does: 'Every dataset, with its newest run.', answers: answers.DatasetList },
  getDataset: {
    does: 'A dataset: its contract, the history of its published runs, and what it reads.',
    answers: answers.DatasetAnswer,
    ...{ query: ['history'], refuses: [404] },
  },
  backfillDataset: {
    does:
      'Judges the runs of what landed in a time anew, and replaces their rows; the same words again ' +
      'do nothing twice. A call is bounded: while `next` is not null, the same call with it as ' +
      '`cursor` goes on.',
    answers: answers.Backfilled,
    body: object(
      {
        since: time('Files that landed then or later.'),
        until: time('Files that landed before.'),
        ...{ dry_run: dryRun, again },
        limit: whole(limits.backfillRunsMax, 10),
        cursor: { type: 'string' },
      },
      { anyOf: [{ required: ['since'] }, { required: ['until'] }] },
    ),
    refuses: [404, 413],
  },
  listRuns: {
    does:
      'Runs by when they were created, newest first. A page may be short, or empty, and not the ' +
      'last: that is when `next` is null.',
    answers: answers.RunList,
    ...{ query: ['dataset', 'state', 'since', 'until', 'runsLimit', 'cursor'], refuses: [404] },
  },
  getRun: {
    does: 'One run: its files, counts, quality and reasons, and where everything lies.',
    ...{ answers: answers.RunAnswer, refuses: [404] },
  },
  listRejects: {
    does: 'Rejected rows of a run: where each stands and why it was rejected, not what it holds.',
    ...{ answers: answers.RejectList, query: ['rejectsLimit', 'cursor'], refuses: [404, 422] },
  },
  readRejects: {
    does: 'The same with the rows themselves. They are data: a right of its own, and written down.',
    ...{ answers: answers.RawRejectList, query: ['rejectsLimit', 'cursor'], refuses: [404, 422] },
  },
  releaseRun: {
    does: 'Publishes a held run as it is. Again: the first release stands.',
    ...{ answers: answers.Decided, body: object({}), refuses: [404, 409, 413] },
  },
  discardRun: {
    does: 'Gives a held run up; its files stay in landing. Again: the first discard stands.',
    ...{ answers: answers.Decided, body: object({}), refuses: [404, 409, 413] },
  },
  replayRun: {
    does: 'Judges the files of a run anew, and replaces its rows. Again: it joins what is under way.',
    answers: answers.Replayed,
    ...{ body: object({ dry_run: dryRun, again }), refuses: [404, 409, 413] },
  },
  getFile: {
    does: 'One landed object version, and what became of it.',
    ...{ answers: answers.FileAnswer, refuses: [404] },
  },
};

const query = (name: string, schema: Json, description: string): Json => ({
  ...{ name, in: 'query', required: false, description, schema },
});

const queries = {
  history: query('history', whole(historyRunsMax, 20), 'Published runs at most.'),
  dataset: query('dataset', { type: 'string' }, 'Only runs of this dataset.'),
  state: query('state', { type: 'string', enum: runStates }, 'Only runs in this state.'),
  since: query('since', time('Created then or later.'), 'Only runs that began then or later.'),
  until: query('until', time('Created before.'), 'Only runs that began before.'),
  runsLimit: query('limit', whole(limits.pageEntriesMax, 50), 'Runs of a page at most.'),
  rejectsLimit: query('limit', whole(limits.rejectsPerPageMax, 100), 'Rows of a page at most.'),
  cursor: query('cursor', { type: 'string' }, '`next` of the page before.'),
} as const;

/** Statuses that any of the routes may refuse with. */
const anyRefusal = [400, 401, 403, 429, 500, 503];

/** How an operator shows who calls: which of both holds is a setting of the deploy. */
export const operatorSecurity: Readonly<Record<string, Json>> = {
  signature: {
    ...{ type: 'apiKey', name: 'Authorization', in: 'header' },
    'x-amazon-apigateway-authtype': 'awsSigv4',
    description:
      'Signature Version 4 of AWS, for the service execute-api; IAM says who may call what.',
  },
  token: {
    ...{ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
    description: 'A token of the issuer that the deploy names.',
  },
};

const capital = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1);

/** Schemas of the answers, by the operation that gives each. */
export const operatorSchemas = (): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    Object.entries(operatorWords).map(([operation, told]) => {
      const { $schema: _dialect, ...schema } = z.toJSONSchema(told.answers);
      return [`${capital(operation)}Answer`, schema];
    }),
  );

/** The paths of the routes of operators. */
export const operatorPaths = (datasets: readonly Dataset[]): Readonly<Record<string, Json>> => {
  const byPath = Map.groupBy(operatorRoutes, ({ path }) => path);
  const part = (name: string): Json => ({
    ...{ name, in: 'path', required: true },
    schema:
      name === 'dataset'
        ? { type: 'string', enum: datasets.map((dataset) => dataset.name) }
        : { type: 'string' },
  });
  return Object.fromEntries(
    [...byPath].map(([path, routes]) => [
      path,
      {
        ...parametersOf([...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => part(name))),
        ...Object.fromEntries(
          routes.map(({ method, operation }) => [
            method.toLowerCase(),
            callOf(operation, method === 'GET'),
          ]),
        ),
      },
    ]),
  );
};

const parametersOf = (parameters: readonly Json[]): Json =>
  parameters.length === 0 ? {} : { parameters };

const ifNoneMatch: Json = {
  ...{ name: 'If-None-Match', in: 'header', required: false, schema: { type: 'string' } },
  description: 'The `ETag` of an answer that the caller has: 304 when it is so still.',
};

const callOf = (operation: Operation, isGet: boolean): Json => {
  const { does, query: asked = [], body, refuses = [] } = operatorWords[operation];
  const statuses = [...anyRefusal, ...refuses].sort((a, b) => a - b);
  const tag = { ETag: { description: 'Changes with the answer.', schema: { type: 'string' } } };
  return {
    operationId: operation,
    summary: does,
    security: Object.keys(operatorSecurity).map((name) => ({ [name]: [] })),
    ...parametersOf([...asked.map((name): Json => queries[name]), ...(isGet ? [ifNoneMatch] : [])]),
    ...(body === undefined
      ? {}
      : { requestBody: { required: false, content: { 'application/json': { schema: body } } } }),
    responses: {
      '200': {
        description: does,
        ...(isGet ? { headers: tag } : {}),
        content: {
          'application/json': {
            schema: { $ref: `#/components/schemas/${capital(operation)}Answer` },
          },
        },
      },
      ...(isGet ? { '304': { description: 'The caller has the answer already.' } } : {}),
      ...Object.fromEntries(statuses.map((status) => [String(status), refusalOf(status)])),
    },
  };
};
