import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  IdentitySource,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RequestAuthorizer,
  type Resource,
  ResponseType,
  RestApi,
  type UsagePlan,
} from 'aws-cdk-lib/aws-apigateway';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { pushPattern, receiptPattern } from '../core/push/key.ts';
import { type Problem, problemDocument, unauthorized } from '../core/push/problem.ts';
import type { AuthorizeEnv } from '../functions/authorize/env.ts';
import type { PushEnv } from '../functions/push/env.ts';
import type { EngineArchitecture } from '../layers/duckdb/build.ts';
import { ApiUploads } from './api-uploads.ts';
import { ApiWebhooks, webhookLimits } from './api-webhooks.ts';
import type { DataKey } from './data-key.ts';
import type { Ledger } from './ledger.ts';
import { StageFunction } from './stage-function.ts';
import type { Zones } from './zones.ts';

export interface ApiProps {
  readonly zones: Zones;
  readonly ledger: Ledger;
  readonly dataKey: DataKey;
  readonly removalPolicy: RemovalPolicy;
  readonly architecture: EngineArchitecture;
  /** Calls per second that one key may make on average, and at once. */
  readonly callsPerSecond: number;
  /** Sources of webhooks; all of them together may call as often as one key. */
  readonly webhookSources: readonly string[];
}

/** The one stage: the first part of every path. */
const stageName = 'v1';
/** API Gateway gives up on a function after 29 seconds; the function should know before. */
const pushTimeout = Duration.seconds(28);
/** How long a key that was revoked may still be let in. */
const rightsKept = Duration.minutes(1);
/** Calls that a key may make at once, as a multiple of those in a second. */
const burst = 2;

/**
 * The front door for single records: API Gateway → push → landing. Each sender has a key, which
 * says what it may send to and how much; bodies reach the function as the bytes that were sent.
 */
export class Api extends Construct {
  readonly rest: RestApi;
  /** Binds keys to their limits; a key outside of it opens nothing. */
  readonly usagePlan: UsagePlan;
  readonly push: StageFunction<PushEnv>;
  readonly authorize: StageFunction<AuthorizeEnv>;
  readonly uploads: ApiUploads;
  /** Absent where no dataset has a source of webhooks. */
  readonly webhooks: ApiWebhooks | undefined;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    this.authorize = this.#authorize(props);
    this.push = this.#push(props);
    this.rest = this.#rest(props);
    const { callsPerSecond } = props;
    this.usagePlan = this.rest.addUsagePlan('Senders', {
      description: 'How much the holder of one key may send.',
      throttle: { rateLimit: callsPerSecond, burstLimit: burst * callsPerSecond },
      apiStages: [{ api: this.rest, stage: this.rest.deploymentStage }],
    });
    this.uploads = this.#routes(props);
    this.webhooks =
      props.webhookSources.length === 0
        ? undefined
        : new ApiWebhooks(this, 'Webhooks', { ...props, root: this.rest.root });
    for (const [id_, type, problem] of refusals) this.#refuse(id_, type, problem);
  }

  #authorize({ ledger, architecture }: ApiProps): StageFunction<AuthorizeEnv> {
    const authorize = new StageFunction<AuthorizeEnv>(this, 'Authorize', {
      ...{ stage: 'authorize', architecture, timeout: Duration.seconds(10), memoryMegabytes: 512 },
      environment: { LEDGER_TABLE: ledger.table.tableName },
    });
    ledger.grant(authorize.role, 'GetItem');
    return authorize;
  }

  #push({ zones, architecture }: ApiProps): StageFunction<PushEnv> {
    const push = new StageFunction<PushEnv>(this, 'Push', {
      ...{ stage: 'push', architecture, timeout: pushTimeout, memoryMegabytes: 1_769 },
      environment: {
        LANDING_BUCKET: zones.landing.bucketName,
        CLEAN_BUCKET: zones.clean.bucketName,
      },
    });
    zones.grantRead(push.role, zones.landing, [pushPattern]);
    zones.grantWrite(push.role, zones.landing, [pushPattern]);
    zones.grantRead(push.role, zones.clean, [receiptPattern]);
    zones.grantWrite(push.role, zones.clean, [receiptPattern]);
    return push;
  }

  #rest({ webhookSources, callsPerSecond }: ApiProps): RestApi {
    const logs = new LogGroup(this, 'AccessLogs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const rest = new RestApi(this, 'Rest', {
      description: 'Takes records in for Headgate.',
      endpointTypes: [EndpointType.REGIONAL],
      // Anything else would reach the function as a text that is no longer what was sent.
      binaryMediaTypes: ['*/*'],
      // One for all stacks of a region, so that removing this stack must not take it away.
      cloudWatchRole: true,
      deployOptions: {
        stageName,
        tracingEnabled: true,
        metricsEnabled: true,
        // Never the bodies.
        dataTraceEnabled: false,
        loggingLevel: MethodLoggingLevel.ERROR,
        accessLogDestination: new LogGroupLogDestination(logs),
        accessLogFormat: accessLog,
        ...(webhookSources.length === 0
          ? {}
          : { methodOptions: webhookLimits(callsPerSecond, burst * callsPerSecond) }),
      },
    });
    // The stack has an output of its own for it.
    rest.node.tryRemoveChild('Endpoint');
    acknowledge(rest);
    return rest;
  }

  #routes({ zones, architecture }: ApiProps): ApiUploads {
    const authorizer = new RequestAuthorizer(this, 'Keys', {
      handler: this.authorize.lambda,
      identitySources: [IdentitySource.header('x-api-key')],
      resultsCacheTtl: rightsKept,
    });
    const dataset = this.rest.root.addResource('datasets').addResource('{dataset}');
    const byKey = {
      authorizer,
      authorizationType: AuthorizationType.CUSTOM,
      apiKeyRequired: true,
    } as const;
    const calls = (resource: Resource, { lambda }: StageFunction<PushEnv>) =>
      resource.addMethod('POST', new LambdaIntegration(lambda, { allowTestInvoke: false }), byKey);
    calls(dataset.addResource('records'), this.push);
    return new ApiUploads(this, 'Uploads', { zones, architecture, dataset, callers: byKey });
  }

  /** What API Gateway refuses by itself looks like what the functions refuse. */
  #refuse(id: string, type: ResponseType, problem: Problem): void {
    const document = problemDocument(problem);
    this.rest.addGatewayResponse(id, {
      type,
      statusCode: String(document.status),
      responseHeaders: { 'Content-Type': "'application/problem+json'" },
      templates: { 'application/json': JSON.stringify(document) },
    });
  }
}

