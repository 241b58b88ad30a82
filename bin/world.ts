import { setTimeout as sleep } from 'node:timers/promises';
import { Option } from 'commander';
import type { ApiKeys } from '../adapters/api-keys.ts';
import type { Drop } from '../adapters/drop.ts';
import type { Execution } from '../adapters/executions.ts';
import type { PutRecords } from '../adapters/stream-producer.ts';
import { PermanentError, TransientError } from '../core/errors.ts';
import type { Catalog } from '../core/load/commit.ts';
import type {
  Entities,
  Executions,
  LandedVersions,
  Landing,
  Ledger,
  Notices,
  Pipeline,
  Senders,
  Store,
} from '../core/ports.ts';
import type { ReconcileDeps } from '../functions/reconcile/deps.ts';
import type { Shell } from './commands/command.ts';
import { UserError } from './console/errors.ts';
import { Outputs } from './local/outputs.ts';
import type { Target } from './local/target.ts';

/** One deployed Headgate stack, as the command line reaches it; tests fill it with fakes. */
export type DeployedStack = {
  readonly name: string;
  /** For people: a region, or the address of an emulator. */
  readonly where: string;
  readonly outputs: Outputs;
  readonly ledger: Pick<
    Ledger,
    | 'file'
    | 'run'
    | 'listRuns'
    | 'listFiles'
    | 'history'
    | 'release'
    | 'discard'
    | 'replay'
    | 'contentOwner'
  > &
    ReconcileDeps['ledger'] &
    Pick<Ledger, 'letter'>;
  /** Landed files, read by version. */
  readonly landing: Pick<Landing, 'head' | 'peek'>;
  readonly store: Pick<Store, 'get' | 'put' | 'putOnce' | 'download' | 'list'>;
  readonly catalog: Catalog;
  /** Lands a file; returns the object version it became. */
  readonly drop: (file: Drop) => Promise<string>;
  /** By execution name; undefined when Step Functions does not know it (any more). */
  readonly execution: (name: string) => Promise<Execution | undefined>;
  readonly start: Pipeline['start'];
  /** What reconcile asks and sends; see functions/reconcile. */
  readonly landed: LandedVersions;
  readonly executions: Executions;
  readonly notices: Notices;
  /** Keys of the API, and what their holders may send to. */
  readonly apiKeys: ApiKeys;
  readonly senders: Senders;
  /** Into the stream; there may be none. */
  readonly putRecords: PutRecords;
  /** The changes of keys; there is no table for them where there is no stream. */
  readonly entities: Entities;
  /** The address of an emulator; undefined on AWS. */
  readonly endpoint: string | undefined;
  /** The ARN of whoever runs the command, as AWS knows it. */
  readonly caller: () => Promise<string>;
};

/** Where the API is called. An emulator answers under its own address, not under that of AWS. */
export const apiUrlOf = ({
  endpoint,
  outputs,
}: Pick<DeployedStack, 'endpoint' | 'outputs'>): string => {
  const stage = new URL(outputs.ApiUrl).pathname.replaceAll('/', '');
  return endpoint === undefined
    ? outputs.ApiUrl.replace(/\/$/, '')
    : `${endpoint.replace(/\/$/, '')}/restapis/${outputs.ApiId}/${stage}/_user_request_`;
};

/** The same switch on every command that talks to AWS. */
export const stackOption = (): Option =>
  new Option('--stack <name>', 'CloudFormation stack to use')
    .env('HEADGATE_STACK')
    .default('Headgate');

type Env = Shell['env'];

/** Finds the stack, reads its outputs and connects what the commands need. */
const openStack = async (
  shell: Pick<Shell, 'env' | 'out'>,
  name: string,
): Promise<DeployedStack> => {
  const [target, { CloudFormationClient }, { stackOutputs }] = await Promise.all([
    useAws(shell),
    import('@aws-sdk/client-cloudformation'),
    import('../adapters/stack-outputs.ts'),
  ]);
  const client = new CloudFormationClient();
  const region = await client.config.region().catch((error: unknown) => {
    throw new UserError(
      {
        what: 'No AWS region is set.',
        next: 'Set AWS_REGION, or start a local AWS: npx headgate up',
      },
      { cause: error },
    );
  });
  const where = target.kind === 'aws' ? region : target.label;
  const outputs = await stackOutputs(client, name);
  if (outputs === undefined)
    throw new UserError({
      what: `There is no stack ${name} at ${where}.`,
      next: 'Deploy it (npx headgate up, for a local AWS), or name the one you mean with --stack.',
    });
  const parsed = Outputs.safeParse(outputs);
  if (!parsed.success)
    throw new UserError({
      what: `The stack ${name} at ${where} has no output ${String(parsed.error.issues[0]?.path[0])}.`,
      allowed: 'It is no Headgate stack, or an older version deployed it.',
      next: 'Deploy it again, or name the one you mean with --stack.',
    });
  const endpoint = target.env.AWS_ENDPOINT_URL ?? endpointOf(shell.env);
  return await connect({ name, where, region, endpoint }, parsed.data);
};

const endpointOf = (env: Env): string | undefined =>
  env.AWS_ENDPOINT_URL === '' ? undefined : env.AWS_ENDPOINT_URL;

