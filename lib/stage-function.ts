import { join } from 'node:path';
import { type Duration, RemovalPolicy, Size, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { EngineArchitecture } from '../layers/duckdb/build.ts';
import { EngineLayer, lambdaArchitecture } from './engine-layer.ts';

const root = join(import.meta.dirname, '..');

/** ESM has no `require`, which parts of the bundled SDK and of Powertools still call. */
const banner =
  "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

export interface StageFunctionProps<Env extends Record<string, string>> {
  /** The folder in functions/. */
  readonly stage: string;
  /** What functions/<stage>/env.ts reads. */
  readonly environment: Env;
  readonly architecture: EngineArchitecture;
  readonly timeout: Duration;
  readonly memoryMegabytes: number;
  /** Whether it is the stage's worker for large files. @default false */
  readonly isLarge?: boolean;
  /**
   * Gives the function DuckDB, and room on disk for what does not fit in memory. @default - none
   */
  readonly engine?: EngineLayer;
}

/** One Lambda of the data's way, with a role and a log of its own and no right but its logs. */
export class StageFunction<Env extends Record<string, string>> extends Construct {
  /** The stage, and which of its workers it is: the name in a dashboard. */
  readonly title: string;
  readonly lambda: NodejsFunction;
  readonly role: Role;
  readonly timeout: Duration;

  constructor(scope: Construct, id: string, props: StageFunctionProps<Env>) {
    super(scope, id);
    const { stage, engine, timeout, isLarge = false } = props;
    this.title = isLarge ? `${stage}, large files` : stage;
    this.timeout = timeout;
    this.role = new Role(this, 'Role', {
      description: `Runs the ${this.title} stage of Headgate.`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    const logs = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      // Logs hold ids and counts and are no data.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logs.logGroupArn],
      }),
    );
    this.lambda = new NodejsFunction(this, 'Function', {
      description: `The ${this.title} stage of Headgate.`,
      entry: join(root, 'functions', stage, 'main.ts'),
      projectRoot: root,
      depsLockFilePath: join(root, 'package-lock.json'),
      runtime: Runtime.NODEJS_24_X,
      architecture: lambdaArchitecture(props.architecture),
      role: this.role,
      logGroup: logs,
      tracing: Tracing.ACTIVE,
      timeout,
      memorySize: props.memoryMegabytes,
      environment: { ...props.environment, ...runtimeEnvironment(stage) },
      awsSdkConnectionReuse: false,
      layers: engine === undefined ? [] : [engine.layer],
      ephemeralStorageSize: engine === undefined ? Size.mebibytes(512) : Size.gibibytes(10),
      bundling: {
        format: OutputFormat.ESM,
        banner,
        minify: true,
        // Error names are what Step Functions decides on.
        keepNames: true,
        sourceMap: true,
        sourcesContent: false,
        // Pinned by our lockfile instead of by the runtime of the day; local AWS has none at all.
        bundleAwsSDK: true,
        externalModules: engine === undefined ? [] : [...EngineLayer.modules],
      },
    });
    Validations.of(this.role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray has no resources to name: PutTraceSegments and PutTelemetryRecords take *.',
    });
  }
}

/** Read by Powertools and by Node itself, not by env.ts. */
const runtimeEnvironment = (stage: string) => ({
  POWERTOOLS_SERVICE_NAME: stage,
  POWERTOOLS_METRICS_NAMESPACE: 'Headgate',
  NODE_OPTIONS: '--enable-source-maps',
});
