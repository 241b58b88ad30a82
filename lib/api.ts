import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AuthorizationType,
  EndpointType,
  IdentitySource,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  type MethodOptions,
  Period,
  RequestAuthorizer,
  type ResponseType,
  RestApi,
  type UsagePlan,
} from 'aws-cdk-lib/aws-apigateway';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { type Problem, problemDocument } from '../core/api/problem.ts';
import { pushPattern, receiptPattern } from '../core/push/key.ts';
import type { AuthorizeEnv } from '../functions/authorize/env.ts';
import type { PushEnv } from '../functions/push/env.ts';
import type { EngineArchitecture } from '../layers/duckdb/build.ts';
import { accessLog, acknowledge, refusals } from './api-answers.ts';
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
  /** Calls per second that one key may make on average. @default 100 */
  readonly callsPerSecond?: number;
  /** Sources of webhooks; all of them together may call as often as one key. @default - none */
  readonly webhookSources?: readonly string[];
  /** Calls that one key may make a day. @default - as many as it likes */
  readonly callsPerDay?: number | undefined;
  /** Who says who sends: keys of our own, or IAM. @default keys */
  readonly senders?: Senders;
  /** ARN of a web ACL that looks at each call before anything else does. @default - none */
  readonly webAcl?: string | undefined;
}

export type Senders = 'keys' | 'iam';

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
  /** Undefined where IAM says who sends. */
  readonly authorize: StageFunction<AuthorizeEnv> | undefined;
  readonly uploads: ApiUploads;
  /** Absent where no dataset has a source of webhooks. */
  readonly webhooks: ApiWebhooks | undefined;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    const { callsPerSecond = 100, callsPerDay, senders = 'keys', webAcl } = props;
    const { webhookSources = [] } = props;
    this.authorize = senders === 'keys' ? this.#authorize(props) : undefined;
    this.push = this.#push(props);
    this.rest = this.#rest(props, callsPerSecond);
    this.usagePlan = this.rest.addUsagePlan('Senders', {
      description: 'How much the holder of one key may send.',
      throttle: { rateLimit: callsPerSecond, burstLimit: burst * callsPerSecond },
      ...(callsPerDay === undefined ? {} : { quota: { limit: callsPerDay, period: Period.DAY } }),
      apiStages: [{ api: this.rest, stage: this.rest.deploymentStage }],
    });
    this.uploads = this.#routes(props);
    this.webhooks =
      webhookSources.length === 0
        ? undefined
        : new ApiWebhooks(this, 'Webhooks', {
            ...{ ...props, webhookSources, root: this.rest.root },
          });
    if (webAcl !== undefined)
      new CfnWebACLAssociation(this, 'WebAcl', {
        resourceArn: this.rest.deploymentStage.stageArn,
        webAclArn: webAcl,
      });
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

  #rest({ webhookSources = [] }: ApiProps, callsPerSecond: number): RestApi {
    const logs = new LogGroup(this, 'AccessLogs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const rest = new RestApi(this, 'Rest', {
      description: 'Takes records in for Headgate, and what operators ask and decide.',
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
    const dataset = this.rest.root.addResource('datasets').addResource('{dataset}');
    const callers = this.#senders();
    const toPush = new LambdaIntegration(this.push.lambda, { allowTestInvoke: false });
    dataset.addResource('records').addMethod('POST', toPush, callers);
    return new ApiUploads(this, 'Uploads', { zones, architecture, dataset, callers });
  }

  /** Who may send: the holder of a key, or whoever IAM lets call the method. */
  #senders(): MethodOptions {
    if (this.authorize === undefined) return { authorizationType: AuthorizationType.IAM };
    const authorizer = new RequestAuthorizer(this, 'Keys', {
      handler: this.authorize.lambda,
      identitySources: [IdentitySource.header('x-api-key')],
      resultsCacheTtl: rightsKept,
    });
    return { authorizer, authorizationType: AuthorizationType.CUSTOM, apiKeyRequired: true };
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
