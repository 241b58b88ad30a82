import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadCases } from '../../bin/commands/case-files.ts';
import type { Case } from '../../core/cases/case.ts';
import { differencesOf } from '../../core/cases/compare.ts';
import { runCase } from '../../core/cases/run-case.ts';
import { datasetNamed, datasets } from '../../datasets/index.ts';
import { runInSetEngine } from '../support/case-engine.ts';

const dir = mkdtempSync(join(tmpdir(), 'cases-'));
afterAll(() => rmSync(dir, { recursive: true }));

const all = await loadCases();
const each = all.flatMap(({ dataset, cases }) =>
  cases.map((one) => [dataset.name, one.name, dataset, one] as const),
);

test('every dataset that takes rows has cases', () => {
  const covered = new Set(all.map(({ dataset }) => dataset.name));
  const declared = datasets.filter(({ derivedFrom }) => derivedFrom === undefined);
  expect([...covered].toSorted()).toEqual(declared.map(({ name }) => name).toSorted());
});

describe.each(each)('%s: %s', (_dataset, _name, dataset, one: Case) => {
  test('comes out of the row engine as it says', () => {
    const outcome = runCase(dataset, datasetNamed, one);
    expect(differencesOf(dataset, datasetNamed, one, outcome)).toEqual([]);
  });

  test('comes out of the set engine just so', async () => {
    const work = mkdtempSync(join(dir, 'case-'));
    // Warnings are counted by the set engine, not listed.
    const { warned: _warned, ...rows } = runCase(dataset, datasetNamed, one);
    const outcome = await runInSetEngine(dataset, datasetNamed, one, work);
    // What checks of a run measure is not in a case.
    const { score } = dataset.quality.length === 0 ? rows : outcome;
    expect(outcome).toEqual({ ...rows, score });
    expect(differencesOf(dataset, datasetNamed, one, outcome)).toEqual([]);
  });
});
