/** Code points: what DuckDB's length counts, and what stays one when a text is copied. */
export const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};
