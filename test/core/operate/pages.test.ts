import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Looked, mergedPage } from '../../../core/operate/pages.ts';

/** Places of some states, each place once. */
const drawnStates = fc
  .uniqueArray(fc.integer({ min: 0, max: 99 }), { maxLength: 40 })
  .chain((places) =>
    fc
      .array(fc.nat({ max: 2 }), { minLength: places.length, maxLength: places.length })
      .map((of) => [0, 1, 2].map((state) => places.filter((_, index) => of[index] === state))),
  );

const named = (place: number): string => String(place).padStart(2, '0');

test.each([true, false])(
  'pages hold everything once and in order, however little of a state is looked at: %s',
  (newestFirst) => {
    const property = fc.property(
      drawnStates,
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 3 }),
      (states, limit, looks) => {
        const sorted = (all: readonly string[]) =>
          newestFirst ? [...all].sort().reverse() : [...all].sort();
        const look = (places: readonly number[], most: number, after: string | null) => {
          const behind = sorted(places.map(named)).filter(
            (at) => after === null || (newestFirst ? at < after : at > after),
          );
          const seen = behind.slice(0, most);
          const found = seen.map((at) => ({ at, entry: at }));
          const upTo = behind.length > most ? (seen.at(-1) ?? null) : null;
          return { found, upTo } satisfies Looked<string>;
        };
        const all: string[] = [];
        for (let after: string | null = null, turn = 0; ; turn += 1) {
          const looked = states.map((of, index) => look(of, looks[index] ?? 1, after));
          const { entries, next } = mergedPage(looked, { limit, newestFirst });
          expect(entries.length).toBeLessThanOrEqual(limit);
          all.push(...entries);
          if (next === null) break;
          expect(turn).toBeLessThan(200);
          after = next;
        }
        expect(all).toEqual(sorted(states.flat().map(named)));
      },
    );
    expect(() => fc.assert(property)).not.toThrow();
  },
);
