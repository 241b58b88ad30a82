import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { problems } from '../../core/api/problem.ts';
import { limits } from '../../core/limits.ts';
import { operatorRoutes } from '../../core/operate/routes.ts';
import {
  functionsByStage,
  newStack,
  referred,
  type Synthesized,
  synthesize,
} from './synthesized.ts';

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

const methodType = 'AWS::ApiGateway::Method';
const tokens = { issuer: 'https://issuer.example/pool', audience: 'headgate' };
type Method = ReturnType<typeof propertiesOf>[number];
const nameOf = ({ HttpMethod, ResourceId }: Method): string =>
  `${HttpMethod} ${pathOf(referred(ResourceId))}`;
/** The function that a method hands its calls to, by its path. */
const doorOf = (method: Method): string => {
  const name = nameOf(method);
  if (name.includes(' /webhooks/')) return 'webhook';
  if (name.includes('/uploads')) return 'upload';
  return name.endsWith('/records') ? 'push' : 'operate';
};
const isOfOperators = (method: Method): boolean => doorOf(method) === 'operate';

/** Whether a method hands its calls to the function of operators. */
const operatesOn = (integration: unknown, of: Synthesized): boolean => {
  const operate = functionsByStage(of).get('operate');
  const [id = ''] = [...of.resources].find(([, resource]) => resource === operate) ?? [];
  return JSON.stringify(integration).includes(`"${id}"`);
};

