import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { problems } from '../../core/api/problem.ts';
import { functionsByStage, newStack, referred, synthesize } from './synthesized.ts';

const stack = synthesize(newStack({ callsPerSecond: 30 }));
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
    expect(named).toEqual(['POST /datasets/{dataset}/records']);
    expect(stack.json).not.toContain('Access-Control-Allow-Origin');
  });

  test('asks for a key and for who holds it', () => {
    const [authorizer, ...others] = stack.ofType('AWS::ApiGateway::Authorizer');
    expect(others).toEqual([]);
    expect(methods.length).toBeGreaterThan(0);
    for (const { AuthorizationType, AuthorizerId, ApiKeyRequired } of methods) {
      expect(AuthorizationType).toBe('CUSTOM');
      expect(ApiKeyRequired).toBe(true);
      expect(referred(AuthorizerId)).toBe(authorizer?.[0]);
    }
    const told = authorizer?.[1].Properties;
    expect(told).toMatchObject({
      ...{ Type: 'REQUEST', IdentitySource: 'method.request.header.x-api-key' },
      AuthorizerResultTtlInSeconds: 60,
    });
    expect(JSON.stringify(told?.AuthorizerUri)).toContain(`"${idOf('authorize')}"`);
  });

  test('hands the whole call to a function, which API Gateway alone may call', () => {
    for (const { Integration } of methods) {
      expect(Integration).toMatchObject({ Type: 'AWS_PROXY' });
      expect(JSON.stringify(Integration)).toContain(`"${idOf('push')}"`);
    }
    const permissions = propertiesOf('AWS::Lambda::Permission').filter(({ FunctionName }) =>
      [idOf('push'), idOf('authorize')].includes(referred(FunctionName)),
    );
    expect(permissions.map(({ Principal }) => Principal)).toEqual([
      ...['apigateway.amazonaws.com', 'apigateway.amazonaws.com'],
    ]);
    const sources = JSON.stringify(permissions.map(({ SourceArn }) => SourceArn));
    expect(sources).not.toContain('test-invoke-stage');
  });

  test('is given up by the function before API Gateway gives up on it', () => {
    expect(functions.get('push')?.Properties.Timeout).toBeLessThan(29);
    expect(functions.get('authorize')?.Properties.Timeout).toBeLessThan(29);
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
