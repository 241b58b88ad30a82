import { datasetPage } from '../../core/derive/markdown.ts';
import { openApiOf } from '../../core/derive/openapi.ts';
import { datasetNamed, datasets } from '../../datasets/index.ts';
import { apiPage } from './api-page.ts';
import { codesPage } from './codes-page.ts';
import { referencePage } from './reference-page.ts';

/** Every generated page, by its path under docs/. */
export const pages = (): Readonly<Record<string, string>> => ({
  'api.md': apiPage(datasets),
  'codes.md': codesPage(),
  'openapi.json': `${JSON.stringify(openApiOf(datasets), null, 2)}\n`,
  'reference.md': referencePage(),
  ...Object.fromEntries(
    datasets.map((each) => [`datasets/${each.name}.md`, datasetPage(each, datasetNamed)]),
  ),
});
