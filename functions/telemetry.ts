import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { assert } from '../core/assert.ts';
import { limits } from '../core/limits.ts';
import { errorFields, type Log, leaving } from './log.ts';

export type { Log, LogFields } from './log.ts';

/** Counts things in CloudWatch: one metric per service, and one per dataset when it is known. */
export type Count = (metric: string, value: number, dataset?: string) => void;

/** What a handler tells the outside; tests pass their own. */
export type Telemetry = { readonly log: Log; readonly count: Count };

/** The CloudWatch namespace of every metric that Headgate counts. */
export const metricNamespace = 'Headgate';

type Build<Event, Result> = (telemetry: Telemetry) => (event: Event) => Promise<Result>;
type Handler<Event, Result> = (event: Event, context: Context) => Promise<Result>;

/**
 * Makes the Lambda handler of one stage: logger, metrics and tracer around what `build` returns.
 * The result is small by assertion, and only the errors of core/errors.ts leave, without their
 * cause: the cause may quote a row, and the runtime prints what leaves.
 */
export const instrumented = <Event, Result>(
  service: string,
  build: Build<Event, Result>,
): Handler<Event, Result> =>
  instrumentedRoute(service, (telemetry) => {
    const handle = build(telemetry);
    return async (event) => {
      try {
        const result = await handle(event);
        assertSmall(result);
        return result;
      } catch (error) {
        telemetry.log.error('stage failed', errorFields(error));
        throw leaving(error);
      }
    };
  });

/**
 * The same for a function that API Gateway calls: its answer may be large, and what it throws is
 * its own affair; see functions/answer.ts.
 */
export const instrumentedRoute = <Event, Result>(
  service: string,
  build: Build<Event, Result>,
): Handler<Event, Result> => {
  const logger = new Logger({ serviceName: service });
  const metrics = new Metrics({ namespace: metricNamespace, serviceName: service });
  const tracer = new Tracer({ serviceName: service });
  const wrapped = middy<Event, Result>(build(telemetryOf(logger, metrics)))
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .before(({ context }) => metrics.captureColdStartMetric(context.functionName))
    .use(captureLambdaHandler(tracer, { captureResponse: false }));
  return (event, context) => wrapped(event, context);
};

const telemetryOf = (logger: Logger, metrics: Metrics): Telemetry => ({
  log: {
    info: (message, fields) => logger.info(message, { ...fields }),
    warn: (message, fields) => logger.warn(message, { ...fields }),
    error: (message, fields) => logger.error(message, { ...fields }),
  },
  // Printed at once, one line each: a metric that waits for the end is lost when the worker dies.
  count: (metric, value, dataset) => {
    const single = metrics.singleMetric().addDimensions({});
    if (dataset !== undefined) single.addDimensions({ dataset });
    single.addMetric(metric, MetricUnit.Count, value);
  },
});

const assertSmall = (result: unknown): void => {
  const bytes = Buffer.byteLength(JSON.stringify(result) ?? '');
  assert(
    bytes <= limits.payloadBytesMax,
    `the payload has ${bytes} bytes, ids and counts have less`,
  );
};
