/**
 * The contract of orders, said once more by hand and without Headgate's registries: what the
 * engine must say of each row. Values are compared as texts.
 */
type Cells = Readonly<Record<string, string | null>>;
export type OrderVerdict =
  | { readonly kind: 'valid'; readonly values: Readonly<Record<string, string | null>> }
  | { readonly kind: 'rejected'; readonly reasons: readonly string[] };

const INT_MAX = 2n ** 31n;
const CURRENCIES = ['USD', 'EUR', 'GBP', 'JPY', 'CAD', 'AUD'];
const STATUSES = ['pending', 'paid', 'shipped', 'delivered', 'cancelled', 'refunded'];
const EMAIL = /^[^@\t\n\f\r ]+@[^@\t\n\f\r ]+\.[^@\t\n\f\r ]+$/;
const INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)[T ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,6}))?(?:Z|([+-])(\d\d)(?::?(\d\d))?)$/;
const LOOSE_INSTANT =
  /^[+-]?\d{4,6}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]\d\d(:?\d\d)?)$/;
const FROM = BigInt(Date.UTC(2020, 0, 1)) * 1000n;
const TO = BigInt(Date.UTC(2030, 0, 1)) * 1000n;

const quantity = (text: string): bigint | string => {
  if (!/^[+-]?[0-9]+$/.test(text)) return 'E_TYPE';
  const value = BigInt(text.replace(/^\+/, ''));
  if (value < -INT_MAX || value >= INT_MAX) return 'E_RANGE';
  return value >= 1n && value <= 100_000n ? value : 'E_RANGE';
};

const cents = (text: string): bigint | string => {
  const match = /^([+-]?)([0-9]+)(?:\.([0-9]+))?$/.exec(text);
  if (match === null) return 'E_TYPE';
  const [, sign, whole = '', decimals = ''] = match;
  if (decimals.length > 2) return 'E_SCALE';
  const value = BigInt(whole + decimals.padEnd(2, '0'));
  if (value >= 10n ** 12n) return 'E_RANGE';
  return sign === '-' && value > 0n ? 'E_RANGE' : value;
};

/** Microseconds since 1970. */
const instant = (text: string): bigint | string => {
  const match = INSTANT.exec(text);
  if (match === null) return LOOSE_INSTANT.test(text) ? 'E_RANGE' : 'E_TYPE';
  const [, y, m, d, hour, minute, second, fraction = '', sign, zone = '0', more = '0'] = match;
  if (Number(zone) > 14 || Number(more) > 59) return 'E_RANGE';
  const date = new Date(0);
  date.setUTCFullYear(Number(y), Number(m) - 1, Number(d));
  if (date.getUTCMonth() !== Number(m) - 1 || date.getUTCDate() !== Number(d)) return 'E_TYPE';
  const offset = (Number(zone) * 60 + Number(more)) * (sign === '-' ? 1 : -1);
  const minutes = Number(hour) * 60 + Number(minute) + offset;
  const seconds = BigInt(date.getTime() / 1000 + minutes * 60 + Number(second));
  const micros = seconds * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
  return micros >= FROM && micros <= TO ? micros : 'E_RANGE';
};

const money = (value: bigint): string => {
  const digits = value.toString().padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

const trimmed = (text: string | null | undefined): string | null =>
  text?.replace(/^ +| +$/g, '') || null;

/** Only notes may be an empty text, where one is written. */
const given = (name: string, cell: string | null | undefined): string | null =>
  name === 'notes' && cell === '' ? '' : trimmed(cell);

const oneOf =
  (texts: readonly string[]) =>
  (text: string): string | undefined =>
    texts.includes(text) ? undefined : 'E_ONE_OF';

const texts: Readonly<Record<string, (text: string) => string | undefined>> = {
  order_id: () => undefined,
  customer_id: () => undefined,
  email: (text) => (EMAIL.test(text) ? undefined : 'E_TYPE'),
  product_id: () => undefined,
  currency: oneOf(CURRENCIES),
  status: oneOf(STATUSES),
  country: () => undefined,
};

const numbers: Readonly<Record<string, (text: string) => bigint | string>> = {
  quantity,
  unit_price: cents,
  ordered_at: instant,
};

export const orderFields = [
  ...['order_id', 'customer_id', 'email', 'product_id', 'quantity', 'unit_price', 'currency'],
  ...['status', 'ordered_at', 'country', 'notes'],
];

type Products = ReadonlyMap<string, readonly [name: string, category: string]>;

/** `compound` names the fields that hold an object or array. */
export const judgeOrder = (
  cells: Cells,
  products: Products,
  compound: readonly string[] = [],
): OrderVerdict => {
  const found = new Map(orderFields.map((name) => [name, given(name, cells[name])]));
  const reasons = orderFields.flatMap((name) => {
    const code = compound.includes(name) ? 'E_TYPE' : codeOf(name, found.get(name) ?? null);
    return code === undefined ? [] : [`${code} ${name}`];
  });
  return reasons.length > 0
    ? { kind: 'rejected', reasons: reasons.sort() }
    : { kind: 'valid', values: published(found, products) };
};

const codeOf = (name: string, text: string | null): string | undefined => {
  if (text === null) return name === 'notes' ? undefined : 'E_REQUIRED';
  if (name === 'notes') return [...text].length > 500 ? 'E_LENGTH' : undefined;
  const number = numbers[name]?.(text);
  return typeof number === 'string' ? number : texts[name]?.(text);
};

const published = (found: ReadonlyMap<string, string | null>, products: Products) => {
  const number = (name: string): bigint => {
    const value = numbers[name]?.(found.get(name) ?? '');
    if (typeof value === 'bigint') return value;
    throw new Error(`${name} is no number`);
  };
  const micros = number('ordered_at');
  const product = products.get(found.get('product_id') ?? '');
  return {
    ...Object.fromEntries(found),
    email: found.get('email')?.toLowerCase() ?? null,
    country: found.get('country')?.toUpperCase() ?? null,
    quantity: String(number('quantity')),
    unit_price: money(number('unit_price')),
    ordered_at: String(micros),
    line_total: money(number('quantity') * number('unit_price')),
    order_date: new Date(Number(micros / 1000n)).toISOString().slice(0, 10),
    product_name: product?.[0] ?? null,
    category: product?.[1] ?? null,
  };
};
