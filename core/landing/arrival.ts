import type { FileCode } from '../codes.ts';
import type { DatasetName } from '../ids.ts';
import type { LandedFile } from '../ledger.ts';
import { partOf } from '../push/key.ts';

/** What intake does with a landed object, told from its key alone. */
export type Arrival =
  | { readonly kind: 'dataset'; readonly dataset: DatasetName }
  | { readonly kind: 'ignored'; readonly rule: string }
  | {
      readonly kind: 'refused';
      readonly dataset: DatasetName | null;
      readonly code: Extract<FileCode, 'E_NO_DATASET' | 'E_KEY'>;
      readonly detail: string;
    };

/** Prefixes are quoted in reasons up to here; a key may have 1,024 bytes. */
const prefixCharsMax = 60;

/** Objects beside data that hold none, or the same once more, by the rule that knows them. */
const beside: readonly (readonly [rule: string, holds: (key: string, name: string) => boolean])[] =
  [
    ['temporary folder', (key) => key.split('/').includes('_temporary')],
    ['success marker', (_key, name) => name === '_SUCCESS'],
    ['hidden name', (_key, name) => name.startsWith('.') || name.startsWith('_')],
    ['temporary name', (_key, name) => name.endsWith('.tmp')],
    ['checksum file', (_key, name) => name.endsWith('.crc')],
    ['repeated records', (key) => partOf(key)?.part === 'repeats'],
  ];

/**
 * Which dataset an object belongs to: `<dataset>/<anything>`. Beyond its first slash a key is an
 * opaque text: it may hold `..`, quotes or an emoji, and is never used as a path.
 */
export const decideArrival = (
  { key, sizeBytes }: Pick<LandedFile, 'key' | 'sizeBytes'>,
  datasets: readonly DatasetName[],
): Arrival => {
  const name = key.slice(key.lastIndexOf('/') + 1);
  if (name === '' && sizeBytes === 0) return { kind: 'ignored', rule: 'folder marker' };
  const rule = name === '' ? undefined : beside.find(([, holds]) => holds(key, name))?.[0];
  if (rule !== undefined) return { kind: 'ignored', rule };
  const slash = key.indexOf('/');
  const prefix = slash === -1 ? key : key.slice(0, slash);
  const dataset = datasets.find((declared) => declared === prefix);
  if (dataset !== undefined && slash !== -1 && name !== '') return { kind: 'dataset', dataset };
  if (dataset !== undefined)
    return {
      kind: 'refused',
      dataset,
      code: 'E_KEY',
      detail: `the key has no file name under ${dataset}/`,
    };
  return {
    kind: 'refused',
    dataset: null,
    code: 'E_NO_DATASET',
    detail: unknownPrefix(key, slash),
  };
};

const unknownPrefix = (key: string, slash: number): string => {
  if (slash === -1) return 'the key has no prefix; a key is <dataset>/<name>';
  const shown = key.slice(0, Math.min(slash, prefixCharsMax));
  return `the prefix ${JSON.stringify(shown)} is the name of no declared dataset`;
};
