import { styleText } from 'node:util';

/** The few colours the command line uses, named by meaning so that one place chooses them. */
export type Styles = {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
};

const plain = (text: string): string => text;

/** No colours: pipes, files, NO_COLOR, and tests. */
export const plainStyles: Styles = {
  good: plain,
  bad: plain,
  warn: plain,
  strong: plain,
  faint: plain,
};

type Format = 'green' | 'red' | 'yellow' | 'bold' | 'dim';
const painted =
  (format: Format) =>
  (text: string): string =>
    styleText(format, text, { validateStream: false });

const colouredStyles: Styles = {
  good: painted('green'),
  bad: painted('red'),
  warn: painted('yellow'),
  strong: painted('bold'),
  faint: painted('dim'),
};

type ColourEnv = { readonly NO_COLOR?: string | undefined; readonly TERM?: string | undefined };

/** Colours only where a person reads: a terminal, unless NO_COLOR is set or it cannot show them. */
export const stylesFor = (isTerminal: boolean, env: ColourEnv): Styles =>
  isTerminal && !env.NO_COLOR && env.TERM !== 'dumb' ? colouredStyles : plainStyles;
