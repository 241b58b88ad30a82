import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const LINE = 88;

/** Compiles framer.as.ts; the test compares the result with framer-wasm.ts, so neither drifts. */
export const compileFramer = async (): Promise<Buffer> => {
  const directory = await mkdtemp(join(tmpdir(), 'framer-'));
  try {
    const out = join(directory, 'framer.wasm');
    const options = '--runtime stub --enable simd -O3 --noAssert --use abort=';
    const built = await asc.main(
      ['framer.as.ts', '--baseDir', here('.'), ...options.split(' '), '-o', out],
      {},
    );
    if (built.error) throw new Error(`asc: ${built.stderr}`, { cause: built.error });
    return await readFile(out);
  } finally {
    await rm(directory, { recursive: true });
  }
};

/** The text of framer-wasm.ts: base64, because a bundler carries it along without a loader. */
export const framerModule = (wasm: Buffer): string => {
  const lines = wasm.toString('base64').match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return `/** framer.as.ts, compiled. Made by \`node adapters/engine/build-framer.ts\`; do not edit. */
export const framerWasm = [
${lines.map((line) => `  '${line}',\n`).join('')}].join('');
`;
};

if (import.meta.main) await writeFile(here('framer-wasm.ts'), framerModule(await compileFramer()));
