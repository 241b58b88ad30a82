import { sampleField } from '../../bin/docs/sample-fields.ts';
import type { Lookup } from '../../core/contract.ts';
import type { Dataset } from '../../core/dataset.ts';
import { defineDataset } from '../../core/define-dataset.ts';
import { type Field, fieldOf } from '../../core/fields/field.ts';
import { fieldKinds, kindOf, text } from '../../core/fields/index.ts';
import { datasetNamed } from '../../datasets/index.ts';

/** One field of each kind of the registry, so that what is derived from datasets meets them all. */
export const everyField: readonly (readonly [string, Field])[] = fieldKinds.flatMap(({ kind }) => {
  const field = sampleField(kind);
  return field === undefined ? [] : [[kind, field] as const];
});

const snake = (kind: string): string =>
  kind.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A dataset with a field of every kind, some of them optional, described and classified. */
export const everyKind: Dataset = defineDataset({
  name: 'every_kind',
  domain: 'test',
  owner: 'test',
  description: 'One field of each kind.',
  fields: {
    id: text({ max: 9, pattern: /[a-z]+/, description: 'What a row is known by.' }),
    ...Object.fromEntries(everyField.map(([kind, field]) => [`a_${snake(kind)}`, field])),
    ...Object.fromEntries(
      everyField.map(([kind, field]) => [
        `maybe_${snake(kind)}`,
        { ...field, optional: true, classification: 'confidential' as const, unit: 'kg' },
      ]),
    ),
    bare: fieldOf('text', {}, { aliases: ['naked'], nullTokens: ['-'], default: 'x' }),
  },
  key: ['id'],
});

const isPlain = (field: Field): boolean =>
  !kindOf(field).cast('x', field.options).includes('headgate_');

/** The same without the kinds that need functions of the engine. */
export const plainKinds: Dataset = {
  ...everyKind,
  fields: Object.fromEntries(Object.entries(everyKind.fields).filter(([, each]) => isPlain(each))),
};

/** Finds this dataset and the shipped ones. */
export const lookupEvery: Lookup = (name) =>
  name === everyKind.name ? everyKind : datasetNamed(name);
