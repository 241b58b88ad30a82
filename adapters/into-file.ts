import { createWriteStream, type WriteStream } from 'node:fs';

/**
 * Has `write` fill a new file, and settles only when nothing can touch the file any more. A
 * pipeline that fails settles at once, while its file may not even have been opened: it would then
 * appear in a directory that the caller has emptied, or removed, meanwhile.
 */
export const intoFile = async (
  path: string,
  write: (file: WriteStream) => Promise<void>,
  options: { readonly highWaterMark?: number } = {},
): Promise<void> => {
  const file = createWriteStream(path, options);
  const closed = new Promise<void>((resolve) => file.once('close', resolve));
  try {
    await write(file);
  } finally {
    file.destroy();
    await closed;
  }
};
