/** What stands before the decimals of a number; grouping marks are never taken. */
export type Mark = '.' | ',';

/** The mark in a regular expression. */
export const pointed = (mark: Mark): string => (mark === '.' ? '\\.' : ',');

/** The option as it is kept: a point, the default, leaves no trace in the contract. */
export const checkedMark = (kind: string, mark: Mark = '.'): { readonly mark?: Mark } => {
  if (mark === '.') return {};
  if (mark === ',') return { mark };
  throw new Error(`${kind}: the mark is ${JSON.stringify(mark)}; allowed are '.' and ','`);
};
