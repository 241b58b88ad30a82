import type { APIGatewayProxyResult } from 'aws-lambda';
import type { Dataset } from '../../core/dataset.ts';
import { takesRecords, whyNoRecords } from '../../core/push/as-records.ts';
import { answering, jsonAnswer, problemAnswer } from '../answer.ts';
import type { RouteEvent } from '../request.ts';
import { type TakeDeps, takeRecords } from '../take-records.ts';
import { readRequest } from './request.ts';

export type PushDeps = TakeDeps & {
  readonly datasetNamed: (name: string) => Dataset | undefined;
};

const accepted = 202;

/**
 * Takes records in: judged at once, durable before the answer, published by the one way that files
 * go. A call that is repeated finds its receipt and changes nothing.
 */
export const push = (deps: PushDeps) =>
  answering(deps, async (event: RouteEvent): Promise<APIGatewayProxyResult> => {
    const dataset = deps.datasetNamed(event.pathParameters?.dataset ?? '');
    if (dataset === undefined)
      return problemAnswer({ name: 'not-found', detail: 'no dataset is declared under this name' });
    if (!takesRecords(dataset))
      return problemAnswer({
        name: 'not-for-records',
        detail: whyNoRecords(dataset),
      });
    const request = readRequest(event);
    if (request.kind === 'refused') return problemAnswer(request.problem);
    const taken = await takeRecords(deps, dataset, request);
    return 'receipt' in taken ? jsonAnswer(accepted, taken) : problemAnswer(taken);
  });
