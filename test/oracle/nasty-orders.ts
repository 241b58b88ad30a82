/** Rows that are sound but for one cell, which stands on or just off an edge of its grammar. */
const QUANTITIES = [
  ...['3.5', '1e1', '0x10', '1_000', '+7', '-7', '007', '2147483647', '2147483648', '100000'],
  ...['100001', '0', '99999999999999999999', ' 5 ', '', '  ', '\u0663', 'NaN', '1 2', '.5', '5.'],
  '--1',
];
const PRICES = [
  ...['12.345', '12.3', '12', '1e2', '-1e2', '-12.345', '-0.01', '+1.00', '9999999999.99'],
  ...['10000000000.00', '99999999999999.99', '"1,5"', '1_0.0', '.50', '5.', 'NaN', 'Infinity'],
  ...['0.00', '-0', '\uff11', ' 1.00'],
];
const INSTANTS = [
  ...['2024-03-05T10:00:00+02:00', '2024-03-05T10:00:00+0200', '2024-03-05T10:00:00-11'],
  ...['2024-03-05 10:00:00Z', '2024-03-05T10:00Z', '2024-03-05T10:00:00', '2024-03-05'],
  ...['2024-03-05T10:00:00.123456Z', '2024-03-05T10:00:00.1234567Z', '2024-02-30T10:00:00Z'],
  ...['2023-02-29T00:00:00Z', '2024-02-29T00:00:00Z', '2024-03-05T24:00:00Z'],
  ...['2024-03-05T23:59:60Z', '2024-03-05T25:00:00Z', 'infinity', 'epoch', 'now', 'today'],
  ...['2024-03-05T10:00:00 Europe/Berlin', '-024-03-05T10:00:00Z', '2024-3-05T10:00:00Z'],
  ...['2024-03-05t10:00:00z', '1999-12-31T23:59:59Z', '2019-12-31T23:30:00-01:00'],
  ...['2030-01-01T00:00:00Z', '2030-01-01T00:00:01Z', '2024-03-05T1a:00:00Z'],
  ...['2024-03-05T10:00:0\u0663Z', '2024-03-31T23:30:00-02:00', '2024-03-05T10:00:00+15:59'],
  ...['2024-03-05T10:00:00+99:00', '0000-00-00T00:00:00Z', '24-0003-05T10:00:00Z'],
  ...[' 2024-03-05T10:00:00Z ', '2024-03- 5T10:00:00Z', '2024-03-05T10:+0:00Z'],
];
const EMAILS = [
  ...[' A@B.CO ', 'a@b', 'a@@b.c', 'a b@c.de', '@b.c', 'a@.b', 'a@b.', 'a@b..c', '"a@b.c"'],
  ...['"a\n@b.c"', 'a\t@b.c', '\u00e9@\u00e9.fr', 'a@b.c\0d', '\u00a0a@b.c'],
];
const NOTES = [
  ...['"multi\nline, with ""quotes"""', '"two\r\nlines"', 'x'.repeat(500), 'x'.repeat(501)],
  ...['\u00e9'.repeat(500), '\u00e9'.repeat(501), '"x"y', 'x"y', '""', '" "', '"', 'a\rb'],
  ...['NULL', 'null', '\\N', '\u0001', 'a\0b', ' "q"', '"q" ', '\u914d'.repeat(300)],
  ...[`"${'y\n'.repeat(3000)}"`, '""""', '"""a""b"""', '"a,b",extra', '#comment', "it's", '"x"\r'],
];
/** Bytes that are no text, as latin1. */
const BYTES = ['\xff\xfe', '"\xc3\x28"', '"bad\n\xe9"', '\xed\xa0\x80'];

const COLUMNS = ['notes', 'order_id', 'customer_id', 'email', 'product_id', 'quantity'].concat([
  'unit_price',
  'currency',
  'status',
  'ordered_at',
  'country',
]);

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');

const row = (id: string, cells: Readonly<Record<string, string>>): string => {
  const sound: Record<string, string> = {
    notes: '',
    order_id: id,
    customer_id: 'C-1',
    email: 'a.b@example.com',
    product_id: 'P-0001',
    quantity: '2',
    unit_price: '3.50',
    currency: 'EUR',
    status: 'paid',
    ordered_at: '2024-03-05T10:00:00Z',
    country: 'de',
  };
  return COLUMNS.map((name) => cells[name] ?? sound[name]).join(',');
};

const variants = (): Record<string, string>[] => {
  const of = (name: string, texts: readonly string[]) =>
    texts.map((text) => ({ [name]: latin1(text) }));
  return [
    ...of('quantity', QUANTITIES),
    ...of('unit_price', PRICES),
    ...of('ordered_at', INSTANTS),
    ...of('email', EMAILS),
    ...of('currency', ['XXX', 'eur', ' EUR ', '', 'EUR\u00a0']),
    ...of('notes', NOTES),
    ...BYTES.map((notes) => ({ notes })),
    { product_id: 'P-9999' },
    { quantity: 'x', unit_price: '-y', email: 'z', currency: 'q', ordered_at: 'never' },
    { quantity: '', unit_price: '', ordered_at: '', customer_id: '' },
  ];
};

/** Orders with everything that can be wrong, in latin1, columns in another order than declared. */
export const nastyOrders = (
  repeats: number,
  { lineEnd = '\n', unended = false, bom = false } = {},
): { bytes: Buffer; columns: string[]; from: number } => {
  const lines: string[] = [];
  let order = 0;
  const next = (): string => `ORD-${String(order++).padStart(6, '0')}`;
  for (let i = 0; i < repeats; i++) {
    for (const [index, cells] of variants().entries()) {
      lines.push(row(next(), cells));
      // Every seventh sound row has the key of a row half the way back.
      const twin = `ORD-${String(order >> 1).padStart(6, '0')}`;
      lines.push(row(index % 7 === 0 ? twin : next(), {}));
    }
    lines.push('a,b,c', '', `${row(next(), {})},extra,more`, ',,,,,,,,,,', '"never closed', '');
    lines.push(row(next(), {}));
  }
  const header = `${bom ? '\xef\xbb\xbf' : ''}${COLUMNS.join(',')}${lineEnd}`;
  const text = header + lines.join(lineEnd) + (unended ? '' : lineEnd);
  return { bytes: Buffer.from(text, 'latin1'), columns: COLUMNS, from: header.length };
};
