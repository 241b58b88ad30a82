import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { problems } from '../../core/push/problem.ts';
import { functionsByStage, newStack, referred, synthesize } from './synthesized.ts';

const stack = synthesize(newStack({ callsPerSecond: 30, webhookSources: ['shop', 'forum'] }));
const propertiesOf = (type: string) => stack.ofType(type).map(([, { Properties }]) => Properties);
const functions = functionsByStage(stack);
const idOf = (stage: string): string =>
  [...stack.resources].find(([, resource]) => resource === functions.get(stage))?.[0] ?? '';

/** The path of a resource, from the root on. */
const pathOf = (id: string): string => {
  const found = stack.resources.get(id);
  if (found?.Type !== 'AWS::ApiGateway::Resource') return '';
  return `${pathOf(referred(found.Properties.ParentId))}/${found.Properties.PathPart}`;
};

describe('every method of the API', () => {
  const methods = propertiesOf('AWS::ApiGateway::Method');

  test('is one that senders call: no browser is asked in', () => {
    const named = methods.map(
      ({ HttpMethod, ResourceId }) => `${HttpMethod} ${pathOf(referred(ResourceId))}`,
    );
    expect(named.sort()).toEqual([
      'DELETE /datasets/{dataset}/uploads/{upload}',
      'POST /datasets/{dataset}/records',
      'POST /datasets/{dataset}/uploads',
      'POST /datasets/{dataset}/uploads/{upload}/complete',
      'POST /webhooks/{source}',
    ]);
    expect(stack.json).not.toContain('Access-Control-Allow-Origin');
  });

  const isWebhook = ({ ResourceId }: (typeof methods)[number]) =>
    pathOf(referred(ResourceId)).startsWith('/webhooks/');
  const authorizers = new Map(stack.ofType('AWS::ApiGateway::Authorizer'));
  const authorizerOf = ({ AuthorizerId }: (typeof methods)[number]) =>
    authorizers.get(referred(AuthorizerId))?.Properties;

  test('asks for a key and for who holds it, but for webhooks, which are signed', () => {
    expect(authorizers.size).toBe(2);
    for (const method of methods) {
      expect(method.AuthorizationType).toBe('CUSTOM');
      expect(method.ApiKeyRequired).toBe(!isWebhook(method));
      const told = authorizerOf(method);
      expect(told).toMatchObject(
        isWebhook(method)
          ? { Type: 'REQUEST', AuthorizerResultTtlInSeconds: 0 }
          : {
              ...{ Type: 'REQUEST', IdentitySource: 'method.request.header.x-api-key' },
              AuthorizerResultTtlInSeconds: 60,
            },
      );
      const asked = isWebhook(method) ? 'authorize-webhook' : 'authorize';
      expect(JSON.stringify(told?.AuthorizerUri)).toContain(`"${idOf(asked)}"`);
    }
  });

  test('hands the whole call to a function, which API Gateway alone may call', () => {
    const functionOf = (path: string): string => {
      if (path.startsWith('/webhooks/')) return 'webhook';
      return path.endsWith('/records') ? 'push' : 'upload';
    };
    for (const { Integration, ResourceId } of methods) {
      expect(Integration).toMatchObject({ Type: 'AWS_PROXY' });
      const stage = functionOf(pathOf(referred(ResourceId)));
      expect(JSON.stringify(Integration)).toContain(`"${idOf(stage)}"`);
    }
    const doors = ['push', 'authorize', 'upload', 'webhook', 'authorize-webhook'];
    const permissions = propertiesOf('AWS::Lambda::Permission').filter(({ FunctionName }) =>
      doors.map(idOf).includes(referred(FunctionName)),
    );
    // One for each method, and one for each authorizer.
    expect(permissions).toHaveLength(7);
    for (const { Principal } of permissions) expect(Principal).toBe('apigateway.amazonaws.com');
    const sources = JSON.stringify(permissions.map(({ SourceArn }) => SourceArn));
    expect(sources).not.toContain('test-invoke-stage');
  });

  test('is given up by the function before API Gateway gives up on it', () => {
    for (const stage of ['push', 'authorize', 'upload', 'webhook', 'authorize-webhook'])
      expect(functions.get(stage)?.Properties.Timeout, stage).toBeLessThan(29);
  });
});

