import { Duration, type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  AuthorizationType,
  type IResource,
  LambdaIntegration,
  type Method,
  type MethodDeploymentOptions,
  MethodLoggingLevel,
  RequestAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import { CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { pushPattern, receiptPattern } from '../core/push/key.ts';
import type { AuthorizeWebhookEnv } from '../functions/authorize-webhook/env.ts';
import type { WebhookEnv } from '../functions/webhook/env.ts';
import type { EngineArchitecture } from '../layers/duckdb/build.ts';
import type { DataKey } from './data-key.ts';
import type { Ledger } from './ledger.ts';
import { allow } from './rights.ts';
import { StageFunction } from './stage-function.ts';
import type { Zones } from './zones.ts';

export interface ApiWebhooksProps {
  readonly zones: Zones;
  readonly ledger: Ledger;
  readonly dataKey: DataKey;
  readonly removalPolicy: RemovalPolicy;
  readonly architecture: EngineArchitecture;
  /** The path / of the API. */
  readonly root: IResource;
  readonly webhookSources: readonly string[];
}

const path = 'webhooks';
const timeout = Duration.seconds(28);

/** How often webhooks may come, all sources together: who sends them has no key to count by. */
export const webhookLimits = (
  rate: number,
  burst: number,
): Record<string, MethodDeploymentOptions> => ({
  [`/${path}/{source}/POST`]: {
    ...{ throttlingRateLimit: rate, throttlingBurstLimit: burst },
    // What a stage says of all methods does not hold for one that is named.
    ...{ metricsEnabled: true, dataTraceEnabled: false, loggingLevel: MethodLoggingLevel.ERROR },
  },
});

/**
 * The door for webhooks. Their senders know nothing of our keys, and sign what they send instead.
 * An authorizer is never given the body that is signed, so that the one here only asks whether
 * there is such a source and whether a signature is there at all; the function checks it.
 */
export class ApiWebhooks extends Construct {
  readonly function: StageFunction<WebhookEnv>;
  readonly authorize: StageFunction<AuthorizeWebhookEnv>;
  /** JSON: the ARN of the secret of each source. */
  readonly arns: string;
  readonly #secrets: ReadonlyMap<string, Secret>;

  constructor(scope: Construct, id: string, props: ApiWebhooksProps) {
    super(scope, id);
    const { architecture, webhookSources } = props;
    this.#secrets = new Map(webhookSources.map((source) => [source, this.#secret(source, props)]));
    const arns = [...this.#secrets].map(([source, secret]) => [source, arnOf(secret)] as const);
    this.arns = Stack.of(this).toJsonString(Object.fromEntries(arns));
    this.authorize = new StageFunction<AuthorizeWebhookEnv>(this, 'Authorize', {
      ...{ stage: 'authorize-webhook', architecture, environment: {} },
      ...{ timeout: Duration.seconds(10), memoryMegabytes: 512 },
    });
    this.function = this.#function(props, arns);
    this.#route(props);
  }

  /** Made with a value that fits all kinds of senders; those that make their own get it put in. */
  #secret(source: string, { dataKey, removalPolicy }: ApiWebhooksProps): Secret {
    const secret = new Secret(this, `Secret-${source}`, {
      description: `What ${source} signs its webhooks with; one a line, any of them is right.`,
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
      removalPolicy,
      ...(dataKey.key === undefined ? {} : { encryptionKey: dataKey.key }),
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'The sender has to be told the new one: it is put beside the old one by hand.',
    });
    return secret;
  }

  #function(
    { zones, ledger, dataKey, architecture }: ApiWebhooksProps,
    arns: readonly (readonly [string, string])[],
  ): StageFunction<WebhookEnv> {
    const made = new StageFunction<WebhookEnv>(this, 'Webhook', {
      ...{ stage: 'webhook', architecture, timeout, memoryMegabytes: 1_769 },
      environment: {
        LANDING_BUCKET: zones.landing.bucketName,
        CLEAN_BUCKET: zones.clean.bucketName,
        LEDGER_TABLE: ledger.table.tableName,
        WEBHOOK_ARNS: this.arns,
      },
    });
    zones.grantRead(made.role, zones.landing, [pushPattern]);
    zones.grantWrite(made.role, zones.landing, [pushPattern]);
    zones.grantRead(made.role, zones.clean, [receiptPattern]);
    zones.grantWrite(made.role, zones.clean, [receiptPattern]);
    ledger.grant(made.role, 'GetItem', 'PutItem');
    dataKey.grantUse(made.role);
    const resources = arns.map(([, arn]) => arn);
    allow(made.role, { actions: ['secretsmanager:GetSecretValue'], resources });
    return made;
  }

  #route({ root }: ApiWebhooksProps): Method {
    const authorizer = new RequestAuthorizer(this, 'Signed', {
      handler: this.authorize.lambda,
      // Each delivery is another: none of its headers says what may be answered for the next.
      identitySources: [],
      resultsCacheTtl: Duration.seconds(0),
    });
    return root
      .addResource(path)
      .addResource('{source}')
      .addMethod('POST', new LambdaIntegration(this.function.lambda, { allowTestInvoke: false }), {
        authorizer,
        authorizationType: AuthorizationType.CUSTOM,
        apiKeyRequired: false,
      });
  }
}

/** By attribute: on AWS the reference is the ARN too, a local AWS may give the name for it. */
const arnOf = (secret: Secret): string => {
  const resource = secret.node.defaultChild;
  if (!(resource instanceof CfnSecret)) throw new Error('a secret is made by its resource');
  return resource.attrId;
};
