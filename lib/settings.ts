import type { App } from 'aws-cdk-lib';
import * as z from 'zod';

const prefix = 'headgate:';

/** The command line hands over text, cdk.json may hold the value itself. */
const Flag = z
  .union([z.boolean(), z.enum(['true', 'false'])])
  .transform((value) => value === true || value === 'true');

/** Whole numbers between two limits, also as text. */
const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

/** Everything a deploy may choose: `-c headgate:<name>=<value>`. Unknown names are refused. */
const Each = z.strictObject({
  /** Also names the dashboard, the alarms and the catalogue's database. */
  stackName: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,99}$/)
    .default('Headgate'),
  /**
   * Of the functions and of the DuckDB layer. Graviton costs less; local AWS needs this machine's.
   */
  architecture: z.enum(['arm64', 'x64']).default('arm64'),
  /** How long notices are gathered so that small files share a run. */
  batchingWindowSeconds: count(0, 300).default(5),
  /**
   * `aws-managed` saves the key's monthly price; what may read the data is then IAM's word alone.
   */
  encryption: z.enum(['customer-key', 'aws-managed']).default('customer-key'),
  /** Clean rows can be made again from landing. Must outlive every attempt of a run. */
  cleanExpiryDays: count(2, 3_650).default(14),
  /**
   * Memory of the workers for large files, and for what kills a small one. A new account may have
   * no more than the default.
   */
  largeWorkerMegabytes: count(1_769, 10_240).default(3_008),
  /** Calls of the API that one key may make on average; twice as many at once. */
  callsPerSecond: count(1, 10_000).default(100),
  /** Calls of the API that one key may make a day; more wait for the next. */
  callsPerDay: count(1, 100_000_000).optional(),
  /** Who says who sends records: keys of our own, or IAM. */
  senders: z.enum(['keys', 'iam']).default('keys'),
  /** Whose tokens operators of the API show; without it they sign, and IAM decides. */
  operatorIssuer: z
    .string()
    .regex(/^https:\/\/[^\s?#@]+$/, 'it is an https address without query, as tokens name it')
    .optional(),
  /** Whom those tokens are for; goes with the issuer. */
  operatorAudience: z.string().min(1).optional(),
  /** A regional web ACL in front of the API. */
  webAcl: z
    .string()
    .regex(
      /^arn:[\w-]+:wafv2:[\w-]+:\d{12}:regional\/webacl\//,
      'it is the ARN of a regional web ACL',
    )
    .optional(),
  /** Shards of the stream; 0: as many as there is need for. */
  streamShards: count(0, 500).default(0),
  /** How long what lands from the stream is gathered for one run. */
  streamWindowSeconds: count(0, 300).default(30),
  /** Alarms tell this SNS topic. */
  alarmTopicArn: z.string().startsWith('arn:').optional(),
  /** First key of destroying data. */
  destroyData: Flag.default(false),
  /** Second key of destroying data: the stack's name. */
  confirmDestroyData: z.string().optional(),
  /** Deploys with the caller's own rights instead of the roles that `cdk bootstrap` made. */
  cliCredentials: Flag.default(false),
});

/** One without the other would leave it open whose tokens are good, or for whom. */
const Settings = Each.refine(
  ({ operatorIssuer, operatorAudience }) =>
    (operatorIssuer === undefined) === (operatorAudience === undefined),
  { path: ['operatorAudience'], error: 'goes with operatorIssuer, and the issuer with it' },
);
export type Settings = z.infer<typeof Settings>;

/** What the deploy chose, checked before anything is built: a typing error must not deploy. */
export const readSettings = (app: App): Settings => {
  const all: Record<string, unknown> = app.node.getAllContext();
  const ours = Object.entries(all).filter(([name]) => name.startsWith(prefix));
  const settings = Settings.safeParse(
    Object.fromEntries(ours.map(([name, value]) => [name.slice(prefix.length), value])),
  );
  if (settings.success) return settings.data;
  const faults = settings.error.issues.map((issue) => {
    const name = issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue.path.join('.');
    return `  ${prefix}${name}: ${issue.message}`;
  });
  const known = Object.keys(Each.shape).map((name) => prefix + name);
  throw new Error(
    `The context of this deploy is not understood; nothing was built.\n${faults.join('\n')}\n` +
      `Known settings: ${known.join(', ')}.`,
  );
};