/** Who called what when, and how it ended; no header, no query, no body. */
const accessLog = AccessLogFormat.custom(
  JSON.stringify({
    requestId: AccessLogField.contextRequestId(),
    at: AccessLogField.contextRequestTimeEpoch(),
    method: AccessLogField.contextHttpMethod(),
    resource: AccessLogField.contextResourcePath(),
    sender: AccessLogField.contextAuthorizerPrincipalId(),
    status: AccessLogField.contextStatus(),
    answerBytes: AccessLogField.contextResponseLength(),
    ms: AccessLogField.contextResponseLatency(),
    error: AccessLogField.contextErrorResponseType(),
  }),
);

const forbidden: Problem = {
  name: 'forbidden',
  detail: 'the key is not known, or may not send to this dataset',
};

/** By the construct's id, which must not change. */
const refusals: readonly (readonly [string, ResponseType, Problem])[] = [
  ['Unauthorized', ResponseType.UNAUTHORIZED, unauthorized],
  [
    'Unsigned',
    ResponseType.MISSING_AUTHENTICATION_TOKEN,
    { name: 'unauthorized', detail: 'there is no such route, or the request is not signed' },
  ],
  ['Denied', ResponseType.ACCESS_DENIED, forbidden],
  ['BadKey', ResponseType.INVALID_API_KEY, forbidden],
  [
    'TooLarge',
    ResponseType.REQUEST_TOO_LARGE,
    { name: 'too-large', detail: 'send it in several calls, or as a file' },
  ],
  [
    'Throttled',
    ResponseType.THROTTLED,
    { name: 'too-many-requests', detail: 'the key sends too often; wait a second, send it again' },
  ],
  [
    'Exhausted',
    ResponseType.QUOTA_EXCEEDED,
    { name: 'too-many-requests', detail: 'the key has used up its quota' },
  ],
  [
    'Failed',
    ResponseType.DEFAULT_5XX,
    { name: 'unavailable', detail: 'nothing is lost; send it again' },
  ],
];

/** Why what cdk-nag asks for is not here. */
const acknowledge = (rest: RestApi): void => {
  Validations.of(rest).acknowledge(
    {
      id: 'AwsSolutions-APIG2',
      reason: 'Records are judged one by one by the contract; a model would refuse whole bodies.',
    },
    {
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
      reason: 'API Gateway asks for this policy, once per region, to write any logs at all.',
    },
    {
      id: 'AwsSolutions-COG4',
      reason: 'Senders are programs with keys of their own, and no users who sign in.',
    },
    {
      id: 'AwsSolutions-APIG3',
      reason: 'A web ACL is paid for by the month; every route has an authorizer and limits.',
    },
  );
};
