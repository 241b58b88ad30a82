/** Wide steps of the modules read and write past what they are about. */
const SLACK = 64;
const WASM_PAGE = 65_536;

/** Hands out addresses of a memory, one behind the other, on eights, with slack between them. */
export const openLayout = () => {
  let at = SLACK;
  return {
    take: (bytes: number): number => {
      const start = at;
      at = (at + bytes + SLACK + 7) & ~7;
      return start;
    },
    /** Makes the memory as large as what was handed out; it is to be looked at only then. */
    grow: (memory: WebAssembly.Memory): Buffer => {
      const missing = at - memory.buffer.byteLength;
      memory.grow(Math.max(0, Math.ceil(missing / WASM_PAGE)));
      return Buffer.from(memory.buffer);
    },
  };
};
