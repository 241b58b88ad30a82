import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRejectsFile } from '../../../adapters/engine/read-rejects.ts';
import { withWorkDir } from '../../../adapters/work-dir.ts';
import type { Dataset } from '../../../core/dataset.ts';
import { EpochMs } from '../../../core/ids.ts';
import * as answers from '../../../core/operate/answers.ts';
import type { ReadRejects } from '../../../functions/operate/deps.ts';
import { operate } from '../../../functions/operate/handler.ts';
import type { OperateEvent } from '../../../functions/operate/request.ts';
import { fakeTelemetry } from '../../support/fakes.ts';
import { me, replayStack, sales, salesFile } from '../../support/replay-stack.ts';

export type Call = {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
  /** @default an operator signed by IAM */
  readonly by?: OperateEvent['requestContext'];
};

/** What each route answers, all of it: a name that is not declared fails the test. */
const schemas = {
  'GET /datasets': answers.DatasetList,
  'GET /datasets/{dataset}': answers.DatasetAnswer,
  'POST /datasets/{dataset}/backfill': answers.Backfilled,
  'GET /runs': answers.RunList,
  'GET /runs/{run}': answers.RunAnswer,
  'GET /runs/{run}/rejects': answers.RejectList,
  'GET /runs/{run}/rejects/raw': answers.RawRejectList,
  'POST /runs/{run}/release': answers.Decided,
  'POST /runs/{run}/discard': answers.Decided,
  'POST /runs/{run}/replay': answers.Replayed,
  'GET /files/{file}': answers.FileAnswer,
} as const;
type Route = keyof typeof schemas;

/** The routes of operators over a whole stack in memory. */
export const operatorsOf = (first: Dataset = sales(), more: { readRejects?: ReadRejects } = {}) => {
  const stack = replayStack(first);
  const telemetry = fakeTelemetry();
  const read: ReadRejects = (uri, asked) =>
    withWorkDir(async (dir) => {
      await writeFile(join(dir, 'r.parquet'), stack.objects.get(uri) ?? '');
      return await readRejectsFile(dir, 'r.parquet', asked);
    }, 'operate-test');
  const { ledger, store, landing, catalog } = stack;
  const send = (event: OperateEvent) =>
    operate({
      ...telemetry,
      ...{ ledger, store, landing, catalog, start: stack.pipeline.start },
      ...{ cleanBucket: 'clean', curatedBucket: 'curated', quarantineBucket: 'quarantine' },
      readRejects: more.readRejects ?? read,
      datasets: [stack.dataset()],
      now: () => EpochMs.parse(stack.tick()),
    })(event);
  const call = async (route: string, of: Call = {}) => {
    const [httpMethod = '', resource = ''] = route.split(' ');
    const { body = null } = of;
    const answer = await send({
      ...{ httpMethod, resource, headers: of.headers ?? {} },
      pathParameters: { ...of.path },
      queryStringParameters: of.query === undefined ? null : { ...of.query },
      body: typeof body === 'object' && body !== null ? JSON.stringify(body) : body,
      isBase64Encoded: false,
      requestContext: of.by ?? { identity: { userArn: me } },
    });
    return { ...answer, json: answer.body === '' ? null : JSON.parse(answer.body) };
  };
  /** The answer of a call that must be a good one. */
  const ask = async <R extends Route>(route: R, of: Call = {}) => {
    const answer = await call(route, of);
    if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}: ${answer.body}`);
    return schemas[route].parse(answer.json) as ReturnType<(typeof schemas)[R]['parse']>;
  };
  return { stack, telemetry, call, ask };
};

export { me, sales, salesFile };
