import type { Dataset } from '../dataset.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { typeName } from './row-type.ts';

/**
 * Formats are notes for people: zod's own grammars of addresses and instants are stricter than the
 * engine's, and a sender must not be refused what the engine takes. Zod does not know `not`.
 */
const withoutFormats = (name: string, value: unknown): unknown =>
  name === 'not' || (name === 'format' && typeof value === 'string') ? undefined : value;

/** A zod schema as source text, for senders who check before they send. */
export const zodSource = (dataset: Dataset): string => {
  const schema = jsonSchemaOf(dataset);
  const name = typeName(dataset.name);
  return [
    "import * as z from 'zod';",
    '',
    `/** ${dataset.description} Version ${dataset.version} of the contract. */`,
    `export const ${name}Record = z.fromJSONSchema(${JSON.stringify(schema, withoutFormats, 2)});`,
    `export type ${name}Record = z.infer<typeof ${name}Record>;`,
    '',
  ].join('\n');
};
