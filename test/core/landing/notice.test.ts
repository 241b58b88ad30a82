import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { landedFile, noticeBody, parseNotice } from '../../../core/landing/notice.ts';
import { landingBucket, objectCreated } from '../../support/events.ts';

const documented = readFileSync(
  new URL('../../fixtures/s3-object-created.json', import.meta.url),
  'utf8',
);
const emulated = readFileSync(
  new URL('../../fixtures/s3-object-created-emulator.json', import.meta.url),
  'utf8',
);

test('the event that AWS documents names one object version', () => {
  expect(parseNotice(documented, 'amzn-s3-demo-bucket1')).toEqual({
    kind: 'landed',
    object: {
      bucket: 'amzn-s3-demo-bucket1',
      key: 'example-key',
      versionId: 'IYV3p45BT0ac8hjHg1houSdS1a.Mro8e',
      etag: 'b1946ac92492d2347c6235b4d2611184',
      sizeBytes: 5,
      sequencer: '617f08299329d189',
      landedAt: Date.parse('2021-11-12T00:00:00Z'),
    },
  });
});

test('an emulator’s event names no version, and is read all the same', () => {
  expect(parseNotice(emulated, 'notice-fixture')).toMatchObject({
    kind: 'landed',
    object: { key: 'orders/a b+c%2F😀.csv', versionId: null, sizeBytes: 8 },
  });
});

describe('a message that announces no new object of landing', () => {
  test.each([
    ['the test event of S3', '{"Service":"Amazon S3","Event":"s3:TestEvent"}', 'ignored'],
    ['a deletion', objectCreated({ key: 'a', detailType: 'Object Deleted' }), 'ignored'],
    ['a restore', objectCreated({ key: 'a', detailType: 'Object Restore Completed' }), 'ignored'],
    ['no JSON', 'not json', 'refused'],
    ['nothing', '', 'refused'],
    ['null', 'null', 'refused'],
    ['another service', '{"source":"aws.ec2","detail-type":"Object Created"}', 'refused'],
    ['a foreign bucket', objectCreated({ key: 'a', bucket: 'stranger' }), 'refused'],
    ['a key of no characters', objectCreated({ key: '' }), 'refused'],
    ['a negative size', objectCreated({ key: 'a', size: -1 }), 'refused'],
    ['a time that is none', objectCreated({ key: 'a', time: 'yesterday' }), 'refused'],
  ])('%s is %s', (_name, body, kind) => {
    expect(parseNotice(body, landingBucket).kind).toBe(kind);
  });

  test('a refusal says what is wrong', () => {
    expect(parseNotice(objectCreated({ key: 'a', bucket: 'stranger' }), landingBucket)).toEqual({
      kind: 'refused',
      code: 'E_FOREIGN',
      detail: 'bucket stranger is not landing',
    });
    expect(parseNotice(objectCreated({ key: 'a', size: 0.5 }), landingBucket)).toEqual({
      kind: 'refused',
      code: 'E_NOTICE',
      detail: 'the event lacks detail.object.size',
    });
  });
});

test('any key comes through as it is, and any instant as its milliseconds', () => {
  const instants = fc.date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'binary' }), instants, (key, date) => {
      const notice = parseNotice(objectCreated({ key, time: date.toISOString() }), landingBucket);
      expect(notice).toMatchObject({ kind: 'landed', object: { key, landedAt: date.getTime() } });
    }),
  );
});

test('two object versions are two files, and one is always the same file', () => {
  const text = fc.string({ minLength: 1, maxLength: 4 });
  const object = fc.record({ bucket: text, key: text, versionId: text });
  const common = { sizeBytes: 1, sequencer: '', landedAt: 0, etag: '' };
  const idOf = ({ versionId, ...rest }: { bucket: string; key: string; versionId: string }) => {
    const notice = parseNotice(objectCreated({ ...rest, versionId }), rest.bucket);
    expect(notice).toMatchObject({ kind: 'landed' });
    return notice.kind === 'landed' ? landedFile(notice.object, versionId).fileId : common;
  };
  fc.assert(
    fc.property(object, object, (a, b) => {
      const same = a.bucket === b.bucket && a.key === b.key && a.versionId === b.versionId;
      expect(idOf(a) === idOf(b)).toBe(same);
      expect(idOf(a)).toMatch(/^[0-9a-f]{32}$/);
    }),
  );
});

test('a notice made again says what the one of S3 said', () => {
  for (const versionId of ['v1', null]) {
    const first = parseNotice(
      objectCreated({ key: 'orders/a b+%2F😀"\\.csv', versionId }),
      landingBucket,
    );
    if (first.kind !== 'landed') throw new Error('it is a notice');
    expect(parseNotice(noticeBody(first.object), landingBucket)).toEqual(first);
  }
});
