import type { OrderCells, OrderFormat } from './columns.ts';
import { type FaultKind, faultKinds, type Planted, plant } from './faults.ts';
import { type Random, seededRandom } from './random.ts';
import {
  countries,
  currencies,
  firstNames,
  lastNames,
  mailDomains,
  notes,
  statuses,
} from './words.ts';

/** One row of the file and, since it was made here, what a correct reader must say of it. */
export type OrderRow = {
  readonly cells: OrderCells;
  readonly verdict: { readonly kind: 'published'; readonly lineTotalCents: number } | Planted;
};

export type OrderOptions = {
  readonly rows: number;
  /** @default 42 */
  readonly seed?: number;
  /** Share of bad rows (0 to 1), behind the first hundred. @default 0.02 */
  readonly bad?: number;
  /** @default 'csv' */
  readonly format?: OrderFormat;
  /** Line breaks inside some notes. @default false */
  readonly newlines?: boolean;
  /** Number of the first order: several files can then share a table. @default 0 */
  readonly firstOrder?: number;
  /** First day and number of days of `ordered_at`. @default 2024-01-01, 731 */
  readonly from?: string;
  readonly days?: number;
  /** Customers are C-000000 to this. @default 200_000 */
  readonly customers?: number;
  /** @default all of them */
  readonly kinds?: readonly [FaultKind, ...FaultKind[]];
};

const DEFAULTS = {
  seed: 42,
  bad: 0.02,
  format: 'csv',
  newlines: false,
  firstOrder: 0,
  from: '2024-01-01',
  days: 731,
  customers: 200_000,
  kinds: faultKinds,
} as const;

/** Readers that guess a file's shape look at its first rows, so these are always sound. */
const SOUND_ROWS_FIRST = 101;
const PRODUCTS = 1000;
const SECONDS_PER_DAY = 86_400;

const padded = (value: number, width: number): string => String(value).padStart(width, '0');
const orderId = (at: number): string => `ORD-${padded(at, 10)}`;

const isoSecond = (second: number): string =>
  `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;

type Draw = {
  readonly random: Random;
  readonly fromSecond: number;
  readonly seconds: number;
  readonly customers: number;
};

const emailAddress = (random: Random): string => {
  const [first, last] = [random.pick(firstNames), random.pick(lastNames)];
  return `${first}.${last}${random.below(1000)}@${random.pick(mailDomains)}`;
};

/** The draws come in a fixed order: another order would be another file for the same seed. */
const soundRow = (at: number, { random, fromSecond, seconds, customers }: Draw) => {
  const cents = 50 + random.below(99_950);
  const second = fromSecond + random.below(seconds);
  const quantity = 1 + random.below(20);
  const cells: OrderCells = {
    order_id: orderId(at),
    customer_id: `C-${padded(random.below(customers), 6)}`,
    email: emailAddress(random),
    product_id: `P-${padded(1 + random.below(PRODUCTS), 4)}`,
    quantity: String(quantity),
    unit_price: (cents / 100).toFixed(2),
    currency: random.pick(currencies),
    status: random.pick(statuses),
    ordered_at: isoSecond(second),
    country: random.pick(countries),
    notes: random.next() < 0.6 ? '' : random.pick(notes),
  };
  return { cells, lineTotalCents: quantity * cents };
};

/** Sound rows are not tidy either: blanks and letter case that the pipeline must clean up. */
const untidy = (cells: OrderCells, random: Random): void => {
  const dirty = random.next();
  if (dirty < 0.01) cells.email = ` ${cells.email.toUpperCase()} `;
  else if (dirty < 0.02) cells.country = cells.country.toLowerCase();
  else if (dirty < 0.025) cells.currency = `${cells.currency} `;
};

/** Makes the rows one at a time; one byte per row stays, to find rows to duplicate. */
export function* orderRows(options: OrderOptions): Generator<OrderRow> {
  const { rows, seed, bad, format, newlines, firstOrder, from, days, customers, kinds } = {
    ...DEFAULTS,
    ...options,
  };
  const random = seededRandom(seed);
  const draw: Draw = {
    random,
    fromSecond: Date.parse(`${from}T00:00:00Z`) / 1000,
    seconds: days * SECONDS_PER_DAY,
    customers,
  };
  const isSound = new Uint8Array(rows);
  for (let at = 0; at < rows; at++) {
    const { cells, lineTotalCents } = soundRow(firstOrder + at, draw);
    untidy(cells, random);
    if (newlines && cells.notes !== '' && random.next() < 0.02) cells.notes += '\nsecond line';
    if (at < SOUND_ROWS_FIRST || random.next() >= bad) {
      isSound[at] = 1;
      yield { cells, verdict: { kind: 'published', lineTotalCents } };
      continue;
    }
    const earlierOrderId = (): string => {
      let earlier = random.below(at);
      while (!isSound[earlier]) earlier = random.below(at);
      return orderId(firstOrder + earlier);
    };
    const verdict = plant[random.pick(kinds)](cells, random, { format, earlierOrderId });
    yield { cells, verdict };
  }
}
