import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const LINE = 88;

export const threadCodePath = here('walk-thread-code.ts');

/**
 * The text of walk-thread-code.ts: a thread starts from a file of its own, and a function has only
 * the one that its bundler made. So the code is carried along, as the WebAssembly modules are; a
 * test compares it with what lies here.
 */
export const threadCodeText = async (): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [here('walk-thread.ts')],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    legalComments: 'none',
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? '').toString('base64');
  const lines = code.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return `/** walk-thread.ts, bundled. Made by \`node adapters/engine/plain/build-thread.ts\`; do not edit. */
export const walkThreadCode = [
${lines.map((line) => `  '${line}',\n`).join('')}].join('');
`;
};

if (import.meta.main) await writeFile(threadCodePath, await threadCodeText());
