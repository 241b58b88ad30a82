import { readFile, writeFile } from 'node:fs/promises';
import { PermanentError } from '../../core/errors.ts';
import { EpochMs } from '../../core/ids.ts';
import type { Store } from '../../core/ports.ts';

/** Buckets in memory; `objects` is open to tests that look or that lose things. */
export const memoryStore = (options: { readonly pause?: () => Promise<void> } = {}) => {
  const { pause = async () => undefined } = options;
  const objects = new Map<string, Buffer>();
  const store: Store = {
    get: async (uri) => {
      await pause();
      const bytes = objects.get(uri);
      if (bytes === undefined) throw new PermanentError(`get ${uri}: NoSuchKey`);
      return bytes;
    },
    put: async (uri, bytes) => {
      await pause();
      objects.set(uri, Buffer.from(bytes));
    },
    putOnce: async (uri, bytes) => {
      await pause();
      if (objects.has(uri)) return 'exists';
      objects.set(uri, Buffer.from(bytes));
      return 'written';
    },
    upload: async (uri, path) => {
      objects.set(uri, await readFile(path));
    },
    download: async (uri, path) => {
      await writeFile(path, await store.get(uri));
    },
    list: async (prefixUri) =>
      [...objects]
        .filter(([uri]) => uri.startsWith(prefixUri))
        .map(([uri, bytes]) => ({ uri, sizeBytes: bytes.length, at: EpochMs.parse(0) }))
        .sort((a, b) => (a.uri < b.uri ? -1 : 1)),
  };
  return { store, objects };
};
