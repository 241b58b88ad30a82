import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { problemDocument, problems } from '../../../core/api/problem.ts';
import { openApiOf } from '../../../core/derive/openapi.ts';
import { takesRecords } from '../../../core/push/as-records.ts';
import { datasets } from '../../../datasets/index.ts';
import { everyKind } from '../../support/every-kind.ts';

const document = openApiOf(datasets);

/** A schema of the document by its place, with what it refers to. */
const schemaAt = (place: string) => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'https://headgate.invalid/api', ...document });
  return ajv.compile({ $ref: `https://headgate.invalid/api#${place}` });
};

test.each([
  ['the shipped datasets', datasets],
  ['a dataset of every kind', [everyKind]],
])('it is OpenAPI 3.1, for %s', async (_name, of) => {
  const validator = new Validator();
  // Through JSON, as it is printed: what is undefined is not there.
  const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(openApiOf(of))));
  expect({ valid, errors, version: validator.version }).toEqual({ valid: true, version: '3.1' });
});

test('it has a schema for each dataset that takes records, and for no other', () => {
  const schemas = Object.keys(document.components.schemas).filter((name) => /^[a-z]/.test(name));
  expect(schemas).toEqual(datasets.filter(takesRecords).map(({ name }) => name));
});

test('every problem is one of its status', () => {
  for (const [name, { status }] of Object.entries(problems)) {
    const of = (told: number) =>
      `/components/responses/Problem${told}/content/application~1problem+json/schema`;
    const body = problemDocument({ name: name as keyof typeof problems, detail: 'd', pointer: '' });
    expect({ name, taken: schemaAt(of(status))(body) }).toEqual({ name, taken: true });
    expect(schemaAt(of(status === 400 ? 401 : 400))(body)).toBe(false);
  }
});

test('a receipt is one, whatever became of its records', () => {
  const isReceipt = schemaAt('/components/schemas/Receipt');
  const receipt = {
    receipt: 'a'.repeat(32),
    dataset: 'orders',
    received_at: '2026-03-04T05:06:07Z',
    contract_version: '1',
    body_sha256: 'b'.repeat(64),
    ...{ records: 2, accepted: 1, rejected: 1 },
    outcomes: [
      { index: 0, outcome: 'accepted' },
      { index: 1, outcome: 'rejected', reasons: [{ code: 'E_JSON', field: null }] },
    ],
    landed: { accepted: 'orders/_push/a.jsonl', rejected: null },
  };
  expect(isReceipt(receipt)).toBe(true);
  expect(isReceipt({ ...receipt, outcomes: [{ index: 0, outcome: 'perhaps' }] })).toBe(false);
});

test('a body is one record or some, of its own dataset', () => {
  const isBody = schemaAt(
    '/paths/~1datasets~1sensor_readings~1records/post/requestBody/content/application~1json/schema',
  );
  const reading = {
    ...{ reading_id: 'r', sensor_id: 's', celsius: 21.5 },
    measured_at: '2026-03-04T05:06:07Z',
  };
  expect(isBody(reading)).toBe(true);
  expect(isBody([reading, reading])).toBe(true);
  expect(isBody([])).toBe(false);
  expect(isBody({ ...reading, celsius: 'warm' })).toBe(false);
});
