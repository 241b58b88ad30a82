import { describe, expect, test } from 'vitest';
import { defineDataset } from '../../../core/define-dataset.ts';
import type { EvolutionMode } from '../../../core/evolution/evolution.ts';
import { canChangeType } from '../../../core/evolution/types.ts';
import { col, is, value } from '../../../core/expressions/index.ts';
import { integer, kindOf, text } from '../../../core/fields/index.ts';
import { ordered, requiredWhen } from '../../../core/rules/index.ts';
import { judgedAlike } from '../../support/judged-alike.ts';
import { scalarSamples } from '../fields/samples.ts';

const about = {
  domain: 'tests',
  owner: 'tests@example.com',
  description: 'One field whose values change their type.',
};
const changing = Object.entries(scalarSamples)
  .filter(([, field]) => canChangeType(field))
  .map(([name, field]) => [name, { ...field, optional: true }] as const);

test('most kinds of field have texts that are no value of them', () => {
  expect(changing.length).toBeGreaterThan(15);
});

describe.each(changing)('%s, of which a value of another type is set aside', (_, field) => {
  test.each<EvolutionMode>(['quarantine_value', 'evolve'])('%s', async (changedTypes) => {
    const dataset = defineDataset({
      ...{ ...about, name: 'alone', fields: { id: text(), x: field } },
      evolution: { changedTypes },
    });
    const edges = kindOf(field).edges(field.options);
    const judged = await judgedAlike(
      dataset,
      edges.map((x, index) => ({ id: `${index}`, x })),
    );
    expect(judged.filter((row) => !row.ok).flatMap((row) => row.reasons)).not.toContainEqual(
      expect.objectContaining({ code: 'E_TYPE' }),
    );
    expect(judged.some((row) => row.ok && row.values.x === null)).toBe(true);
  });
});

test('rules over columns meet a missing value where the text is set aside', async () => {
  const dataset = defineDataset({
    ...{ ...about, name: 'ruled' },
    fields: {
      id: text(),
      from: integer({ optional: true }),
      to: integer({ optional: true }),
      state: text(),
    },
    rules: [ordered('from', 'to'), requiredWhen(is(col('state'), value('done')), 'to')],
    evolution: { changedTypes: 'quarantine_value' },
  });
  const row = { id: 'x', from: '5', to: '7', state: 'open' };
  const judged = await judgedAlike(dataset, [
    row,
    { ...row, to: 'later' },
    { ...row, to: 'later', state: 'done' },
    { ...row, to: '4' },
  ]);
  expect(judged.map((each) => (each.ok ? each.values.to : each.reasons))).toEqual([
    7,
    null,
    [{ code: 'E_REQUIRED_WHEN', field: 'to' }],
    [{ code: 'E_ORDER', field: 'from, to' }],
  ]);
});
