import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Takes bytes; resolves when the buffer may be used again. */
export type Sink = (bytes: Buffer) => Promise<void>;

/** Something that DuckDB reads while, or after, it is written. */
export type Feed<T> = {
  readonly path: string;
  write(sink: Sink): Promise<void>;
  read(): Promise<T>;
};

const run = promisify(execFile);

/**
 * Hands what is written to a query through a named pipe, so that the numbered rows never lie on
 * the disk. Where no pipe can be made, through a file, which costs about the same.
 */
export const feed = async <T>(given: Feed<T>): Promise<T> => {
  try {
    return (await makePipe(given.path)) ? await throughPipe(given) : await throughFile(given);
  } finally {
    await rm(given.path, { force: true });
  }
};

const makePipe = async (path: string): Promise<boolean> => {
  try {
    await run('mkfifo', ['-m', '600', path]);
    return true;
  } catch {
    return false;
  }
};

const throughFile = async <T>({ path, write, read }: Feed<T>): Promise<T> => {
  await writeFileOf(path, write);
  return await read();
};

/** A new file of what is written. */
export const writeFileOf = async (
  path: string,
  write: (sink: Sink) => Promise<void>,
): Promise<void> => {
  const file = await open(path, 'wx');
  try {
    await write(sinkOf(file));
  } finally {
    await file.close();
  }
};

const throughPipe = async <T>({ path, write, read }: Feed<T>): Promise<T> => {
  const reading = read();
  const writing = writePipe(path, write, reading);
  const [result, written] = await Promise.allSettled([reading, writing]);
  // When the query fails, the pipe breaks too, but only the query knows why.
  if (result.status === 'rejected') throw result.reason;
  if (written.status === 'rejected') throw written.reason;
  return result.value;
};

const writePipe = async (
  path: string,
  write: (sink: Sink) => Promise<void>,
  reading: Promise<unknown>,
): Promise<void> => {
  // Opening waits for a reader; if the query ends before it reads, nobody would ever come.
  const settled = reading.then(
    () => releaseWriter(path),
    () => releaseWriter(path),
  );
  const pipe = await open(path, 'w');
  try {
    await write(sinkOf(pipe));
  } finally {
    await pipe.close();
    await settled;
  }
};

const releaseWriter = async (path: string): Promise<void> => {
  const reader = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  await reader.close();
};

const sinkOf =
  (file: FileHandle): Sink =>
  async (bytes) => {
    for (let at = 0; at < bytes.length; ) {
      at += (await file.write(bytes, at, bytes.length - at)).bytesWritten;
    }
  };
