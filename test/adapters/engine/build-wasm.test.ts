import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compiledPath, compiledText, wasmModules } from '../../../adapters/engine/build-wasm.ts';

test.each(wasmModules)('$name is what its source compiles to', async (module) => {
  expect(await compiledText(module)).toBe(readFileSync(compiledPath(module)).toString());
});
