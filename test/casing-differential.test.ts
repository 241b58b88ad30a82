import { expect, test } from 'vitest';
import { applyCasing } from '../core/validate/casing.ts';
import { db } from './set-engine.ts';
import { youngLetters } from './support/young-letters.ts';

test.each(['lower', 'upper'] as const)(
  'both engines write %s case alike, but for young letters',
  async (casing) => {
    const reader = await db.runAndReadAll(
      `SELECT chr(i::INTEGER) AS point, ${casing}(chr(i::INTEGER)) AS changed
     FROM range(1, 1114112) t(i) WHERE i NOT BETWEEN 55296 AND 57343`,
    );
    const rows = reader
      .getRows()
      .map(([point, changed]) => [String(point), String(changed)] as const);
    expect(rows.length).toBe(0x110000 - 1 - 2048);
    const differing = rows.filter(
      ([point, changed]) =>
        applyCasing(point, casing) !== changed && point.replaceAll(youngLetters, '') !== '',
    );
    expect(differing).toEqual([]);
  },
);
