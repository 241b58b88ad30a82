import { expect, test } from 'vitest';
import {
  announcedBy,
  announcedFile,
  DeadLetter,
  isHopeless,
  letterMoves,
  letterOf,
  letterStates,
  sentAgain,
} from '../../core/dead-letter.ts';
import { parseNotice } from '../../core/landing/notice.ts';
import { limits } from '../../core/limits.ts';
import { landingBucket, objectCreated } from '../support/events.ts';
import { at } from '../support/landed.ts';

const letter = (body: string, undelivered: string | null = null) => {
  const object = announcedBy(body, landingBucket);
  const fileId = object === null ? null : announcedFile(object);
  const message = { messageId: 'm', body, undelivered };
  return letterOf(message, landingBucket, { fileId, entry: undefined }, at(1));
};
const sound = objectCreated({ key: 'orders/a.csv' });
const filler = ' '.repeat(limits.letterCharsMax);

test('a letter is what its schema says, whatever the message is', () => {
  for (const body of [sound, sound + filler, 'hello', '', '{"Event":"s3:TestEvent"}'])
    expect(DeadLetter.parse(letter(body))).toEqual(letter(body));
});

test('a whole body is sent as it came, one that was cut is made again from its object', () => {
  expect(sentAgain(letter(sound))).toBe(sound);
  const long = letter(filler + sound);
  expect(long).toMatchObject({ cut: true, code: 'E_UNTAKEN' });
  expect(long.body).toHaveLength(limits.letterCharsMax);
  expect(parseNotice(sentAgain(long) ?? '', landingBucket)).toEqual(
    parseNotice(sound, landingBucket),
  );
  expect(sentAgain(letter(`hello${filler}`))).toBeNull();
});

test('what no delivery mends is told from what one may', () => {
  expect([letter('hello'), letter(sound), letter(sound, 'X')].map(isHopeless)).toEqual([
    ...[true, false, false],
  ]);
});

test('a letter only goes forward', () => {
  const moves = letterStates.flatMap((from) =>
    letterStates.filter((to) => letterMoves(from, to)).map((to) => `${from} ${to}`),
  );
  expect(moves).toEqual(['open redriven', 'open resolved', 'redriven resolved']);
});
