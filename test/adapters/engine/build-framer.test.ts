import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileFramer, framerModule } from '../../../adapters/engine/build-framer.ts';

test('framer-wasm.ts is what framer.as.ts compiles to', async () => {
  const kept = readFileSync(new URL('../../../adapters/engine/framer-wasm.ts', import.meta.url));
  expect(framerModule(await compileFramer())).toBe(kept.toString());
});
