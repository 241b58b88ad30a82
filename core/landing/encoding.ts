import type { FileCode, Refusal } from '../codes.ts';
import type { Encoding } from './file-options.ts';

/** An encoding that a file is read with; `auto` has become one of these. */
export type FileEncoding = Exclude<Encoding, 'auto'>;

/** What the first bytes of a text say of its encoding. */
export type FoundEncoding =
  | {
      readonly kind: 'encoding';
      readonly encoding: FileEncoding;
      /** Bytes of the byte order mark, which is no text. */
      readonly mark: number;
    }
  | ({ readonly kind: 'refused' } & Refusal<FileCode>);

const marks = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
] as const;

/** Where UTF-32 begins like UTF-16: no text of one begins with a NUL. */
const UTF32 = [0xff, 0xfe, 0, 0];

/**
 * The encoding to read a text with. A byte order mark is believed; one that contradicts what the
 * dataset declares ends the file, and nothing else is ever guessed.
 */
export const encodingOf = (head: Uint8Array, declared: Encoding): FoundEncoding => {
  const mark = marks.find(({ bytes }) => bytes.every((byte, at) => head[at] === byte));
  if (UTF32.every((byte, at) => head[at] === byte)) return refused('UTF-32', declared);
  const encoding = declared === 'auto' ? (mark?.encoding ?? 'utf-8') : declared;
  if (mark !== undefined && mark.encoding !== encoding) return refused(mark.encoding, declared);
  if (!isWide(encoding) && looksWide(head)) return refused('UTF-16 or UTF-32', declared);
  return { kind: 'encoding', encoding, mark: mark?.bytes.length ?? 0 };
};

const refused = (found: string, declared: Encoding): FoundEncoding => {
  const allowed =
    declared === 'auto'
      ? 'allowed are UTF-8, and UTF-16 behind a byte order mark'
      : `the dataset declares ${declared}`;
  return {
    kind: 'refused',
    code: 'E_FILE_ENCODING',
    detail: `the file looks like ${found}; ${allowed}`,
  };
};

const isWide = (encoding: FileEncoding): boolean =>
  encoding === 'utf-16le' || encoding === 'utf-16be';

const judged = 512;

/** UTF-16 of Latin text is half NULs. A single NUL is a matter of its row. */
const looksWide = (head: Uint8Array): boolean => {
  const sample = head.subarray(0, judged);
  const zeros = sample.filter((byte) => byte === 0).length;
  return zeros >= 2 && zeros * 4 >= sample.length;
};

/**
 * The text behind the mark with one byte a character, enough to see what kind of text it is: of
 * UTF-16 every unit above 0xFF becomes 0xFF.
 */
export const narrow = (
  head: Uint8Array,
  { encoding, mark }: { readonly encoding: FileEncoding; readonly mark: number },
): Uint8Array => {
  const text = head.subarray(mark);
  if (!isWide(encoding)) return text;
  const [low, high] = encoding === 'utf-16le' ? ([0, 1] as const) : ([1, 0] as const);
  const units = new Uint8Array(text.length >> 1);
  return units.map((_, at) => (text[2 * at + high] === 0 ? (text[2 * at + low] ?? 0xff) : 0xff));
};
