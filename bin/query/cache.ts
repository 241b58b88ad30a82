import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../../core/ports.ts';

/** An object that never changes under its address, as all of Headgate's data files are. */
export type RemoteFile = { readonly uri: string; readonly sizeBytes: number };

/** Downloads kept between queries; the least recently used go first. */
const cacheBytesMax = 8 * 1024 ** 3;
const downloadsAtOnce = 6;

/**
 * Copies of remote files on this disk, only for this user: they hold the data itself. `scope`
 * keeps stacks apart that have the same bucket names, as every emulator's have.
 */
export const fileCache = (dir: string, scope: string, store: Pick<Store, 'download'>) => {
  const pathOf = (file: RemoteFile): string => {
    const name = createHash('sha256').update(`${scope}\0${file.uri}`).digest('hex').slice(0, 40);
    return join(dir, `${name}.parquet`);
  };
  const isKept = async (file: RemoteFile): Promise<boolean> => {
    const found = await stat(pathOf(file)).catch(() => undefined);
    return found?.size === file.sizeBytes;
  };
  const fetchOne = async (file: RemoteFile): Promise<void> => {
    const path = pathOf(file);
    if (await isKept(file)) {
      const now = new Date();
      await utimes(path, now, now);
      return;
    }
    const partial = `${path}.${process.pid}.partial`;
    try {
      await store.download(file.uri, partial);
      // Whole or not at all: another query may read the same file at this moment.
      await rename(partial, path);
    } finally {
      await rm(partial, { force: true });
    }
  };
  return {
    pathOf,
    /** Which of the files a query would have to download. */
    missing: async (files: readonly RemoteFile[]): Promise<RemoteFile[]> => {
      const kept = await Promise.all(files.map(isKept));
      return files.filter((_, at) => !kept[at]);
    },
    /** Brings all files here; `onFile` is told of each. */
    fetch: async (files: readonly RemoteFile[], onFile: (done: number) => void): Promise<void> => {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const queue = files.entries();
      let done = 0;
      const work = async (): Promise<void> => {
        for (const [, file] of queue) {
          await fetchOne(file);
          done += 1;
          onFile(done);
        }
      };
      await Promise.all(Array.from({ length: downloadsAtOnce }, work));
      await prune(dir, new Set(files.map(pathOf)));
    },
  };
};

/** Keeps the cache in its bounds, and never touches what the query at hand reads. */
const prune = async (dir: string, inUse: ReadonlySet<string>): Promise<void> => {
  const paths = (await readdir(dir)).filter((name) => name.endsWith('.parquet'));
  const files = await Promise.all(
    paths.map(async (name) => {
      const path = join(dir, name);
      const { size, mtimeMs } = await stat(path);
      return { path, size, mtimeMs };
    }),
  );
  let bytes = files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
    if (bytes <= cacheBytesMax) return;
    if (inUse.has(path)) continue;
    await rm(path, { force: true });
    bytes -= size;
  }
};
