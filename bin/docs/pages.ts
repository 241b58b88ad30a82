import { datasetPage } from '../../core/derive/markdown.ts';
import { datasetNamed, datasets } from '../../datasets/index.ts';
import { codesPage } from './codes-page.ts';
import { referencePage } from './reference-page.ts';

/** Every generated page, by its path under docs/. */
export const pages = (): Readonly<Record<string, string>> => ({
  'codes.md': codesPage(),
  'reference.md': referencePage(),
  ...Object.fromEntries(
    datasets.map((each) => [`datasets/${each.name}.md`, datasetPage(each, datasetNamed)]),
  ),
});
