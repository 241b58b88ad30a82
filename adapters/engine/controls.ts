import { framerWasm } from './framer-wasm.ts';
import { openLayout } from './wasm-layout.ts';

const [TAB, LF, CR, SPACE, DELETE] = [9, 10, 13, 32, 127];

/** Whether bytes hold a control character of ASCII other than tab, LF and CR. */
export const hasControl = (bytes: Uint8Array): boolean => {
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? SPACE;
    if (byte >= SPACE ? byte === DELETE : byte !== TAB && byte !== LF && byte !== CR) return true;
  }
  return false;
};

type Finder = {
  readonly memory: WebAssembly.Memory;
  control(from: number, to: number): number;
};

const compiled = new WebAssembly.Module(Buffer.from(framerWasm, 'base64'));

/** The same for chunks of up to so many bytes, at memory speed. */
export const controlFinder = (bytesMax: number): ((bytes: Buffer) => boolean) => {
  // What framer.as.ts exports; it is built with this file, so it needs no parsing.
  const wasm = new WebAssembly.Instance(compiled).exports as Finder;
  const layout = openLayout();
  const input = layout.take(bytesMax);
  const memory = layout.grow(wasm.memory);
  return (bytes) => {
    const to = input + bytes.copy(memory, input);
    return wasm.control(input, to) < to;
  };
};
