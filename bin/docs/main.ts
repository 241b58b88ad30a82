import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pages } from './pages.ts';

for (const [name, text] of Object.entries(pages())) {
  const path = join(import.meta.dirname, '../../docs', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
