import type { APIGatewayProxyResult } from 'aws-lambda';
import { type Problem, problemDocument } from '../core/api/problem.ts';
import { TransientError } from '../core/errors.ts';
import { errorFields } from './log.ts';
import type { Telemetry } from './telemetry.ts';

const noStore = { 'Cache-Control': 'no-store' };

export const jsonAnswer = (statusCode: number, body: object): APIGatewayProxyResult => ({
  statusCode,
  headers: { 'Content-Type': 'application/json', ...noStore },
  body: JSON.stringify(body),
});

/** A refusal as RFC 9457 has it. */
export const problemAnswer = (problem: Problem): APIGatewayProxyResult => {
  const document = problemDocument(problem);
  return {
    ...jsonAnswer(document.status, document),
    headers: { 'Content-Type': 'application/problem+json', ...noStore, ...retryOf(document) },
  };
};

const retryOf = ({ status }: { readonly status: number }): Record<string, string> =>
  status === 503 ? { 'Retry-After': '2' } : {};

/**
 * Makes an answer of whatever a route throws: what can be tried again is 503, all else 500, and
 * neither tells more than the log does.
 */
export const answering =
  <Event>(
    { log }: Pick<Telemetry, 'log'>,
    route: (event: Event) => Promise<APIGatewayProxyResult>,
  ): ((event: Event) => Promise<APIGatewayProxyResult>) =>
  async (event) => {
    try {
      return await route(event);
    } catch (error) {
      log.error('request failed', errorFields(error));
      return error instanceof TransientError
        ? problemAnswer({ name: 'unavailable', detail: 'nothing is lost; send it again' })
        : problemAnswer({ name: 'internal', detail: 'the log of the function says what' });
    }
  };
