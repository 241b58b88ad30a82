import type { APIGatewayProxyResult } from 'aws-lambda';
import { sha256 } from '../../core/hash.ts';
import { type Operation, operatorRouteOf } from '../../core/operate/routes.ts';
import { answering, jsonAnswer, problemAnswer } from '../answer.ts';
import { callerOf } from '../caller.ts';
import { backfillDataset } from './backfill.ts';
import { discardRun, releaseRun, replayRun } from './decisions.ts';
import type { Answer, OperateDeps } from './deps.ts';
import { getDataset, getFile, getRun, listDatasets, listRuns } from './lists.ts';
import { listRejects, readRejects } from './rejects.ts';
import { type Call, hasAlready, type OperateEvent } from './request.ts';

const operations: Readonly<Record<Operation, (deps: OperateDeps, call: Call) => Promise<Answer>>> =
  {
    listDatasets,
    getDataset,
    backfillDataset,
    listRuns,
    getRun,
    listRejects,
    readRejects,
    releaseRun,
    discardRun,
    replayRun,
    getFile,
  };

/** Rows, and what tells of rows, are kept by nobody on the way. */
const uncached: readonly Operation[] = ['listRejects', 'readRejects'];

/**
 * Answers operators: what there is, and what they decide. Who calls is the authorizer's word; a
 * call that comes by no authorizer is answered nothing.
 */
export const operate = (deps: OperateDeps) =>
  answering(deps, async (event: OperateEvent): Promise<APIGatewayProxyResult> => {
    const by = callerOf(event.requestContext);
    if (by === undefined)
      return problemAnswer({
        name: 'unauthorized',
        detail: 'no authorizer has told who calls',
      });
    const route = operatorRouteOf(event.httpMethod, event.resource);
    if (route === undefined)
      return problemAnswer({ name: 'not-found', detail: 'there is no such route' });
    const answer = await operations[route.operation](deps, { event, by });
    if (answer.kind === 'problem') return problemAnswer(answer.problem);
    const told = jsonAnswer(200, answer.body);
    if (route.method !== 'GET') return told;
    return tagged(event, told, uncached.includes(route.operation) ? 'no-store' : cached);
  });

/** Its holder may keep it, and asks each time whether it is so still. */
const cached = 'private, no-cache';

const tagged = (
  event: OperateEvent,
  told: APIGatewayProxyResult,
  cacheControl: string,
): APIGatewayProxyResult => {
  const etag = `"${sha256(told.body)}"`;
  const headers = { ...told.headers, ETag: etag, 'Cache-Control': cacheControl };
  if (!hasAlready(event, etag)) return { ...told, headers };
  return { statusCode: 304, headers: { ETag: etag, 'Cache-Control': cacheControl }, body: '' };
};
