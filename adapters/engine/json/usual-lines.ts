import { NUMBER_DIGITS } from '../cell-text.ts';
import type { LineScanner, Takes } from '../json-line.ts';
import { openLayout } from '../wasm-layout.ts';
import { jsonWasm } from './json-wasm.ts';

/** Names that are no field; lines with further ones are left. */
const STRANGERS_MAX = 1_000;
/** Room for those names. */
const STRANGER_BYTES = 1 << 16;
/** Places of the table of names per name, at least: then few are taken. */
const SPARSE = 4;

// The structs of a name and a slot, as names.as.ts has them.
const [NAME_BYTES, NAME_LENGTH, NAME_SLOT, NAME_FOLLOWER] = [16, 4, 8, 12];
const [SLOT_BYTES, SLOT_TAKES, SLOT_LINES] = [24, 16, 20];
const TAKES: Readonly<Record<Takes, number>> = { scalar: 0, parts: 1, any: 2 };
const STRANGER = 3;

type Exports = {
  readonly memory: WebAssembly.Memory;
  setLines(input: number, ends: number, faults: number, max: number, rowBytesMax: number): void;
  setNames(head: number, table: number, mask: number, strangers: number): void;
  setCells(number: number, slots: number, slotsEnd: number): void;
  setControls(kept: number): void;
  setDepth(max: number): void;
  know(name: number): void;
  take(
    from: number,
    to: number,
    have: number,
    row: number,
    out: number,
    enough: number,
    ascii: number,
  ): number;
  split(from: number, to: number): number;
  readonly lines: { readonly value: number };
  readonly rows: { readonly value: number };
  readonly rowBytes: { readonly value: number };
  readonly written: { readonly value: number };
};

/** What one chunk holds: how far it is read, what was written, which number comes next. */
export type Progress = {
  lines: number;
  next: number;
  written: number;
  row: number;
  rowBytes: number;
};

export type UsualOptions = {
  readonly rowBytesMax: number;
  readonly chunk: number;
  /** The most that a sound line becomes behind its number. */
  readonly numberedMax: number;
};

const compiled = new WebAssembly.Module(Buffer.from(jsonWasm, 'base64'));

/** A key that has another spelling, with escapes, is left to the scanner. */
const isPlainName = (name: string): boolean =>
  JSON.stringify(name) === `"${name}"` && !name.includes('\x7f');

/** The fields in their order, since most lines have them so, and then their other names. */
const namesOf = ({ fields, names }: LineScanner): [string, number][] => {
  const all = new Map([...fields.map((name, index): [string, number] => [name, index]), ...names]);
  return [...all].filter(([name, index]) => index >= 0 && isPlainName(name));
};

const openMemory = (scanner: LineScanner, { chunk, rowBytesMax, numberedMax }: UsualOptions) => {
  // What json.as.ts exports; it is built with this file, so it needs no parsing.
  const wasm = new WebAssembly.Instance(compiled).exports as Exports;
  const layout = openLayout();
  const { fields } = scanner;
  const names = namesOf(scanner);
  const namesMax = names.length + STRANGERS_MAX;
  const places = 1 << Math.ceil(Math.log2(SPARSE * namesMax));
  const linesMax = chunk >> 2;
  const textBytes = names.reduce((sum, [name]) => sum + Buffer.byteLength(name) + 1, 0);
  const number = layout.take(NUMBER_DIGITS + 1);
  const slots = layout.take(SLOT_BYTES * (fields.length + STRANGERS_MAX));
  const entries = layout.take(NAME_BYTES * (namesMax + 1));
  const texts = layout.take(textBytes + STRANGER_BYTES);
  const table = layout.take(4 * places);
  const met = layout.take(4 * STRANGERS_MAX);
  const ends = layout.take(4 * linesMax);
  const faults = layout.take(2 * linesMax);
  // The last line may lack its line feed.
  const input = layout.take(chunk + 1);
  const out = layout.take(chunk + numberedMax);
  const memory = layout.grow(wasm.memory);
  wasm.setLines(input, ends, faults, linesMax, rowBytesMax);
  wasm.setNames(entries, table, places - 1, met);
  wasm.setCells(number, slots, slots + SLOT_BYTES * fields.length);
  wasm.setControls(scanner.keepsControls ? 1 : 0);
  wasm.setDepth(scanner.depthMax);
  for (const [index, takes] of scanner.takes.entries())
    memory.writeInt32LE(TAKES[takes], slots + SLOT_BYTES * index + SLOT_TAKES);
  return {
    wasm,
    memory,
    names,
    number,
    slots,
    entries,
    texts,
    textBytes,
    ends,
    faults,
    input,
    out,
  };
};
type Memory = ReturnType<typeof openMemory>;

