import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

/** A module of AssemblyScript, and the file that carries it compiled. */
export type WasmModule = {
  /** From this file; the compiled one lies beside it and ends with `-wasm.ts`. */
  readonly source: string;
  /** What the compiled file exports. */
  readonly name: string;
};

export const wasmModules: readonly WasmModule[] = [
  { source: 'framer.as.ts', name: 'framerWasm' },
  { source: 'json/json.as.ts', name: 'jsonWasm' },
  { source: 'plain/plain.as.ts', name: 'plainWasm' },
];

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const LINE = 88;
const OPTIONS = '--runtime stub --enable simd -O3 --noAssert --use abort='.split(' ');

export const compiledPath = ({ source }: WasmModule): string => here(source.replace('.as.ts', '-wasm.ts'));

/** Compiles a module; a test compares the result with what lies here, so neither drifts. */
const compile = async ({ source }: WasmModule): Promise<Buffer> => {
  const directory = await mkdtemp(join(tmpdir(), 'wasm-'));
  try {
    const out = join(directory, 'module.wasm');
    const built = await asc.main(
      [source, '--baseDir', here('.'), ...OPTIONS, '-o', out],
      {},
    );
    if (built.error) throw new Error(`asc: ${built.stderr}`, { cause: built.error });
    return await readFile(out);
  } finally {
    await rm(directory, { recursive: true });
  }
};

/** The text of a compiled file: base64, because a bundler carries it along without a loader. */
export const compiledText = async (module: WasmModule): Promise<string> => {
  const wasm = await compile(module);
  const lines = wasm.toString('base64').match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  const name = module.source.replace(/^.*\//, '');
  return `/** ${name}, compiled. Made by \`node adapters/engine/build-wasm.ts\`; do not edit. */
export const ${module.name} = [
${lines.map((line) => `  '${line}',\n`).join('')}].join('');
`;
};

if (import.meta.main) {
  for (const module of wasmModules) {
    await writeFile(compiledPath(module), await compiledText(module));
  }
}
