import { describe, expect, test } from 'vitest';
import type { Field } from '../../../core/fields/field.ts';
import { boolean, date, decimal, integer, text, timestamp } from '../../../core/fields/index.ts';
import type { Value } from '../../../core/fields/value.ts';
import { castKind } from '../../../core/transforms/cast.ts';
import { cast } from '../../../core/transforms/index.ts';
import type { Known, KnownColumn, RowSide } from '../../../core/transforms/transform.ts';

const columnOf = (type: string, largest?: bigint): KnownColumn => ({
  ...{ name: 'n', type, required: true, largest },
});

const madeOf = (to: Field, column: KnownColumn): KnownColumn | undefined => {
  const known: Known = {
    columns: [column],
    column: () => column,
    partner: (name) => {
      throw new Error(`no dataset ${name}`);
    },
  };
  return castKind.columns(cast('n', to), known)[0];
};

describe('a cast that every value survives', () => {
  test.each<[KnownColumn, Field, bigint | undefined]>([
    [columnOf('decimal(10, 0)', 2n ** 31n - 1n), integer(), 2n ** 31n - 1n],
    [columnOf('long', 2n ** 31n - 1n), integer(), 2n ** 31n - 1n],
    [columnOf('decimal(19, 0)', 2n ** 63n - 1n), integer({ bits: 64 }), 2n ** 63n - 1n],
    [columnOf('int', 9_999n), decimal({ precision: 4, scale: 0 }), 9_999n],
    [columnOf('int', 99n), decimal({ precision: 4, scale: 2 }), 9_900n],
    [columnOf('decimal(6, 2)', 999_999n), decimal({ precision: 8, scale: 4 }), 99_999_900n],
    [columnOf('decimal(6, 2)'), decimal({ precision: 6, scale: 2 }), undefined],
    [columnOf('decimal(6, 2)'), decimal({ precision: 9, scale: 2 }), undefined],
    [columnOf('int', 5n), text(), undefined],
    [columnOf('date'), date(), undefined],
  ])('from %o needs no word of the others', (column, to, largest) => {
    expect(madeOf(to, column)).toMatchObject({ required: true, largest });
  });

  test.each<[KnownColumn, Field]>([
    [columnOf('decimal(10, 0)', 2n ** 31n), integer()],
    [columnOf('long', 2n ** 31n), integer()],
    [columnOf('decimal(19, 0)', 2n ** 63n), integer({ bits: 64 })],
    [columnOf('int', 10_000n), decimal({ precision: 4, scale: 0 })],
    [columnOf('int', 100n), decimal({ precision: 4, scale: 2 })],
    [columnOf('decimal(6, 2)', 999_999n), decimal({ precision: 7, scale: 4 })],
    [columnOf('decimal(6, 2)', 0n), decimal({ precision: 6, scale: 1 })],
    [columnOf('string'), date()],
    [columnOf('date'), timestamp()],
  ])('is not the one from %o', (column, to) => {
    expect(() => madeOf(to, column)).toThrow(
      "Say what becomes of the others with otherwise: 'null', or declare the field with that kind",
    );
  });
});

const side = (type: string): RowSide => ({
  columns: [],
  known: () => columnOf(type),
  partner: () => undefined,
  salt: () => '',
});

test.each<[string, Value | null, Field, Value | null]>([
  ['decimal(6, 2)', 1250n, text(), '12.50'],
  ['decimal(6, 2)', 1250n, decimal({ precision: 4, scale: 1 }), 125n],
  ['decimal(6, 2)', 1200n, integer(), 12],
  ['decimal(6, 2)', 1250n, integer(), null],
  ['decimal(6, 2)', -1000n, integer(), -10],
  ['decimal(4, 0)', 1000n, integer(), 1000],
  ['double', 100, integer(), 100],
  ['double', 0.5, decimal({ precision: 4, scale: 2 }), 50n],
  ['double', Number.NaN, integer(), null],
  ['int', 100, decimal({ precision: 4, scale: 0 }), 100n],
  ['string', '10.0', integer(), null],
  ['string', '2024-02-29', date(), 19_782],
  ['string', 'true', boolean(), true],
  ['boolean', true, text(), 'true'],
  ['int', null, text(), null],
  ['string', null, integer(), null],
])('a %s of %s is cast', (type, n, to, expected) => {
  const use = cast('n', to, { otherwise: 'null' });
  expect(castKind.compute(use, { n }, side(type))).toStrictEqual({ n: expected });
});
