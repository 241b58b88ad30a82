import { describe, expect, test } from 'vitest';
import type { DatasetDefinition } from '../../core/define-dataset.ts';
import { text } from '../../core/fields/index.ts';
import { type Case, note, published } from './case.ts';
import { type Outcome, readLanded } from './read-file.ts';
import { file, sales } from './sales.ts';
import { empties, encodings, headers, shapes } from './text-cases.ts';
import { archives, wrappings } from './wrapping-cases.ts';

const readTwice = async (
  given: string | Buffer,
  contract: Partial<DatasetDefinition>,
  more: Case[4] = {},
): Promise<Outcome> => {
  const dataset = sales(contract);
  const found = await readLanded(Buffer.from(given), dataset, more);
  expect(await readLanded(Buffer.from(given), dataset, more)).toEqual(found);
  return found;
};

describe.each([
  ['encodings', encodings],
  ['rows', shapes],
  ['nothing', empties],
  ['headers', headers],
  ['sizes and compressions', wrappings],
  ['archives', archives],
])('%s', (_group, cases) => {
  const named = cases.map(([name, given, expected, files = {}, more = {}]) => ({
    ...{ name, given, expected, files, more },
  }));
  test.each(named)('$name', async ({ given, expected, files, more }) => {
    const prototype = Object.getOwnPropertyNames(Object.prototype);
    expect(await readTwice(given, { files }, more)).toMatchObject(expected);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(prototype);
  });
});

test('C31 a column in another script, declared as an alias', async () => {
  const { fields } = sales();
  const contract = { fields: { ...fields, note: text({ optional: true, aliases: ['备注 📝'] }) } };
  const found = await readTwice(file(note('x')).replace('note', '备注 📝'), contract);
  expect(found).toMatchObject(published());
});
