import { describe, expect, test } from 'vitest';
import type { FileEntry } from '../../../core/ledger.ts';
import { limits } from '../../../core/limits.ts';
import { needsPerson, nextStep } from '../../../core/reconcile/findings.ts';
import { asksReason, fileOfVersion, judgeVersion } from '../../../core/reconcile/versions.ts';
import { at, landed, orders } from '../../support/landed.ts';

const file = landed('a.csv');
const version = { ...file, etag: 'e' };
const entry = (state: FileEntry['state'], code = 'E_SIZE'): FileEntry => ({
  ...file,
  ...{ dataset: orders, state, runId: null, fence: null, contentId: null, counts: null },
  ...{ reason: { code, detail: 'd' }, updatedAt: at(0) },
});
const old = at(limits.reconcileGraceMs);
const facts = { version, entry: undefined, isExplained: null, isDeadLetter: false, now: old };

test('a listed version is the file that its notice announces', () => {
  expect(fileOfVersion(version)).toBe(file.fileId);
});

describe('a landed version', () => {
  test.each([
    ['just as old as the grace', {}, 'untracked', 'announce'],
    ['a moment younger', { now: at(limits.reconcileGraceMs - 1) }, undefined, undefined],
    ['that intake gave up on', { isDeadLetter: true }, 'untracked', undefined],
    ['that is claimed', { entry: entry('CLAIMED') }, undefined, undefined],
    ['that is published', { entry: entry('PUBLISHED') }, undefined, undefined],
    ['refused, with its reason', { entry: entry('QUARANTINED'), isExplained: true }],
    ['refused, nobody having looked', { entry: entry('QUARANTINED') }],
    [
      'refused, without its reason',
      { entry: entry('QUARANTINED'), isExplained: false },
      'unexplained',
      'explain',
    ],
    [
      'refused for a code of another version',
      { entry: entry('QUARANTINED', 'E_WAS'), isExplained: false },
      'unexplained',
    ],
    ['held, without a reason there', { entry: entry('HELD'), isExplained: false }],
  ] as const)('%s', (_what, more, kind?, action?) => {
    const finding = judgeVersion({ ...facts, ...more });
    expect(finding?.kind).toBe(kind);
    expect(finding?.action?.kind).toBe(action);
    if (finding === null) return;
    expect(needsPerson(finding)).toBe(action === undefined);
    expect(nextStep(finding)).toMatch(/\w/);
  });
});

test('only a refused file has a reason to look for', () => {
  expect(asksReason(entry('QUARANTINED'))).toBe(true);
  expect(asksReason(entry('GONE'))).toBe(false);
  expect(asksReason(undefined)).toBe(false);
});
