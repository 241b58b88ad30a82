import { Buffer } from 'node:buffer';
import { readSync } from 'node:fs';
import { TextDecoder } from 'node:util';
import { Refused } from '../../../core/errors.ts';
import { limits } from '../../../core/limits.ts';

/** An XML document of any size, of which only what is being read is in memory. */
export type XmlSource = {
  readonly fd: number;
  readonly chunk: Buffer;
  readonly decoder: TextDecoder;
  text: string;
  /** Where the next character stands in the text. */
  at: number;
  ended: boolean;
  /** Where the file is read next. */
  from: number;
  /** Lines before the text. */
  lines: number;
};

export const openXml = (fd: number, chunk: number): XmlSource => ({
  fd,
  chunk: Buffer.alloc(chunk),
  decoder: new TextDecoder('utf-8', { fatal: true }),
  text: '',
  at: 0,
  ended: false,
  from: 0,
  lines: 0,
});

const newlines = (text: string, to: number): number => {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++;
  return count;
};

/** The line, from 1, on which the next character stands. */
export const lineOf = ({ lines, text, at }: XmlSource): number => lines + newlines(text, at) + 1;

/** The document is no XML here, and nothing behind this place can be trusted. */
export const malformed = (source: XmlSource, what: string): Refused =>
  new Refused('E_CORRUPT', `the XML is not well-formed: ${what} in line ${lineOf(source)}`);

/** Reads on, and lets go of what was read; false when there is no more. */
const more = (source: XmlSource): boolean => {
  if (source.ended) return false;
  const { chunk, text, at } = source;
  if (text.length - at > limits.recordCharsMax) {
    const allowed = `${limits.recordCharsMax} are allowed`;
    throw new Refused(
      'E_SIZE',
      `the tag or text in line ${lineOf(source)} is too long; ${allowed}`,
    );
  }
  const got = readSync(source.fd, chunk, 0, chunk.length, source.from);
  source.from += got;
  source.ended = got === 0;
  source.lines += newlines(text, at);
  source.text = text.slice(at) + decode(source, got);
  source.at = 0;
  return true;
};

const decode = (source: XmlSource, got: number): string => {
  const text = decoded(source, got);
  if (text !== undefined) return text;
  throw new Refused('E_FILE_ENCODING', `the XML is not UTF-8 behind line ${lineOf(source)}`);
};

const decoded = ({ decoder, chunk }: XmlSource, got: number): string | undefined => {
  try {
    return decoder.decode(chunk.subarray(0, got), { stream: got > 0 });
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
};

/** Whether a text stands here. */
export const standsHere = (source: XmlSource, wanted: string): boolean => {
  while (source.text.length - source.at < wanted.length && more(source));
  return source.text.startsWith(wanted, source.at);
};

/** Whether the document has ended. */
export const atEnd = (source: XmlSource): boolean => {
  while (source.at === source.text.length) if (!more(source)) return true;
  return false;
};

/** What stands between two marks, the first of which stands here. */
export const takeBetween = (source: XmlSource, open: string, close: string): string => {
  for (;;) {
    const from = source.at + open.length;
    const end = source.text.indexOf(close, from);
    if (end >= 0) {
      source.at = end + close.length;
      return source.text.slice(from, end);
    }
    if (!more(source)) throw malformed(source, `the file ends before ${close}`);
  }
};

/** The text up to the next tag or the end. */
export const takeText = (source: XmlSource): string => {
  for (;;) {
    const { text, at } = source;
    const end = text.indexOf('<', at);
    if (end < 0 && more(source)) continue;
    source.at = end < 0 ? text.length : end;
    return text.slice(at, source.at);
  }
};

/** A tag as it stands, marks included: a > between quotes does not end it. */
export const takeTag = (source: XmlSource): string => {
  for (;;) {
    const end = tagEnd(source);
    if (end >= 0) {
      const tag = source.text.slice(source.at, end + 1);
      source.at = end + 1;
      return tag;
    }
    if (!more(source)) throw malformed(source, 'the file ends in a tag');
  }
};

const tagEnd = ({ text, at }: XmlSource): number => {
  const mark = /[>"']/g;
  mark.lastIndex = at;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    if (found[0] === '>') return found.index;
    const quote = text.indexOf(found[0], found.index + 1);
    if (quote < 0) return -1;
    mark.lastIndex = quote + 1;
  }
  return -1;
};
