import { transformOf } from '../../../core/transforms/index.ts';
import type { Known, KnownColumn, Transform } from '../../../core/transforms/transform.ts';

/** Columns of every sort of type, as a step finds them. */
export const columns: readonly KnownColumn[] = [
  { name: 'id', type: 'string', required: true },
  { name: 'secret', type: 'string', required: true, classification: 'confidential' },
  { name: 'mail', type: 'string', required: false, mask: { how: 'hash' } },
  { name: 'pieces', type: 'int', required: true, largest: 100n, classification: 'internal' },
  { name: 'many', type: 'long', required: false, largest: 2n ** 63n },
  { name: 'price', type: 'decimal(6, 2)', required: false, largest: 999_999n, doc: 'Each.' },
  { name: 'wide', type: 'decimal(38, 2)', required: false, largest: 10n ** 38n - 1n },
  { name: 'digits', type: 'decimal(27, 0)', required: true },
  { name: 'ratio', type: 'double', required: false },
  { name: 'on', type: 'date', required: false },
  { name: 'at', type: 'timestamptz', required: true },
  { name: 'roomy', type: 'decimal(38, 2)', required: true, largest: 99n },
  { name: 'place', type: { type: 'struct', fields: [] }, required: true },
  { name: 'seen', type: 'timestamptz', required: false, classification: 'confidential' },
  {
    name: 'tags',
    type: { type: 'list', element: 'string', 'element-required': false },
    required: true,
  },
];

export const known: Known = {
  columns,
  column: (name) => {
    const found = columns.find((column) => column.name === name);
    if (found === undefined) throw new Error(`no column ${name}`);
    return found;
  },
  partner: (name) => {
    throw new Error(`no dataset ${name}`);
  },
};

/** All columns after a step. */
export const after = (use: Transform): readonly KnownColumn[] =>
  transformOf(use).columns(use, known);
/** The column of a name after a step, without what is left open. */
export const made = (use: Transform, name = 'x'): unknown =>
  JSON.parse(
    JSON.stringify(
      after(use).find((column) => column.name === name),
      (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value),
    ),
  );
