import * as z from 'zod';
import type { Dataset } from '../dataset.ts';
import { takesFiles } from '../push/as-records.ts';
import { Announced } from '../upload/announced.ts';
import { type Json, refusals } from './openapi-problems.ts';

/** What is said of a file that is to be uploaded, for the documents of the API. */
export const announcedWords: Readonly<Record<keyof z.infer<typeof Announced>, string>> = {
  file_name: 'How the file is called: no path, and an ending that the dataset has a format for.',
  size_bytes: 'How many bytes it has; S3 takes no other number.',
  content_type:
    'Its media type; the file is sent with this one. application/octet-stream if absent.',
  checksum_sha256: 'SHA-256 of its bytes, base64 or hex. S3 takes no other bytes in one piece.',
  part_size: 'Bytes of a part, for a file that is to go up in parts. Above 100 MiB it always does.',
  parts_sha256: 'SHA-256 of each part; with them S3 takes no other bytes in parts either.',
};

/** What is told of an upload. */
export const ticketWords: Readonly<Record<string, string>> = {
  upload: 'Name of the upload: the same for every repeat of the call.',
  dataset: 'Where the file belongs.',
  file_name: 'As it was announced.',
  size_bytes: 'As it was announced.',
  key: 'Where in the landing bucket the file lands.',
  state: '`open` until the file has landed, then `landed`.',
  expires_at: 'Until when its requests may be used; the same call gives new ones.',
  request: 'The one request that sends the file; null where it goes up in parts, or has landed.',
  parts: 'The requests that send its parts; of a part that is there already it is null.',
};

const text: Json = { type: 'string' };
const orNull = (schema: Json): Json => ({ anyOf: [schema, { type: 'null' }] });

const signedRequest: Json = {
  type: 'object',
  description: 'To be sent to S3 as it stands: method, url and every header.',
  properties: {
    method: { const: 'PUT' },
    url: { type: 'string', format: 'uri' },
    headers: { type: 'object', additionalProperties: text },
  },
  required: ['method', 'url', 'headers'],
};

const described = (words: Readonly<Record<string, string>>, properties: Json): Json =>
  Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [
      name,
      { ...Object(schema), description: words[name] },
    ]),
  );

const announcedSchema = (): Json => {
  const { $schema: _dialect, properties, ...rest } = z.toJSONSchema(Announced, { io: 'input' });
  return { ...rest, properties: described(announcedWords, properties ?? {}) };
};

const landedProperties: Json = {
  upload: { type: 'string', pattern: '^[0-9a-f]{32}$' },
  ...{ dataset: text, file_name: text, size_bytes: { type: 'integer' }, key: text },
  state: { type: 'string', enum: ['open', 'landed'] },
};

const objectOf = (properties: Json): Json => ({
  ...{ type: 'object', properties: described(ticketWords, properties) },
  required: Object.keys(properties),
});

/** Schemas of the bodies and answers of uploads. */
export const uploadSchemas: Json = {
  Announced: announcedSchema(),
  SignedRequest: signedRequest,
  Landed: objectOf(landedProperties),
  Upload: objectOf({
    ...landedProperties,
    expires_at: orNull({ type: 'string', format: 'date-time' }),
    request: orNull({ $ref: '#/components/schemas/SignedRequest' }),
    parts: orNull({
      type: 'array',
      items: {
        type: 'object',
        properties: {
          number: { type: 'integer', minimum: 1 },
          size_bytes: { type: 'integer' },
          etag: orNull(text),
          request: orNull({ $ref: '#/components/schemas/SignedRequest' }),
        },
        required: ['number', 'size_bytes', 'etag', 'request'],
      },
    }),
  }),
  Parts: {
    type: 'object',
    description: 'What S3 answered for each part; what is said is compared with what is there.',
    properties: {
      parts: {
        type: 'array',
        items: {
          ...{ type: 'object', required: ['number', 'etag'] },
          properties: { number: { type: 'integer', minimum: 1 }, etag: text },
        },
      },
    },
  },
};

const bodyOf = (schema: string, required: boolean): Json => ({
  required,
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
});

const answerOf = (description: string, schema: string): Json => ({
  description,
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
});

const uploadParameter: Json = {
  ...{ name: 'upload', in: 'path', required: true },
  description: 'As the answer to the announcement names it.',
  schema: { type: 'string', pattern: '^[0-9a-f]{32}$' },
};

/** The path of the API that lets files of a dataset in. */
export const uploadsPath = (dataset: string): string => `/datasets/${dataset}/uploads`;

/** The operations of uploads, for every dataset. */
export const uploadPathsOf = (datasets: readonly Pick<Dataset, 'name' | 'derivedFrom'>[]): Json =>
  Object.fromEntries(
    datasets.filter(takesFiles).flatMap(({ name }) => {
      const path = uploadsPath(name);
      return [
        [
          path,
          {
            post: {
              ...{ operationId: `upload_${name}`, summary: `Announce a file of ${name}.` },
              parameters: [{ $ref: '#/components/parameters/idempotencyKey' }],
              requestBody: bodyOf('Announced', true),
              responses: {
                '201': answerOf('How the file, or what is missing of it, is sent to S3.', 'Upload'),
                ...refusals,
              },
            },
          },
        ],
        [
          `${path}/{upload}`,
          {
            parameters: [uploadParameter],
            delete: {
              ...{ operationId: `abort_upload_${name}`, summary: `Give up a file of ${name}.` },
              responses: { '204': { description: 'Nothing of it is kept.' }, ...refusals },
            },
          },
        ],
        [
          `${path}/{upload}/complete`,
          {
            parameters: [uploadParameter],
            post: {
              operationId: `complete_upload_${name}`,
              summary: `Say that all parts of a file of ${name} are sent.`,
              requestBody: bodyOf('Parts', false),
              responses: { '200': answerOf('The file has landed.', 'Landed'), ...refusals },
            },
          },
        ],
      ];
    }),
  );
