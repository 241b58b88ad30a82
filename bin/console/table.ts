/** One column of a printed table. */
export type TableColumn = {
  readonly title: string;
  /** Numbers read best right-aligned. @default 'left' */
  readonly align?: 'left' | 'right';
};

/** A cell longer than this is cut: one long value must not make every line wrap. */
const MAX_CELL_CHARS = 60;

// Control characters come from data, and a terminal would obey them.
const CONTROL = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** Makes any value safe to print on one line of a terminal: data must not steer the screen. */
export const oneLine = (value: string): string => value.replaceAll(CONTROL, '\u00b7');

const width = (text: string): number => [...text].length;

const cut = (text: string): string =>
  width(text) <= MAX_CELL_CHARS ? text : `${[...text].slice(0, MAX_CELL_CHARS - 1).join('')}…`;

const pad = (text: string, size: number, align: TableColumn['align']): string => {
  const space = ' '.repeat(Math.max(0, size - width(text)));
  return align === 'right' ? space + text : text + space;
};

/**
 * Lays rows out under their titles. Cells arrive raw: escape sequences in them are data, so they
 * are made harmless here, and colour is laid over the finished cell by `paint`.
 */
export const formatTable = (
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  paint: (text: string, row: number | 'title', column: number) => string = (text) => text,
): string[] => {
  const cells = rows.map((row) => columns.map((_, at) => cut(oneLine(row[at] ?? ''))));
  const sizes = columns.map((column, at) =>
    Math.max(width(column.title), ...cells.map((row) => width(row[at] ?? ''))),
  );
  const line = (texts: readonly string[], row: number | 'title'): string =>
    columns
      .map((column, at) => paint(pad(texts[at] ?? '', sizes[at] ?? 0, column.align), row, at))
      .join('  ')
      .trimEnd();
  const titles = columns.map((column) => column.title);
  return [line(titles, 'title'), ...cells.map((row, at) => line(row, at))];
};
