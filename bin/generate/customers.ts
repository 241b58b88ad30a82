import type { ReasonCount } from '../../core/documents.ts';
import type { Counts } from '../../core/ledger.ts';
import { sortedReasons } from './expected.ts';
import { seededRandom } from './random.ts';
import { countries, firstNames, lastNames, mailDomains } from './words.ts';

/** The columns of a customers file; all text but `signed_up_on`, which Parquet keeps as a date. */
export const customerColumns = [
  'customer_id',
  'full_name',
  'email',
  'country',
  'signed_up_on',
] as const;
export type CustomerCells = Record<(typeof customerColumns)[number], string>;

const SEED = 7;
const FIRST_DAY = Date.UTC(2021, 0, 1);
const DAYS = 1000;
const MS_PER_DAY = 86_400_000;

/** One customer in this many has a broken address, or no name. Primes, so that few have both. */
const BAD_EMAIL_EVERY = 97;
const NO_NAME_EVERY = 193;

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** Customers C-000000 upwards, a few of them dirty, the last one twice, and what must be found. */
export const customers = (
  count: number,
): {
  readonly rows: readonly CustomerCells[];
  readonly expected: Counts & { readonly reasons: readonly ReasonCount[] };
} => {
  const random = seededRandom(SEED);
  const reasons = new Map<string, number>();
  const note = (reason: string): void => void reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  let rejected = 0;
  const rows = Array.from({ length: count }, (_, at): CustomerCells => {
    const [first, last] = [random.pick(firstNames), random.pick(lastNames)];
    const hasBadEmail = at % BAD_EMAIL_EVERY === BAD_EMAIL_EVERY - 1;
    const hasNoName = at % NO_NAME_EVERY === NO_NAME_EVERY - 1;
    if (hasBadEmail) note('E_TYPE email');
    if (hasNoName) note('E_REQUIRED full_name');
    if (hasBadEmail || hasNoName) rejected += 1;
    return {
      customer_id: `C-${String(at).padStart(6, '0')}`,
      full_name: hasNoName ? '' : `${capital(first)} ${capital(last)}`,
      email: `${first}.${last}${at}@${hasBadEmail ? '' : random.pick(mailDomains)}`,
      country: random.pick(countries),
      signed_up_on: new Date(FIRST_DAY + random.below(DAYS) * MS_PER_DAY)
        .toISOString()
        .slice(0, 10),
    };
  });
  return {
    rows: [...rows, ...rows.slice(-1)],
    expected: {
      rowsIn: count + 1,
      published: count - rejected,
      rejected,
      deduplicated: 1,
      reasons: sortedReasons(reasons),
    },
  };
};
