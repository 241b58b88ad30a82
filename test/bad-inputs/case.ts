import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { FileOptions } from '../../core/landing/file-options.ts';
import { row } from './sales.ts';

type Files = Partial<FileOptions>;
/** One line of the catalogue: what lands, under which contract, and what becomes of it. */
export type Case = readonly [
  name: string,
  given: string | Buffer,
  expected: Readonly<Record<string, unknown>>,
  files?: Files,
  more?: { readonly key?: string; readonly caps?: Readonly<Record<string, number>> },
];

/** All rows are published. */
export const published = (rows = 100, more: Readonly<Record<string, unknown>> = {}) => ({
  kind: 'read',
  rowsIn: rows,
  valid: rows,
  reasons: {},
  ...more,
});
/** All but one row are published. */
export const rejected = (...codes: string[]) => ({
  kind: 'read',
  rowsIn: 100,
  valid: 99,
  reasons: Object.fromEntries(codes.map((code) => [code, 1])),
});
/** The whole file is refused, with this word in the message. */
export const refused = (code: string, word = '') => ({
  kind: 'refused',
  code,
  detail: expect.stringContaining(word),
});

export const latin1 = (content: string): Buffer => Buffer.from(content, 'latin1');
export const gzip = (content: string | Buffer): Buffer => gzipSync(content);
export const note = (content: string): string => row(50, { note: content });
