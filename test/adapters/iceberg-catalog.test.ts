import { describe, expect, test } from 'vitest';
import { catalogEndpoint, restCatalog } from '../../adapters/iceberg-catalog.ts';
import { PermanentError, TransientError } from '../../core/errors.ts';
import { writeJson } from '../../core/load/json.ts';
import { tableRequest } from '../../core/load/table.ts';
import { memoryCatalog } from '../support/memory-catalog.ts';
import { ordersColumns, ordersDataset, ordersLocation } from '../support/orders-table.ts';

const request = tableRequest(ordersDataset, ordersColumns, ordersLocation);

type Sent = { readonly url: string; readonly init: RequestInit };

/** A catalogue whose every request is answered alike. */
const answering = (status: number | 'no reply', body: string) => {
  const sent: Sent[] = [];
  const catalog = restCatalog({
    endpoint: 'https://glue.eu-central-1.amazonaws.com/iceberg',
    catalogId: '123456789012',
    database: 'curated',
    region: 'eu-central-1',
    service: 'glue',
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' },
    fetch: async (url, init) => {
      sent.push({ url: String(url), init: init ?? {} });
      if (status === 'no reply') throw new TypeError('fetch failed');
      return new Response(body, { status });
    },
  });
  return { catalog, sent };
};

const error = (type: string, message: string): string =>
  JSON.stringify({ error: { type, message, code: 400 } });

const bigId = 6110254972229930989n;
const metadataText = async (): Promise<string> => {
  const reply = await memoryCatalog().catalog.create(request);
  if (reply.kind !== 'committed') throw new Error(reply.detail);
  const snapshot = {
    'snapshot-id': bigId,
    'sequence-number': 1,
    'timestamp-ms': 5,
    'manifest-list': 's3://curated/orders/metadata/snap.avro',
    summary: { operation: 'append' },
  };
  const refs = { main: { 'snapshot-id': bigId, type: 'branch' } };
  return writeJson({ metadata: { ...reply.metadata, snapshots: [snapshot], refs } });
};

test.each([
  ['eu-central-1', undefined, 'https://glue.eu-central-1.amazonaws.com/iceberg'],
  ['us-east-1', 'http://localhost:4566', 'http://localhost:4566/iceberg'],
  ['us-east-1', 'http://localhost:4566/', 'http://localhost:4566/iceberg'],
])('the endpoint in %s with AWS_ENDPOINT_URL %s is %s', (region, url, endpoint) => {
  expect(catalogEndpoint(region, url)).toBe(endpoint);
});

describe('load', () => {
  test('signs for glue, asks below the catalogue’s prefix, and keeps 63-bit ids', async () => {
    const { catalog, sent } = answering(200, await metadataText());
    const metadata = await catalog.load('orders');
    expect(metadata?.snapshots?.[0]?.['snapshot-id']).toBe(bigId);
    expect(metadata?.refs?.main?.['snapshot-id']).toBe(bigId);
    expect(sent[0]?.url).toBe(
      'https://glue.eu-central-1.amazonaws.com/iceberg/v1/catalogs/123456789012' +
        '/namespaces/curated/tables/orders',
    );
    const headers = new Headers(sent[0]?.init.headers);
    expect(headers.get('authorization')).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-central-1\/glue\/aws4_request/,
    );
    expect(headers.get('x-amz-security-token')).toBe('token');
  });

  test('a table that does not exist is undefined', async () => {
    const { catalog } = answering(404, error('NoSuchTableException', 'no such table'));
    expect(await catalog.load('orders')).toBeUndefined();
  });

  test.each([
    [500, 'boom'],
    [503, error('ServiceUnavailable', 'later')],
    [429, error('ThrottlingException', 'slow down')],
    [400, error('ThrottlingException', 'Rate exceeded')],
    ['no reply', ''],
  ] as const)('%s is transient', async (status, body) => {
    await expect(answering(status, body).catalog.load('orders')).rejects.toThrow(TransientError);
  });

  test.each([
    [403, error('AccessDeniedException', 'not yours'), /glue:GetTable on the catalogue/],
    [404, error('NoSuchNamespaceException', 'no database'), /NoSuchNamespace/],
    [400, error('BadRequest', 'odd'), /refused glue:GetTable of table curated\.orders/],
    [200, '{"metadata":{"format-version":3}}', /not understood/],
  ])('%s %s is permanent and says what it is about', async (status, body, message) => {
    const loading = () => answering(status, body).catalog.load('orders');
    await expect(loading()).rejects.toThrow(PermanentError);
    await expect(loading()).rejects.toThrow(message);
  });
});

describe('commit', () => {
  const requirements = [
    { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': bigId },
  ] as const;

  test('sends ids as the integers they are, with the table’s identifier', async () => {
    const { catalog, sent } = answering(200, await metadataText());
    expect((await catalog.commit('orders', requirements, [])).kind).toBe('committed');
    expect(sent[0]?.init.method).toBe('POST');
    expect(sent[0]?.init.body).toBe(
      '{"identifier":{"namespace":["curated"],"name":"orders"},"requirements":' +
        '[{"type":"assert-ref-snapshot-id","ref":"main","snapshot-id":6110254972229930989}],' +
        '"updates":[]}',
    );
  });

  test.each([
    [409, error('CommitFailedException', 'Requirement failed'), 'conflict'],
    [429, 'slow down', 'conflict'],
    [400, error('ThrottlingException', 'Rate exceeded'), 'conflict'],
    [404, error('NoSuchTableException', 'not yet'), 'conflict'],
    [400, error('BadRequest', 'Snapshot already exists for id: 5'), 'unknown'],
    [500, 'boom', 'unknown'],
    [502, '<html>', 'unknown'],
    [503, error('ServiceUnavailable', 'later'), 'unknown'],
    [504, '', 'unknown'],
    ['no reply', '', 'unknown'],
  ] as const)('%s %s is %s', async (status, body, kind) => {
    const reply = await answering(status, body).catalog.commit('orders', requirements, []);
    expect(reply.kind).toBe(kind);
  });

  test('an answer whose body breaks off is unknown: it may have been applied', async () => {
    const broken = new ReadableStream({ start: (c) => c.error(new Error('terminated')) });
    const catalog = restCatalog({
      endpoint: 'http://localhost/iceberg',
      catalogId: '1',
      database: 'curated',
      region: 'eu-central-1',
      service: 'glue',
      credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
      fetch: async () => new Response(broken, { status: 200 }),
    });
    expect((await catalog.commit('orders', [], [])).kind).toBe('unknown');
  });

  test.each([
    [403, 'AccessDenied', /glue:UpdateTable .*is missing.*Lake Formation/],
    [400, error('BadRequest', 'wrong'), /refused glue:UpdateTable/],
  ])('%s is permanent and names the right', async (status, body, message) => {
    const committing = () => answering(status, body).catalog.commit('orders', [], []);
    await expect(committing()).rejects.toThrow(PermanentError);
    await expect(committing()).rejects.toThrow(message);
  });
});

test.each([
  [409, error('AlreadyExistsException', 'Table already exists'), 'conflict'],
  [500, 'boom', 'unknown'],
] as const)('create answered with %s %s is %s', async (status, body, kind) => {
  expect((await answering(status, body).catalog.create(request)).kind).toBe(kind);
});

test('a create that is not allowed names glue:CreateTable', async () => {
  const creating = answering(403, 'no').catalog.create(request);
  await expect(creating).rejects.toThrow(/glue:CreateTable/);
});
