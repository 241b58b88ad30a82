import { codeOfList } from './code-kind.ts';
import { currencyCodes } from './currency-codes.ts';
import { type Field, type FieldInit, fieldOf } from './field.ts';

/** A currency by its code; upper case only. For a few of them, `oneOf` says more. */
export const currencyKind = codeOfList<object>({
  kind: 'currency',
  says: () => 'a currency as a code of ISO 4217, upper case (PLN)',
  codesOf: () => currencyCodes,
  near: ['DEM', 'BTC', 'RMB', 'EU', 'ZZZ', 'AAA', '978', '\u20ac', '$', 'euro'],
});

/** A column of currencies. */
export const currency = (init: FieldInit = {}): Field => fieldOf(currencyKind.kind, {}, init);
