import { columnsOf, type Lookup } from '../contract.ts';
import type { Dataset } from '../dataset.ts';
import { tableRequest } from '../load/table.ts';
import { duckdbSource } from './duckdb.ts';
import { glueColumns } from './glue.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { datasetPage } from './markdown.ts';
import { odcsOf } from './odcs.ts';
import { openApiOf } from './openapi.ts';
import { publishedSchema, recordSchema } from './record-schema.ts';
import { rowTypeSource } from './row-type.ts';
import { zodSource } from './zod-source.ts';

export { publishedSchema, recordSchema };

/** What a dataset is printed as: source text, or a document that is JSON. */
export type Derived =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'document'; readonly document: unknown };

const text = (value: string): Derived => ({ kind: 'text', text: value });
const document = (value: unknown): Derived => ({ kind: 'document', document: value });

/** Every form in which a contract is told to other tools; a new one is one line and one file. */
export const targets = {
  zod: (dataset) => text(zodSource(dataset)),
  types: (dataset, lookup) => text(rowTypeSource(dataset, lookup)),
  'json-schema': (dataset) => document(jsonSchemaOf(dataset)),
  openapi: (dataset) => document(openApiOf([dataset])),
  odcs: (dataset, lookup) => document(odcsOf(dataset, lookup)),
  duckdb: (dataset, lookup) => text(duckdbSource(dataset, lookup)),
  iceberg: (dataset, lookup) => {
    const request = tableRequest(dataset, columnsOf(dataset, lookup), '');
    return document({ schema: request.schema, 'partition-spec': request['partition-spec'] });
  },
  glue: (dataset, lookup) => document(glueColumns(dataset, lookup)),
  markdown: (dataset, lookup) => text(datasetPage(dataset, lookup)),
} as const satisfies Record<string, (dataset: Dataset, lookup: Lookup) => Derived>;

export type Target = keyof typeof targets;
