/**
 * The one writer of CSV exports. A spreadsheet runs a cell that begins like a formula, and data
 * comes from strangers: such a text gets a leading apostrophe, which spreadsheets show as text.
 * Plain numbers keep their sign.
 */
export const csvCell = (text: string | null): string => {
  if (text === null) return '';
  const safe = startsFormula.test(text) && !plainNumber.test(text) ? `'${text}` : text;
  return needsQuotes.test(safe) || safe === '' ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const startsFormula = /^[=+\-@\t\r]/;
const plainNumber = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const needsQuotes = /[",\r\n]/;

/** One line of an export, without its newline. NULL is nothing, an empty text is `""`. */
export const csvLine = (cells: readonly (string | null)[]): string => cells.map(csvCell).join(',');
