import { describe, expect, test } from 'vitest';
import { executionName } from '../../../core/execution-name.ts';
import { runIdOf } from '../../../core/landing/run-id.ts';
import { type RunEntry, terminalRunStates } from '../../../core/ledger.ts';
import { limits } from '../../../core/limits.ts';
import type { TableMetadata } from '../../../core/load/table.ts';
import { judgePublished, judgeRun } from '../../../core/reconcile/runs.ts';
import { at, fence, landed, orders } from '../../support/landed.ts';

const runId = runIdOf(orders, at(0), []);
const run = (more: Partial<RunEntry> = {}): RunEntry => ({
  ...{ runId, dataset: orders, state: 'STARTED', fence: fence(1), contractVersion: 'c1' },
  ...{ files: [landed('a').fileId], counts: null, quality: null, snapshotId: null, reason: null },
  ...{ createdAt: at(0), updatedAt: at(0) },
  ...more,
});
const now = at(limits.reconcileGraceMs);
const max = limits.publishStartsMax;
const released = { by: 'ana', at: at(0), work: fence(1), reason: { code: 'c', detail: 'd' } };
const pointer = { runId, dataset: orders, fence: 1 };

describe('a run', () => {
  test.each([
    ['started, and running', { run: run(), status: 'running' }, null],
    ['created, and running', { run: run({ state: 'CREATED' }), status: 'running' }, 'note-start'],
    ['created, never started', { run: run({ state: 'CREATED' }), status: 'unknown' }, 'start'],
    ['created, and over', { run: run({ state: 'CREATED' }), status: 'ended' }, 'fail'],
    ['started, without execution', { run: run(), status: 'unknown' }, 'start'],
    ['started, and over', { run: run(), status: 'ended' }, 'fail'],
    ['young, and over', { run: run({ updatedAt: at(1) }), status: 'ended' }, null],
    ['loading, and running', { run: run({ state: 'LOADING' }), status: 'running' }, null],
  ] as const)('%s', (_what, facts, action) => {
    const judged = judgeRun({ ...facts, now });
    const found = judged !== null && 'action' in judged ? judged.action?.kind : judged;
    expect(found).toBe(action);
  });

  test.each(terminalRunStates)('that is %s is left alone', (state) => {
    expect(judgeRun({ run: run({ state }), status: 'ended', now })).toBeNull();
  });

  test.each(['ended', 'unknown'] as const)('loading, its execution %s, is asked for', (status) => {
    const facts = { run: run({ state: 'LOADING' }), status, now };
    expect(judgeRun(facts)).toEqual({ kind: 'look-in-table' });
    expect(judgeRun({ ...facts, loaded: null })).toMatchObject({ kind: 'stalled' });
    expect(judgeRun({ ...facts, loaded: { snapshotId: '7', attempt: null } })).toEqual({
      kind: 'look-at-starts',
    });
  });

  test.each([
    ['never published', ['unknown'], { ...pointer, from: 'publish', again: 1 }],
    ['published in vain', ['ended', 'unknown'], { ...pointer, from: 'publish', again: 2 }],
    ['being published', ['ended', 'running'], null],
    ['published in vain too often', Array(max).fill('ended'), undefined],
  ] as const)('in the table, %s', (_what, published, expected) => {
    const facts = {
      run: run({ state: 'LOADING' }),
      status: 'ended',
      loaded: { snapshotId: '7', attempt: null },
    } as const;
    const judged = judgeRun({ ...facts, published, now });
    if (expected === null) expect(judged).toBeNull();
    else {
      const action = expected === undefined ? null : { kind: 'start', pointer: expected };
      expect(judged).toMatchObject({ kind: 'half-done', action });
    }
  });

  test('that was released goes on with the work of the held attempt', () => {
    const judged = judgeRun({
      ...{ run: run({ fence: fence(2), released }), status: 'unknown', now },
    });
    expect(judged).toMatchObject({ action: { pointer: { fence: 2, work: 1 } } });
  });
});

test('executions have names that Step Functions takes, each start its own', () => {
  const names = [
    executionName({ runId, fence: fence(1) }),
    executionName({ runId, fence: fence(2) }),
    executionName({ runId, fence: fence(1), from: 'publish', again: 1 }),
    executionName({ runId, fence: fence(2), from: 'publish', again: 3 }),
  ];
  expect(names).toEqual([runId, `${runId}-a2`, `${runId}-p1`, `${runId}-a2-p3`]);
  const longest = `${'d'.repeat(40)}-20261121T050000Z-0123456789-a999-p${max}`;
  expect(longest.length).toBeLessThanOrEqual(80);
});

describe('a published run', () => {
  const snapshot = (id: bigint, ms: number) => ({
    ...{ 'snapshot-id': id, 'sequence-number': 1, 'timestamp-ms': ms, 'manifest-list': 'l' },
    summary: {},
  });
  const table = (...snapshots: ReturnType<typeof snapshot>[]): TableMetadata => ({
    ...{ 'format-version': 2, 'table-uuid': 'u', location: 'l', 'last-sequence-number': 0 },
    ...{ 'last-column-id': 1, 'current-schema-id': 0, 'default-spec-id': 0 },
    ...{
      schemas: [{ 'schema-id': 0, fields: [] }],
      'partition-specs': [{ 'spec-id': 0, fields: [] }],
    },
    snapshots,
  });
  const big = 9_223_372_036_854_775_807n;
  test.each([
    ['whose snapshot is there', run({ snapshotId: String(big) }), table(snapshot(big, 0)), false],
    ['that needed none', run(), table(), false],
    ['without a table', run({ snapshotId: '7' }), undefined, true],
    ['in a table without snapshots', run({ snapshotId: '7' }), table(), true],
    ['that the table does not know', run({ snapshotId: '7' }), table(snapshot(8n, at(0))), true],
    ['older than all the table knows', run({ snapshotId: '7' }), table(snapshot(8n, at(1))), false],
  ])('%s', (_what, published, metadata, isFound) => {
    expect(judgePublished(published, metadata)?.kind).toBe(isFound ? 'unexplained' : undefined);
  });
});
