import { expect, test } from 'vitest';
import { compareContracts } from '../../../core/compatibility/compare-contracts.ts';
import { lockOf } from '../../../core/compatibility/contract-document.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import type { Field } from '../../../core/fields/field.ts';
import { text } from '../../../core/fields/index.ts';
import { among } from '../../../core/rules/index.ts';

const lock = (note: Field) => {
  const about = { name: 'notes', domain: 'test', owner: 'test', description: 'For this test.' };
  return lockOf([defineDataset({ ...about, fields: { note } })], () => undefined);
};
const changes = (before: Field, after: Field) =>
  (compareContracts(lock(before), lock(after))[0]?.changes ?? []).map(
    ({ kind, verdict }) => `${kind} ${verdict}`,
  );
const optional = (more: object = {}) => text({ optional: true, max: 10, ...more });

test.each<[string, Field, Field, string[]]>([
  ['a minimum of 0', text(), text({ min: 0 }), ['empty text added backward']],
  ['none any more', text({ min: 0 }), text(), ['empty text removed forward']],
  ['one where it says nothing new', optional({ min: 0 }), optional(), []],
  ['an empty token', optional(), optional({ nullTokens: [''] }), ['empty text removed full']],
  ['none any more', optional({ nullTokens: [''] }), optional(), ['empty text added backward']],
  [
    'a minimum of 1',
    optional({ min: 0 }),
    optional({ min: 1 }),
    ['bound stricter forward', 'empty text removed full'],
  ],
  [
    'listed texts',
    optional(),
    optional({ rules: [among(['a'])] }),
    ['rule added forward', 'empty text removed full'],
  ],
  [
    'listed texts with an empty one',
    optional({ rules: [among(['a', ''])] }),
    optional(),
    ['rule removed backward'],
  ],
])('%s: what it says of empty texts is told', (_name, before, after, told) => {
  expect(changes(before, after)).toEqual(told);
});