describe('every method of the API', () => {
  const methods = propertiesOf(methodType);

  test('is one that senders or operators call: no browser is asked in', () => {
    expect(methods.map(nameOf).sort()).toEqual(
      [
        'DELETE /datasets/{dataset}/uploads/{upload}',
        'POST /datasets/{dataset}/records',
        'POST /datasets/{dataset}/uploads',
        'POST /datasets/{dataset}/uploads/{upload}/complete',
        'POST /webhooks/{source}',
        ...operatorRoutes.map(({ method, path }) => `${method} ${path}`),
      ].sort(),
    );
    expect(stack.json).not.toContain('Access-Control-Allow-Origin');
  });

  test('asks who calls, whatever the settings are', () => {
    for (const props of [{}, { senders: 'iam' }, { operatorTokens: tokens }] as const)
      for (const [, { Properties }] of synthesize(newStack(props)).ofType(methodType))
        expect(['CUSTOM', 'AWS_IAM']).toContain(Properties.AuthorizationType);
  });

  const authorizers = new Map(stack.ofType('AWS::ApiGateway::Authorizer'));
  const authorizerOf = ({ AuthorizerId }: Method) =>
    authorizers.get(referred(AuthorizerId))?.Properties;

  test('of senders asks for a key and for who holds it, but for webhooks, which are signed', () => {
    expect(authorizers.size).toBe(2);
    const sending = methods.filter((method) => !isOfOperators(method));
    expect(sending).toHaveLength(5);
    for (const method of sending) {
      const isWebhook = doorOf(method) === 'webhook';
      expect(method.AuthorizationType).toBe('CUSTOM');
      expect(method.ApiKeyRequired).toBe(!isWebhook);
      const told = authorizerOf(method);
      expect(told).toMatchObject(
        isWebhook
          ? { Type: 'REQUEST', AuthorizerResultTtlInSeconds: 0 }
          : {
              ...{ Type: 'REQUEST', IdentitySource: 'method.request.header.x-api-key' },
              AuthorizerResultTtlInSeconds: 60,
            },
      );
      const asked = isWebhook ? 'authorize-webhook' : 'authorize';
      expect(JSON.stringify(told?.AuthorizerUri)).toContain(`"${idOf(asked)}"`);
    }
  });

  test('of operators asks IAM', () => {
    for (const { AuthorizationType, ApiKeyRequired = false } of methods.filter(isOfOperators))
      expect([AuthorizationType, ApiKeyRequired]).toEqual(['AWS_IAM', false]);
  });

  test('of operators asks for a token where the settings name an issuer', () => {
    const tokened = synthesize(newStack({ operatorTokens: tokens }));
    const operating = tokened
      .ofType(methodType)
      .filter(([, { Properties }]) => operatesOn(Properties.Integration, tokened));
    expect(operating).toHaveLength(operatorRoutes.length);
    const ids = operating.map(([, { Properties }]) => referred(Properties.AuthorizerId));
    const [id = '', ...others] = new Set(ids);
    expect(others).toEqual([]);
    const Properties = tokened.resources.get(id)?.Properties ?? {};
    expect(Properties).toMatchObject({
      ...{ Type: 'TOKEN', IdentitySource: 'method.request.header.Authorization' },
      AuthorizerResultTtlInSeconds: 60,
    });
    const shape = new RegExp(String(Properties.IdentityValidationExpression));
    expect('Bearer aa.bb.c-_').toMatch(shape);
    for (const none of ['aa.bb.cc', 'Bearer aa.bb', 'Bearer aa.bb.cc.dd', 'Basic YTpi'])
      expect(none).not.toMatch(shape);
    const env = functionsByStage(tokened).get('authorize-operator')?.Properties.Environment;
    expect(env).toMatchObject({ Variables: { ISSUER: tokens.issuer, AUDIENCE: tokens.audience } });
  });

  test('of senders asks IAM where the settings say so, and there is no key then', () => {
    const signed = synthesize(newStack({ senders: 'iam' }));
    expect(signed.ofType('AWS::ApiGateway::Authorizer')).toEqual([]);
    expect(functionsByStage(signed).has('authorize')).toBe(false);
    const all = signed.ofType(methodType).map(([, { Properties }]) => Properties);
    for (const { AuthorizationType, ApiKeyRequired = false } of all)
      expect([AuthorizationType, ApiKeyRequired]).toEqual(['AWS_IAM', false]);
  });

  test('hands the whole call to a function, which API Gateway alone may call', () => {
    for (const method of methods) {
      expect(method.Integration).toMatchObject({ Type: 'AWS_PROXY' });
      expect(JSON.stringify(method.Integration)).toContain(`"${idOf(doorOf(method))}"`);
    }
    const asked = ['authorize', 'authorize-webhook'];
    const called = [...new Set(methods.map(doorOf)), ...asked].map(idOf);
    const permissions = propertiesOf('AWS::Lambda::Permission').filter(({ FunctionName }) =>
      called.includes(referred(FunctionName)),
    );
    // One for each method, and one for each authorizer.
    expect(permissions).toHaveLength(methods.length + asked.length);
    for (const { Principal } of permissions) expect(Principal).toBe('apigateway.amazonaws.com');
    const sources = JSON.stringify(permissions.map(({ SourceArn }) => SourceArn));
    expect(sources).not.toContain('test-invoke-stage');
  });

  test('is given up by the function before API Gateway gives up on it', () => {
    for (const stage of ['push', 'authorize', 'upload', 'webhook', 'authorize-webhook'])
      expect(functions.get(stage)?.Properties.Timeout, stage).toBeLessThan(29);
    const operate = Number(functions.get('operate')?.Properties.Timeout);
    expect(operate).toBeLessThan(29);
    // What it has begun when its own time is up must still end.
    expect(limits.backfillCallMs).toBeLessThan(operate * 1000 - 5_000);
    expect(limits.rejectsCallMs).toBeLessThan(operate * 1000 - 5_000);
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

  test('lets one key call so often a day where the settings say so', () => {
    expect(propertiesOf('AWS::ApiGateway::UsagePlan')[0]?.Quota).toBeUndefined();
    const [[, plan] = []] = synthesize(newStack({ callsPerDay: 7 })).ofType(
      'AWS::ApiGateway::UsagePlan',
    );
    expect(plan?.Properties.Quota).toEqual({ Limit: 7, Period: 'DAY' });
  });

  test('has a web ACL in front where the settings name one', () => {
    const type = 'AWS::WAFv2::WebACLAssociation';
    expect(stack.ofType(type)).toEqual([]);
    const webAcl = 'arn:aws:wafv2:eu-central-1:000000000000:regional/webacl/a/b';
    const guarded = synthesize(newStack({ webAcl }));
    const [[, found] = []] = guarded.ofType(type);
    expect(found?.Properties.WebACLArn).toBe(webAcl);
    const [[stage] = []] = guarded.ofType('AWS::ApiGateway::Stage');
    expect(JSON.stringify(found?.Properties.ResourceArn)).toContain(`"${stage}"`);
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
    ['DEFAULT_4XX', 'forbidden', 403],
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
    expect(responses.size).toBe(9);
  });
});
