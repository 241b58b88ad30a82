import * as z from 'zod';
import type { Dataset } from '../dataset.ts';
import { limits } from '../limits.ts';
import { takesRecords } from '../push/as-records.ts';
import { Receipt } from '../push/receipt.ts';
import { operatorPaths, operatorSchemas, operatorSecurity } from './openapi-operate.ts';
import {
  type Json,
  named,
  problemSchema,
  refusal,
  refusals,
  statuses,
} from './openapi-problems.ts';
import { uploadPathsOf, uploadSchemas } from './openapi-uploads.ts';
import { webhookPathsOf, webhookSchemes } from './openapi-webhooks.ts';
import { sentSchemaOf } from './sent-record.ts';

/** What a receipt tells, for the documents of the API. */
export const receiptWords: Readonly<Record<keyof Receipt, string>> = {
  receipt: 'Name of the receipt: the same for every repeat of the call.',
  dataset: 'Where the records belong.',
  received_at: 'When the first of the repeats came in; ISO 8601, UTC.',
  contract_version: 'Of the contract that the records were judged by.',
  body_sha256: 'Tells a repeat from another call; a hash of the media type and the unpacked body.',
  records: 'How many records the body held.',
  accepted: 'How many of them have landed and go the way of a file.',
  rejected: 'How many of them have landed apart, and go to quarantine with their reasons.',
  outcomes: 'What became of each record, in the order of the body; `index` counts from 0.',
  landed: 'Keys in the landing bucket; null where there is no such record.',
};

/** The types of bodies, and how a record stands in each. */
const mediaTypes = {
  one: 'application/json',
  lines: ['application/x-ndjson', 'application/jsonl'],
} as const;

const idempotencyKey: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Identifies the call: with the same key and body it is the same call, has the same receipt ' +
    'and lands nothing twice. Without it every request is a call of its own.',
  schema: {
    ...{ type: 'string', minLength: 1, maxLength: limits.idempotencyKeyCharsMax },
    pattern: '^[!-~]+$',
  },
};

const contentEncoding: Json = {
  name: 'Content-Encoding',
  in: 'header',
  required: false,
  description: 'gzip where the body is packed.',
  schema: { type: 'string', enum: ['gzip', 'identity'] },
};

/** The path of the API that takes the records of a dataset. */
export const recordsPath = (dataset: string): string => `/datasets/${dataset}/records`;

/** OpenAPI 3.1 of the API that a deployment of these datasets has. */
export const openApiOf = (datasets: readonly Dataset[]) => {
  const taking = datasets.filter(takesRecords);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Headgate',
      version: '1',
      description:
        'Takes records in, judges each by the contract of its dataset, and answers with a receipt ' +
        'once they are durable. A record that the schema of its dataset refuses is rejected by ' +
        'itself: the call is answered with 202 all the same, and the receipt says why. Operators ' +
        'ask for datasets, runs and files, and decide about runs.',
    },
    servers: [
      {
        url: '{url}',
        description: 'The ApiUrl of the stack; `headgate api-key create` tells it, too.',
        variables: { url: { default: 'https://api-id.execute-api.region.amazonaws.com/v1' } },
      },
    ],
    security: [{ apiKey: [] }],
    paths: {
      ...Object.fromEntries(
        taking.map((dataset) => [recordsPath(dataset.name), { post: callOf(dataset) }]),
      ),
      ...operatorPaths(datasets),
      ...uploadPathsOf(datasets),
      ...webhookPathsOf(datasets),
    },
    components: {
      securitySchemes: {
        apiKey: {
          ...{ type: 'apiKey', in: 'header', name: 'x-api-key' },
          description: 'Says who sends, and to which datasets; made by `headgate api-key create`.',
        },
        ...operatorSecurity,
        ...webhookSchemes(datasets),
      },
      parameters: { idempotencyKey, contentEncoding },
      responses: Object.fromEntries(statuses.map((status) => [named(status), refusal(status)])),
      schemas: {
        Receipt: receiptSchema(),
        Problem: problemSchema,
        ...operatorSchemas(),
        ...uploadSchemas,
        ...Object.fromEntries(taking.map((each) => [each.name, sentSchemaOf(each)])),
      },
    },
  };
};

const callOf = ({ name, description }: Dataset): Json => ({
  operationId: `push_${name}`,
  summary: `Send records to ${name}.`,
  description,
  parameters: ['idempotencyKey', 'contentEncoding'].map((each) => ({
    $ref: `#/components/parameters/${each}`,
  })),
  requestBody: {
    required: true,
    description: `At most ${limits.bodyBytesMax} bytes, unpacked.`,
    content: {
      [mediaTypes.one]: { schema: oneOrMany(name) },
      ...Object.fromEntries(mediaTypes.lines.map((type) => [type, { schema: linesOf(name) }])),
    },
  },
  responses: {
    '202': {
      description: 'The records are durable, and the receipt says what became of each.',
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Receipt' } } },
    },
    ...refusals,
  },
});

const oneOrMany = (dataset: string): Json => {
  const record = { $ref: `#/components/schemas/${dataset}` };
  return {
    anyOf: [
      record,
      { type: 'array', items: record, minItems: 1, maxItems: limits.recordsPerCallMax },
    ],
  };
};

const linesOf = (dataset: string): Json => ({
  type: 'string',
  description:
    `One record a line, each as #/components/schemas/${dataset} has it, ` +
    `at most ${limits.recordsPerCallMax}; empty lines are none.`,
});

const receiptSchema = (): Json => {
  const { $schema: _dialect, properties = {}, ...rest } = z.toJSONSchema(Receipt);
  const words = new Map<string, string>(Object.entries(receiptWords));
  return {
    ...rest,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => [
        name,
        { ...Object(schema), description: words.get(name) },
      ]),
    ),
  };
};
