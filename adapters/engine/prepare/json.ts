import { closeSync, fstatSync, openSync } from 'node:fs';
import { assert } from '../../../core/assert.ts';
import { Refused } from '../../../core/errors.ts';
import {
  broken,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  type JsonInput,
  nameOf,
  OPEN_ARRAY,
  OPEN_OBJECT,
  openInput,
  peek,
  peekPastBlanks,
  position,
  readString,
  skipValue,
  take,
  takeEnd,
} from './json-input.ts';
import { copyRow } from './json-rows.ts';
import {
  type LinesRequest,
  type LineWriter,
  type PreparedLines,
  shown,
  writeLines,
} from './lines.ts';

const CHUNK = 1 << 20;
/** Keys that a message may name; of more, only these are kept. */
const KEYS_KEPT = 21;

/** What one document is read with. */
type Work = {
  readonly input: JsonInput;
  readonly writer: LineWriter;
  readonly path: readonly string[];
  /** The source of the field's name, or null when the rows are an array. */
  readonly keyedBy: string | null;
};

/**
 * A JSON document as lines: the elements of an array, or the values of an object with their keys.
 * An array is rewritten in place: each row keeps its bytes and its position, its newlines become
 * spaces, and everything between rows becomes empty lines.
 */
export const jsonRows = async (request: LinesRequest, chunk = CHUNK): Promise<PreparedLines> => {
  const { path, keyedBy } = request.dataset.files;
  const fd = openSync(request.path, 'r');
  try {
    return await writeLines(request, (writer) => {
      const key = keyedBy === null ? null : JSON.stringify(keyedBy);
      readDocument({ input: openInput(fd, chunk), writer, path, keyedBy: key });
      if (keyedBy !== null) return;
      const { size } = fstatSync(fd);
      writer.padTo(size);
      assert(writer.position() === size, 'an array keeps its length');
    });
  } finally {
    closeSync(fd);
  }
};

const readDocument = (work: Work): void => {
  const { input } = work;
  if (peekPastBlanks(input) < 0) throw new Refused('E_EMPTY', 'the file holds no text at all');
  readLevel(work, 0);
  if (peekPastBlanks(input) >= 0)
    throw broken(input, 'stands more, behind the end of the document');
};

/** Goes to the rows by their path. What lies beside it is read too, and must be JSON. */
const readLevel = (work: Work, level: number): void => {
  const { input, path } = work;
  const wanted = path[level];
  if (wanted === undefined) {
    readRows(work);
    return;
  }
  if (peekPastBlanks(input) !== OPEN_OBJECT) {
    throw unlike(input, `an object with ${shown([wanted])}`, path.slice(0, level));
  }
  let found = 0;
  const keys = new Set<string>();
  readMembers(input, (key) => {
    const name = nameOf(key);
    if (keys.size < KEYS_KEPT) keys.add(name);
    if (name !== wanted) {
      skipValue(input);
      return;
    }
    found += 1;
    if (found > 1) {
      throw new Refused('E_SCHEMA', `${shown([wanted])} stands twice, so the rows are in doubt`);
    }
    readLevel(work, level + 1);
  });
  if (found === 0) {
    const where = `files.path is ${shown(path)}`;
    throw new Refused(
      'E_SCHEMA',
      `${where}; ${shown([wanted])} is none of the keys ${shown(keys)}`,
    );
  }
};

/** The members of an object, each from behind its colon. `read` takes the value. */
const readMembers = (input: JsonInput, read: (key: string) => void): void => {
  take(input, OPEN_OBJECT);
  if (peekPastBlanks(input) === CLOSE_OBJECT) {
    input.at += 1;
    return;
  }
  do {
    const key = readString(input, true);
    take(input, COLON);
    peekPastBlanks(input);
    read(key);
  } while (!takeEnd(input, CLOSE_OBJECT));
};

const readRows = (work: Work): void => {
  if (work.keyedBy === null) readArray(work);
  else readKeyed(work);
};

const readArray = ({ input, writer, path }: Work): void => {
  if (peekPastBlanks(input) !== OPEN_ARRAY) throw unlike(input, 'an array of rows', path);
  input.at += 1;
  if (peekPastBlanks(input) === CLOSE_ARRAY) {
    input.at += 1;
    return;
  }
  do {
    peekPastBlanks(input);
    writer.padTo(position(input));
    copyRow(input, writer, false);
    writer.endRow();
  } while (!takeEnd(input, CLOSE_ARRAY));
};

/**
 * Each value with its key in front. A value that is no object becomes an array of both, which the
 * line reader rejects with E_JSON_SHAPE, or whatever is wrong with it: so the raw row has its key.
 */
const readKeyed = ({ input, writer, path, keyedBy }: Work): void => {
  if (peekPastBlanks(input) !== OPEN_OBJECT) throw unlike(input, 'an object of rows', path);
  readMembers(input, (key) => {
    const object = peek(input) === OPEN_OBJECT;
    if (object) {
      input.at += 1;
      writer.text(`{${keyedBy}:`, 'utf8');
      writer.text(`"${key}"${peekPastBlanks(input) === CLOSE_OBJECT ? '' : ','}`, 'latin1');
      copyRow(input, writer, true);
    } else {
      writer.text(`["${key}",`, 'latin1');
      copyRow(input, writer, false);
      writer.text(']', 'latin1');
    }
    writer.endRow();
  });
};

/** The file has another shape than the dataset says; the keys found tell where the rows may be. */
const unlike = (input: JsonInput, wanted: string, path: readonly string[]): Refused => {
  const where = path.length === 0 ? 'the file' : `the value at files.path ${shown(path)}`;
  const byte = peek(input);
  if (byte !== OPEN_OBJECT) {
    const found = byte === OPEN_ARRAY ? 'an array' : 'a single value';
    return new Refused('E_SCHEMA', `${where} is ${found}; allowed is ${wanted}`);
  }
  const keys = new Set<string>();
  readMembers(input, (key) => {
    if (keys.size < KEYS_KEPT) keys.add(nameOf(key));
    skipValue(input);
  });
  const found = `an object with ${shown(keys)}`;
  return new Refused('E_SCHEMA', `${where} is ${found}; allowed is ${wanted} (files.path)`);
};