/** Settles which AWS this process talks to, before any client reads the environment. */
const useAws = async ({ env, out }: Pick<Shell, 'env' | 'out'>): Promise<Target> => {
  const { findTarget, useTarget } = await import('./local/target.ts');
  const target = await findTarget(env);
  useTarget(target);
  if (target.kind === 'local')
    out.note(out.styles.faint(`Using ${target.label}. HEADGATE_TARGET=aws uses real AWS.`));
  return target;
};

type Place = {
  readonly name: string;
  readonly where: string;
  readonly region: string;
  readonly endpoint: string | undefined;
};

const connect = async (
  { name, where, region, endpoint }: Place,
  outputs: Outputs,
): Promise<DeployedStack> => {
  const [
    { DynamoDBClient },
    { SFNClient },
    { kinesisClient, s3Client },
    { dynamoLedger },
    { s3Store },
    { catalogEndpoint, restCatalog },
    { s3Drop },
    { sfnExecutions },
    { sfnPipeline },
    { STSClient },
    { stsCaller },
    { SQSClient },
    { sqsNotices },
    { sfnExecutionStatus },
    { s3LandedVersions, s3Landing },
    { APIGatewayClient },
    { apiGatewayKeys },
    { dynamoSenders },
    { kinesisProducer },
    { dynamoEntities },
  ] = await Promise.all([
    import('@aws-sdk/client-dynamodb'),
    import('@aws-sdk/client-sfn'),
    import('../adapters/clients.ts'),
    import('../adapters/ledger.ts'),
    import('../adapters/store.ts'),
    import('../adapters/iceberg-catalog.ts'),
    import('../adapters/drop.ts'),
    import('../adapters/executions.ts'),
    import('../adapters/pipeline.ts'),
    import('@aws-sdk/client-sts'),
    import('../adapters/caller.ts'),
    import('@aws-sdk/client-sqs'),
    import('../adapters/notices.ts'),
    import('../adapters/execution-status.ts'),
    import('../adapters/landing.ts'),
    import('@aws-sdk/client-api-gateway'),
    import('../adapters/api-keys.ts'),
    import('../adapters/ledger-senders.ts'),
    import('../adapters/stream-producer.ts'),
    import('../adapters/entity-store.ts'),
  ]);
  const s3 = s3Client(endpoint);
  return {
    name,
    where,
    outputs,
    ledger: dynamoLedger(new DynamoDBClient(), outputs.LedgerTable),
    store: s3Store(s3),
    landing: s3Landing(s3),
    catalog: restCatalog({
      endpoint: catalogEndpoint(region, endpoint),
      catalogId: accountOf(outputs.PipelineArn),
      database: outputs.CatalogDatabase,
      region,
      service: 'glue',
    }),
    drop: s3Drop(s3),
    execution: sfnExecutions(new SFNClient(), outputs.PipelineArn),
    start: sfnPipeline(new SFNClient(), outputs.PipelineArn).start,
    apiKeys: apiGatewayKeys(new APIGatewayClient(), outputs.UsagePlanId),
    senders: dynamoSenders({ client: new DynamoDBClient(), name: outputs.LedgerTable }),
    entities: dynamoEntities({
      client: new DynamoDBClient(),
      name: outputs.EntityTable ?? 'no table of entities',
    }),
    putRecords: kinesisProducer(kinesisClient(), outputs.StreamName ?? 'no stream', sleep),
    endpoint,
    caller: stsCaller(new STSClient()),
    landed: s3LandedVersions(s3, outputs.LandingBucket),
    executions: sfnExecutionStatus(new SFNClient(), outputs.PipelineArn),
    // An emulator may know itself by another name than the endpoint we were given.
    notices: sqsNotices(new SQSClient({ useQueueUrlAsEndpoint: false }), outputs.NoticeQueueUrl),
  };
};

/** Glue's catalogue has the account's number, which stands in every ARN of the stack. */
const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

/** Opens the stack and does the work; what AWS refuses becomes a message, not a stack trace. */
export const withStack = async <T>(
  shell: Pick<Shell, 'env' | 'out'>,
  name: string,
  work: (stack: DeployedStack) => Promise<T>,
): Promise<T> => {
  try {
    return await work(await openStack(shell, name));
  } catch (error) {
    throw explained(error, shell.env);
  }
};

const explained = (error: unknown, env: Env): unknown => {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  const chain = [error, error.cause].filter((each) => each instanceof Error);
  if (chain.some((each) => each.name === 'CredentialsProviderError'))
    return new UserError(
      {
        what: 'No AWS credentials were found.',
        allowed:
          'They come from the environment, ~/.aws, SSO or the machine’s role, as for the AWS CLI.',
        next: 'Log in (aws sso login), set AWS_PROFILE, or start a local AWS: npx headgate up',
      },
      { cause: error },
    );
  const refused = chain.some((each) => Reflect.get(each, 'code') === 'ECONNREFUSED');
  if (refused)
    return new UserError(
      {
        what: `Nothing answers at ${env.AWS_ENDPOINT_URL ?? 'AWS'}.`,
        next: 'Is the local AWS running? npx headgate up starts it.',
      },
      { cause: error },
    );
  if (error instanceof TransientError)
    return new UserError(
      { what: `AWS did not do it this time: ${error.message}.`, next: 'Try again.' },
      { cause: error },
    );
  if (error instanceof PermanentError)
    return new UserError({ what: `AWS refused: ${error.message}.` }, { cause: error });
  return error;
};
