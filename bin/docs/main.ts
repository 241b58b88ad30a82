import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codesPage } from './codes-page.ts';

writeFileSync(join(import.meta.dirname, '../../docs/codes.md'), codesPage());