describe('the API', () => {
  test('hands bodies on as bytes, whatever they say they are', () => {
    const [rest, ...others] = propertiesOf('AWS::ApiGateway::RestApi');
    expect(others).toEqual([]);
    expect(rest).toMatchObject({
      BinaryMediaTypes: ['*/*'],
      EndpointConfiguration: { Types: ['REGIONAL'] },
    });
  });

  test('writes down who called and how it ended, and nothing that was sent', () => {
    const [stage, ...others] = propertiesOf('AWS::ApiGateway::Stage');
    expect(others).toEqual([]);
    const access = z
      .object({ DestinationArn: z.unknown(), Format: z.string() })
      .parse(stage?.AccessLogSetting);
    expect(stack.resources.get(referred(access.DestinationArn))).toMatchObject({
      ...{ Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 30 } },
    });
    const fields = Object.values(z.record(z.string(), z.string()).parse(JSON.parse(access.Format)));
    expect(fields.sort()).toEqual([
      '$context.authorizer.principalId',
      '$context.error.responseType',
      '$context.httpMethod',
      '$context.requestId',
      '$context.requestTimeEpoch',
      '$context.resourcePath',
      '$context.responseLatency',
      '$context.responseLength',
      '$context.status',
    ]);
  });

  test('never writes bodies into the log of its execution', () => {
    const [stage] = propertiesOf('AWS::ApiGateway::Stage');
    expect(stage).toMatchObject({ StageName: 'v1', TracingEnabled: true });
    expect(stage?.MethodSettings).toEqual([
      {
        ...{ HttpMethod: '*', ResourcePath: '/*' },
        ...{ DataTraceEnabled: false, LoggingLevel: 'ERROR', MetricsEnabled: true },
      },
      {
        ...{ HttpMethod: 'POST', ResourcePath: '/~1webhooks~1{source}' },
        ...{ DataTraceEnabled: false, LoggingLevel: 'ERROR', MetricsEnabled: true },
        // Nobody holds a key there, by which a plan could count.
        ...{ ThrottlingRateLimit: 30, ThrottlingBurstLimit: 60 },
      },
    ]);
  });

  test('lets one key call so often, and twice as often at once', () => {
    const [plan, ...others] = propertiesOf('AWS::ApiGateway::UsagePlan');
    expect(others).toEqual([]);
    expect(plan?.Throttle).toEqual({ RateLimit: 30, BurstLimit: 60 });
    const stages = z.array(z.object({ Stage: z.unknown() })).parse(plan?.ApiStages);
    expect(stages.map(({ Stage }) => stack.resources.get(referred(Stage))?.Type)).toEqual([
      'AWS::ApiGateway::Stage',
    ]);
  });

  test('has no key of its own: keys are made and shown by hand', () => {
    expect(stack.ofType('AWS::ApiGateway::ApiKey')).toEqual([]);
  });
});

const Document = z.object({
  type: z.string(),
  status: z.number(),
  title: z.string(),
  detail: z.string().min(1),
});

describe('what API Gateway refuses by itself', () => {
  const responses = new Map(
    propertiesOf('AWS::ApiGateway::GatewayResponse').map((one) => [one.ResponseType, one]),
  );

  test.each([
    ['UNAUTHORIZED', 'unauthorized', 401],
    ['MISSING_AUTHENTICATION_TOKEN', 'unauthorized', 401],
    ['ACCESS_DENIED', 'forbidden', 403],
    ['INVALID_API_KEY', 'forbidden', 403],
    ['REQUEST_TOO_LARGE', 'too-large', 413],
    ['THROTTLED', 'too-many-requests', 429],
    ['QUOTA_EXCEEDED', 'too-many-requests', 429],
    ['DEFAULT_5XX', 'unavailable', 503],
  ] as const)('as %s is the problem %s', (type, name, status) => {
    const found = responses.get(type);
    expect(found?.StatusCode).toBe(String(status));
    expect(found?.ResponseParameters).toEqual({
      'gatewayresponse.header.Content-Type': "'application/problem+json'",
    });
    const templates = z.record(z.string(), z.string()).parse(found?.ResponseTemplates);
    expect(Object.keys(templates)).toEqual(['application/json']);
    const document = Document.parse(JSON.parse(templates['application/json'] ?? ''));
    expect(document).toMatchObject({ type: `urn:headgate:problem:${name}`, ...problems[name] });
    // A template would take the place of what begins with these.
    expect(templates['application/json']).not.toMatch(/[$#]/);
  });

  test('is nothing else', () => {
    expect(responses.size).toBe(8);
  });
});
