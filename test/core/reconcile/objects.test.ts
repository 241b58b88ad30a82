import { describe, expect, test } from 'vitest';
import { runIdOf } from '../../../core/landing/run-id.ts';
import { curatedKeys, s3Uri } from '../../../core/layout.ts';
import { runStates } from '../../../core/ledger.ts';
import { limits } from '../../../core/limits.ts';
import { findingKinds } from '../../../core/reconcile/findings.ts';
import { markerBehind, walkSteps } from '../../../core/reconcile/marker.ts';
import {
  dataPrefix,
  leftOver,
  mayPublish,
  notListed,
  runOfObject,
} from '../../../core/reconcile/objects.ts';
import { at, fence, orders } from '../../support/landed.ts';

const prefix = dataPrefix('curated', orders);
const object = (name: string, ms = 0) => ({ uri: `${prefix}${name}`, sizeBytes: 1, at: at(ms) });
const uri = (name: string) => `${prefix}${name}`;

test('a live file is missing when it is not listed, and could have been', () => {
  const live = [uri('a'), uri('b'), 's3://elsewhere/data/c'];
  expect(notListed(live, [object('b')], prefix)).toEqual([uri('a')]);
});

test('what is left over is old, and not live', () => {
  const listed = [object('live'), object('old'), object('young', 1)];
  const found = leftOver([uri('live')], listed, at(limits.orphanAgeMs));
  expect(found.map((each) => each.uri)).toEqual([uri('old')]);
});

describe('a data file', () => {
  const runId = runIdOf(orders, at(0), []);

  test('says which run wrote it', () => {
    const key = curatedKeys.data('orders', runId, fence(12), '3-0a1b2c3d');
    expect(s3Uri('curated', key).startsWith(prefix)).toBe(true);
    expect(runOfObject(s3Uri('curated', key))).toBe(runId);
  });

  test.each(['part-00000.parquet', `${runId}.parquet`, `${runId}-a1.parquet`, 'x-a1-0.parquet'])(
    'of another writer does not: %s',
    (name) => {
      expect(runOfObject(uri(name))).toBeNull();
    },
  );
});

test('a run may still publish what it staged until it ends; a held one may be released', () => {
  const may = runStates.filter((state) => mayPublish({ state }));
  expect(may).toEqual(['CREATED', 'STARTED', 'LOADING', 'HELD']);
  expect(mayPublish(undefined)).toBe(false);
});

test('a walk takes each step to its end, and ends', () => {
  expect(markerBehind('landing', 'x')).toEqual({ step: 'landing', after: 'x' });
  const steps = walkSteps.map((step) => markerBehind(step, null)?.step);
  expect(steps).toEqual([...walkSteps.slice(1), undefined]);
});

test('every finding has words, and a metric of its own', () => {
  const kinds = Object.entries(findingKinds);
  expect(new Set(kinds.map(([, { metric }]) => metric)).size).toBe(kinds.length);
  for (const [, { means, next }] of kinds) expect(`${means} ${next}`).toMatch(/^[a-z].* [A-Z]/s);
});
