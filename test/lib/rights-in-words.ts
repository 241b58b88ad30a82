export const stages = [
  'intake',
  'plan',
  'validate',
  'transform',
  'gate',
  'load',
  'publish',
  'quarantine',
  'dead-letters',
  'reconcile',
  'authorize',
  'push',
  'operate',
  'authorize-operator',
  'upload',
  'authorize-webhook',
  'webhook',
  'stream',
  'subscribe',
  'windows',
] as const;
export type Stage = (typeof stages)[number];

const ledger = (...actions: string[]) =>
  actions.map((action) => `dynamodb:${action} on LedgerTable`);
export const reads = (zone: string, keys = '/*') => [
  `s3:GetObject on ${zone}${keys}`,
  `s3:ListBucket on ${zone}`,
];
const writes = (zone: string, keys = '/*') => [
  `s3:AbortMultipartUpload on ${zone}${keys}`,
  `s3:PutObject on ${zone}${keys}`,
];
const landing = [
  's3:GetObject on landing/*',
  's3:GetObjectVersion on landing/*',
  's3:ListBucket on landing',
  's3:ListBucketVersions on landing',
];
const glue = (...actions: string[]) =>
  ['GetCatalog', 'GetDatabase', 'GetTable', ...actions].flatMap((action) =>
    ['catalog', 'database/headgate', 'table/headgate/*'].map((on) => `glue:${action} on ${on}`),
  );
export const start = 'states:StartExecution on PipelineMachine';
const consume = (queue: string) =>
  [
    'ChangeMessageVisibility',
    'DeleteMessage',
    'GetQueueAttributes',
    'GetQueueUrl',
    'ReceiveMessage',
  ].map((action) => `sqs:${action} on ${queue}`);

/** What is needed to take events into windows, and to close them. */
const windows = [
  ...['DeleteItem', 'GetItem', 'PutItem', 'Query'].map(
    (action) => `dynamodb:${action} on WindowsTable`,
  ),
  ...writes('landing', '/*/_windows/*'),
  'events:PutEvents on the default bus',
];

/** All that a stage may do besides its log, its trace and the key. */
export const allowed: Readonly<Record<Stage, readonly string[]>> = {
  intake: [
    ...ledger('GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'),
    's3:ListBucket on landing',
    's3:ListBucketVersions on landing',
    ...writes('quarantine', '/*/_files/*'),
    start,
    ...consume('IntakeNotices'),
    ...consume('IntakeSegmentNotices'),
  ],
  plan: [
    ...ledger('GetItem', 'UpdateItem'),
    ...landing,
    ...writes('clean'),
    ...writes('quarantine', '/*/_files/*'),
  ],
  validate: [
    ...ledger('GetItem', 'PutItem', 'UpdateItem'),
    ...landing,
    ...reads('clean'),
    ...writes('clean'),
    ...writes('quarantine', '/*/_files/*'),
    ...writes('quarantine', '/*/rejects/*'),
    ...writes('quarantine', '/*/values/*'),
    ...reads('quarantine', '/*/_mends/*'),
  ],
  transform: [
    ...ledger('GetItem'),
    ...reads('clean'),
    ...writes('clean'),
    ...reads('curated'),
    ...writes('curated', '/*/data/*'),
    ...writes('curated', '/*/metadata/*'),
    ...writes('quarantine', '/*/rejects/*'),
    ...writes('quarantine', '/*/duplicates.parquet'),
    ...glue('CreateTable', 'UpdateTable'),
  ],
  gate: [...ledger('GetItem', 'Query', 'UpdateItem'), ...reads('clean'), ...writes('clean')],
  load: [
    ...ledger('GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
    ...reads('clean'),
    ...reads('curated'),
    ...writes('curated', '/*/metadata/*'),
    ...glue('UpdateTable'),
  ],
  publish: [
    ...ledger('GetItem', 'PutItem', 'UpdateItem'),
    ...reads('clean'),
    ...writes('curated', '/_lineage/*'),
    'events:PutEvents on the default bus',
  ],
  quarantine: [
    ...ledger('GetItem', 'BatchGetItem', 'UpdateItem'),
    ...reads('clean'),
    ...writes('clean'),
    ...reads('curated', '/*/metadata/*'),
    ...writes('curated', '/*/metadata/*'),
    ...writes('quarantine', '/*/_files/*'),
    ...glue('UpdateTable'),
    start,
  ],
  'dead-letters': [
    ...ledger('GetItem', 'PutItem'),
    's3:ListBucket on landing',
    's3:ListBucketVersions on landing',
    ...consume('IntakeDeadLetters'),
  ],
  reconcile: [
    ...ledger('GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'),
    'dynamodb:Query on LedgerTable/index/byStatus',
    's3:ListBucket on landing',
    's3:ListBucketVersions on landing',
    ...reads('curated', '/*/metadata/*'),
    ...writes('curated', '/*/metadata/*'),
    's3:ListBucket on quarantine',
    ...writes('quarantine', '/*/_files/*'),
    ...glue('UpdateTable'),
    start,
    'states:DescribeExecution on executions of PipelineMachine',
    'sqs:SendMessage on IntakeNotices',
  ],
  authorize: ledger('GetItem'),
  push: [
    ...reads('landing', '/*/_push/*'),
    ...writes('landing', '/*/_push/*'),
    ...reads('clean', '/*/_receipts/*'),
    ...writes('clean', '/*/_receipts/*'),
  ],
  operate: [
    ...ledger('GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'),
    'dynamodb:Query on LedgerTable/index/byStatus',
    ...landing,
    ...reads('clean', '/*/gate.json'),
    ...reads('quarantine', '/*/rejects/*'),
    ...glue(),
    start,
  ],
  'authorize-operator': [],
  upload: [
    ...reads('landing', '/*/_uploads/*'),
    ...writes('landing', '/*/_uploads/*'),
    's3:ListMultipartUploadParts on landing/*/_uploads/*',
    ...reads('clean', '/*/_uploads/*'),
    ...writes('clean', '/*/_uploads/*'),
  ],
  'authorize-webhook': [],
  webhook: [
    ...ledger('GetItem', 'PutItem'),
    ...reads('landing', '/*/_push/*'),
    ...writes('landing', '/*/_push/*'),
    ...reads('clean', '/*/_receipts/*'),
    ...writes('clean', '/*/_receipts/*'),
    'secretsmanager:GetSecretValue on ApiWebhooksSecretshop',
  ],
  stream: [
    ...ledger('GetItem', 'PutItem'),
    'dynamodb:BatchWriteItem on StreamEntitiesTable',
    ...['BatchGetItem', 'PutItem'].map((action) => `dynamodb:${action} on StreamClaimsTable`),
    ...writes('landing', '/*/_stream/*'),
    ...windows,
    ...['DescribeStream', 'DescribeStreamSummary', 'GetRecords', 'GetShardIterator'].map(
      (action) => `kinesis:${action} on StreamEvents`,
    ),
    ...['DescribeStreamConsumer', 'ListShards', 'ListStreams', 'SubscribeToShard'].map(
      (action) => `kinesis:${action} on StreamEvents`,
    ),
  ],
  subscribe: [
    'dynamodb:ListStreams on everything',
    ...['Query', 'DescribeStream', 'GetRecords', 'GetShardIterator'].map(
      (action) => `dynamodb:${action} on StreamEntitiesTable`,
    ),
  ],
  windows,
};