/** Writes names one behind the other; each is followed by the next, until lines show otherwise. */
const openNames = ({ wasm, memory, entries, texts }: Memory, textBytesMax: number) => {
  // In front of the first name stands one of no length, which no key has.
  let count = 0;
  let text = texts;
  memory.writeInt32LE(entries, entries + NAME_FOLLOWER);
  /** False: there is no room for its bytes. */
  return (name: string, slot: number): boolean => {
    const bytes = Buffer.from(`${name}"`);
    if (text + bytes.length > texts + textBytesMax) return false;
    count += 1;
    const entry = entries + NAME_BYTES * count;
    memory.writeInt32LE(text, entry);
    memory.writeInt32LE(bytes.length, entry + NAME_LENGTH);
    memory.writeInt32LE(slot, entry + NAME_SLOT);
    memory.writeInt32LE(entry, entry + NAME_FOLLOWER);
    memory.writeInt32LE(entry, entry - NAME_BYTES + NAME_FOLLOWER);
    text += bytes.copy(memory, text);
    wasm.know(entry);
    return true;
  };
};

/**
 * Reads lines in WebAssembly: the usual ones as rows of cells, or all of them only as lines. What
 * it does not take it leaves as it is, for the scanner.
 */
export const openUsualLines = (scanner: LineScanner, options: UsualOptions) => {
  const opened = openMemory(scanner, options);
  const { wasm, memory, names, slots, input, out } = opened;
  const { chunk, numberedMax } = options;
  const linesMax = chunk >> 2;
  const tell = openNames(opened, opened.textBytes + STRANGER_BYTES);
  for (const [name, field] of names) tell(name, slots + SLOT_BYTES * field);

  const strangers = new Map<string, number>();
  const learn = (name: string): void => {
    if (strangers.has(name) || !isPlainName(name)) return;
    const slot = slots + SLOT_BYTES * (scanner.fields.length + strangers.size);
    memory.writeInt32LE(STRANGER, slot + SLOT_TAKES);
    if (tell(name, slot)) strangers.set(name, slot);
  };
  const follow = (progress: Progress, stop: number): void => {
    progress.next = stop - input;
    progress.lines = wasm.lines.value;
    progress.row += wasm.rows.value;
    progress.rowBytes += wasm.rowBytes.value;
  };
  return {
    /** The chunk, and room for a line feed behind it. */
    bytes: memory.subarray(input, input + chunk + 1),
    ends: new Uint32Array(memory.buffer, opened.ends, linesMax),
    faults: new Uint16Array(memory.buffer, opened.faults, linesMax),
    out: memory.subarray(out, out + chunk + numberedMax),
    /**
     * Takes lines up to the first that is not usual; `to` lies behind a line feed. `isText` is
     * false when the bytes are not known to be UTF-8.
     */
    take: (progress: Progress, to: number, isText: boolean): void => {
      const { next, lines, row, written } = progress;
      const enough = out + chunk;
      const from = input + next;
      const ascii = isText ? 0 : 1;
      const stop = wasm.take(from, input + to, lines, row, out + written, enough, ascii);
      if (stop === from) return;
      follow(progress, stop);
      progress.written = wasm.written.value - out;
    },
    /** Tells lines apart and looks no further. */
    split: (progress: Progress, to: number): void =>
      follow(progress, wasm.split(input + progress.next, input + to)),
    /** Lines with these names are usual from now on, unless there are too many. */
    learn: (unknown: ReadonlySet<string>): void => {
      for (const name of unknown) if (strangers.size < STRANGERS_MAX) learn(name);
    },
    /** Adds the names that are no field, of the lines that were taken, to those of the scanner. */
    settle: (): void => {
      for (const [name, slot] of strangers) {
        scanner.count(name, memory.readInt32LE(slot + SLOT_LINES));
        memory.writeInt32LE(0, slot + SLOT_LINES);
      }
    },
  };
};
export type UsualLines = ReturnType<typeof openUsualLines>;
