import type { IncomingHttpHeaders } from 'node:http';

/** What tells of a request which call of which service it is. */
export type Request = {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
};

export const services = [
  'dynamodb',
  'events',
  'iceberg',
  'kinesis',
  's3',
  'secrets',
  'states',
] as const;
export type Service = (typeof services)[number];

/** One call, as `dynamodb UpdateItem`; a conditional put of S3 is `s3 PutObject once`. */
export type Operation = {
  readonly service: Service;
  readonly name: string;
  /** Whether it changes anything: to be applied late or twice means nothing to a read. */
  readonly writes: boolean;
};

/** The first part of `x-amz-target`. */
const targets: Readonly<Record<string, Service>> = {
  DynamoDB_20120810: 'dynamodb',
  AWSEvents: 'events',
  Kinesis_20131202: 'kinesis',
  secretsmanager: 'secrets',
  AWSStepFunctions: 'states',
};

const reads = /^(Get|Head|List|Query|Scan|BatchGet|Describe)/;

/** Undefined for a service that Headgate's functions do not use. */
export const operationOf = ({ method, url, headers }: Request): Operation | undefined => {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    const [prefix = '', name = ''] = target.split('.');
    const service = targets[prefix];
    return service && { service, name, writes: !reads.test(name) };
  }
  const { pathname, searchParams } = new URL(url, 'http://any');
  if (pathname.startsWith('/iceberg/')) return icebergOperation(method, pathname);
  const id = searchParams.get('x-id') ?? s3Name(method, searchParams);
  if (id === undefined) return undefined;
  const name = headers['if-none-match'] === undefined ? id : `${id} once`;
  return { service: 's3', name, writes: !reads.test(id) };
};

const icebergOperation = (method: string, path: string): Operation => {
  if (method === 'GET') return { service: 'iceberg', name: 'load', writes: false };
  const name = path.endsWith('/tables') ? 'create' : 'commit';
  return { service: 'iceberg', name, writes: true };
};

/** The SDK names most of its calls in the query; these are the others. */
const s3Name = (method: string, query: URLSearchParams): string | undefined => {
  if (query.has('versions')) return 'ListObjectVersions';
  if (query.has('list-type')) return 'ListObjectsV2';
  return { HEAD: 'HeadObject', GET: 'GetObject', PUT: 'PutObject' }[method];
};
