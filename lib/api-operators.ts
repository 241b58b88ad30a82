import { Duration } from 'aws-cdk-lib';
import {
  AuthorizationType,
  IdentitySource,
  LambdaIntegration,
  type MethodOptions,
  type RestApi,
  TokenAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { operatorRoutes } from '../core/operate/routes.ts';
import type { AuthorizeOperatorEnv } from '../functions/authorize-operator/env.ts';
import type { OperateEnv } from '../functions/operate/env.ts';
import type { EngineArchitecture } from '../layers/duckdb/build.ts';
import type { Catalogue } from './catalogue.ts';
import type { EngineLayer } from './engine-layer.ts';
import type { Ledger } from './ledger.ts';
import type { Pipeline } from './pipeline.ts';
import { StageFunction } from './stage-function.ts';
import type { Zones } from './zones.ts';

/** Whose tokens operators show instead of a signature. */
export interface OperatorTokens {
  /** The issuer, as its tokens name it: an https address that has its keys. */
  readonly issuer: string;
  /** Whom the tokens are for. */
  readonly audience: string;
}

export interface ApiOperatorsProps {
  readonly rest: RestApi;
  readonly zones: Zones;
  readonly ledger: Ledger;
  readonly catalogue: Catalogue;
  readonly pipeline: Pipeline;
  readonly engine: EngineLayer;
  readonly architecture: EngineArchitecture;
  /** @default - operators sign their calls, and IAM says who may call what */
  readonly tokens: OperatorTokens | undefined;
}

/** API Gateway gives up on a function after 29 seconds; the function should know before. */
const timeout = Duration.seconds(28);
/** How long a token that was let in may still be: also when it has expired since. */
const rightsKept = Duration.minutes(1);

/** The routes of operators: what there is, and what they decide. */
export class ApiOperators extends Construct {
  readonly operate: StageFunction<OperateEnv>;
  /** Undefined where IAM says who calls. */
  readonly authorize: StageFunction<AuthorizeOperatorEnv> | undefined;

  constructor(scope: Construct, id: string, props: ApiOperatorsProps) {
    super(scope, id);
    this.operate = this.#operate(props);
    this.authorize = this.#authorize(props);
    const integration = new LambdaIntegration(this.operate.lambda, { allowTestInvoke: false });
    const options = this.#authorization();
    for (const { method, path } of operatorRoutes)
      props.rest.root.resourceForPath(path).addMethod(method, integration, options);
  }

  /** It publishes nothing itself: it decides in the ledger, and starts the pipeline. */
  #operate(props: ApiOperatorsProps): StageFunction<OperateEnv> {
    const { zones, ledger, catalogue, pipeline, engine, architecture } = props;
    const operate = new StageFunction<OperateEnv>(this, 'Operate', {
      // Rejected rows lie in Parquet, which the engine reads.
      ...{ stage: 'operate', architecture, engine, timeout, memoryMegabytes: 1_769 },
      environment: {
        LEDGER_TABLE: ledger.table.tableName,
        CLEAN_BUCKET: zones.clean.bucketName,
        CURATED_BUCKET: zones.curated.bucketName,
        QUARANTINE_BUCKET: zones.quarantine.bucketName,
        PIPELINE_ARN: pipeline.machine.stateMachineArn,
        CATALOG_DATABASE: catalogue.databaseName,
        CATALOG_ID: catalogue.catalogId,
      },
    });
    const { role } = operate;
    // It puts only runs that replay others; the history of a dataset is queried.
    ledger.grant(role, 'GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem');
    ledger.grantWalk(role);
    // A replay asks whether the bytes are there still.
    zones.grantReadLanding(role);
    zones.grantRead(role, zones.clean, ['*/gate.json']);
    zones.grantRead(role, zones.quarantine, ['*/rejects/*']);
    catalogue.grantRead(role);
    pipeline.grantStart(role);
    return operate;
  }

  #authorize(props: ApiOperatorsProps): StageFunction<AuthorizeOperatorEnv> | undefined {
    const { architecture, tokens } = props;
    if (tokens === undefined) return undefined;
    return new StageFunction<AuthorizeOperatorEnv>(this, 'Authorize', {
      ...{ stage: 'authorize-operator', architecture },
      ...{ timeout: Duration.seconds(10), memoryMegabytes: 512 },
      environment: { ISSUER: tokens.issuer, AUDIENCE: tokens.audience },
    });
  }

  #authorization(): MethodOptions {
    if (this.authorize === undefined) return { authorizationType: AuthorizationType.IAM };
    return {
      authorizationType: AuthorizationType.CUSTOM,
      authorizer: new TokenAuthorizer(this, 'Tokens', {
        handler: this.authorize.lambda,
        identitySource: IdentitySource.header('Authorization'),
        // What is no token reaches no function.
        validationRegex: '^Bearer [-_A-Za-z0-9]+[.][-_A-Za-z0-9]+[.][-_A-Za-z0-9]+$',
        resultsCacheTtl: rightsKept,
      }),
    };
  }
}
