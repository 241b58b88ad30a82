import { lineJudge } from '../../../adapters/engine/judge-line.ts';
import type { Dataset } from '../../../core/dataset.ts';
import { append, defineDataset, replace } from '../../../core/define-dataset.ts';
import { integer, text } from '../../../core/fields/index.ts';
import { EpochMs } from '../../../core/ids.ts';
import { push } from '../../../functions/push/handler.ts';
import type { RouteEvent } from '../../../functions/request.ts';
import { memoryStore } from '../../support/memory-store.ts';

export const things = defineDataset({
  name: 'things',
  domain: 'tests',
  owner: 'tests@example.com',
  description: 'Something with a number.',
  fields: { id: integer({ bits: 64 }), note: text({ optional: true, max: 5 }) },
  write: append(),
});
const tables = defineDataset({ ...things, name: 'tables', write: replace() });
const results = { ...defineDataset({ ...things, name: 'results' }), derivedFrom: tables.name };

export type Call = {
  readonly dataset?: string;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
  readonly request?: string;
  readonly sender?: string | null;
};

const eventOf = (call: Call): RouteEvent => ({
  body: Buffer.from(call.body ?? '{"id":1}').toString('base64'),
  isBase64Encoded: true,
  headers: { 'content-type': 'application/json', ...call.headers },
  pathParameters: { dataset: call.dataset ?? 'things' },
  requestContext: {
    requestId: call.request ?? 'r1',
    authorizer: call.sender === null ? null : { principalId: call.sender ?? 'key 1' },
  },
});

/** A front door over buckets in memory, with what it has logged and counted. */
export const doorOf = (memory = memoryStore()) => {
  const logged: string[] = [];
  const counted: string[] = [];
  const say = (message: string, fields: object) =>
    void logged.push(`${message} ${JSON.stringify(fields)}`);
  const call = async (of: Call, dataset: Dataset = things, store = memory.store) => {
    const deps = {
      log: { info: say, warn: say, error: say },
      count: (metric: string, value: number) => void counted.push(`${metric} ${value}`),
      store,
      landingBucket: 'landing',
      cleanBucket: 'clean',
      now: () => EpochMs.parse(Date.UTC(2026, 10, 21)),
      datasetNamed: (name: string) => [dataset, tables, results].find((each) => each.name === name),
      judgeOf: lineJudge,
    };
    const answer = await push(deps)(eventOf(of));
    return { status: answer.statusCode, body: JSON.parse(answer.body), headers: answer.headers };
  };
  /** What lies in landing, its identities left out. */
  const landed = () =>
    Object.fromEntries(
      [...memory.objects]
        .filter(([uri]) => uri.startsWith('s3://landing/'))
        .map(([uri, bytes]) => [uri.replace(/[0-9a-f]{32}/, 'ID'), bytes.toString('utf8')]),
    );
  return { memory, logged, counted, call, landed };
};
