import { type Styles, stylesFor } from './styles.ts';
import { formatTable, type TableColumn } from './table.ts';

/**
 * Where a command writes. Results go to stdout, everything said along the way to stderr, so that
 * `headgate … --json | jq` sees one JSON document and nothing else.
 */
export type Output = {
  readonly styles: Styles;
  /** True when a person reads stdout; progress may then redraw its line. */
  readonly isTerminal: boolean;
  line(text?: string): void;
  table(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): void;
  /** One document, indented, for `--json`. Bigints become decimal text. */
  json(value: unknown): void;
  /** To stderr: progress, hints, warnings. */
  note(text: string): void;
};

type Stream = { write(text: string): unknown; readonly isTTY?: boolean };
type Env = Readonly<Record<string, string | undefined>>;

const bigintAsText = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? value.toString() : value;

/** Builds the output over two streams; tests pass arrays in disguise. */
export const makeOutput = (stdout: Stream, stderr: Stream, env: Env): Output => {
  const isTerminal = stdout.isTTY === true;
  const styles = stylesFor(isTerminal, env);
  return {
    styles,
    isTerminal,
    line: (text = '') => void stdout.write(`${text}\n`),
    table: (columns, rows) => {
      const paint = (text: string, row: number | 'title') =>
        row === 'title' ? styles.strong(text) : text;
      for (const text of formatTable(columns, rows, paint)) stdout.write(`${text}\n`);
    },
    json: (value) => void stdout.write(`${JSON.stringify(value, bigintAsText, 2)}\n`),
    note: (text) => void stderr.write(`${text}\n`),
  };
};
