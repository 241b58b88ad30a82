import { codeOfList } from './code-kind.ts';
import { alpha2Codes, alpha3Codes } from './country-codes.ts';
import { type Field, type FieldInit, fieldOf } from './field.ts';

type Options = { readonly alpha3?: true };

/** A country by its code; upper case only, so that one country is one text. */
export const countryKind = codeOfList<Options>({
  kind: 'country',
  says: ({ alpha3 }) =>
    alpha3 === true
      ? 'a country as ISO 3166-1 alpha-3, upper case (POL)'
      : 'a country as ISO 3166-1 alpha-2, upper case (PL)',
  codesOf: ({ alpha3 }) => (alpha3 === true ? alpha3Codes : alpha2Codes),
  near: ['UK', 'EU', 'XK', 'ZZ', 'AA', 'SU', 'AN', 'PL', 'POL', 'XKX', 'ANT', '616', 'Poland', "'"],
});

type CountryInit = FieldInit & {
  /** Three letters instead of two. @default false */
  readonly alpha3?: boolean;
};

/** A column of countries. */
export const country = ({ alpha3 = false, ...init }: CountryInit = {}): Field =>
  fieldOf(countryKind.kind, alpha3 ? { alpha3 } : {}, init);
