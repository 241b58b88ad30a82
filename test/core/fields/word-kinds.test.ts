import { describe, expect, test } from 'vitest';
import {
  binary,
  boolean,
  country,
  currency,
  ip,
  phone,
  time,
  url,
  uuid,
} from '../../../core/fields/index.ts';
import { read, reprint } from './kinds.ts';

const yes = boolean({ true: ['yes'], false: ['no'] });
const id = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';

describe('values', () => {
  test.each([
    [boolean(), 'true', true],
    [boolean(), 'T', 'E_TYPE'],
    [boolean(), '1', 'E_TYPE'],
    [yes, 'no', false],
    [yes, 'true', 'E_TYPE'],
    [yes, 'YES', 'E_TYPE'],
    [time(), '00:00:01.5', 1_500_000n],
    [time(), '24:00:00', 'E_TYPE'],
    [time(), '23:59:60', 'E_TYPE'],
    [time(), '9:00:00', 'E_TYPE'],
    [uuid(), id.toUpperCase(), id],
    [uuid(), `{${id}}`, 'E_TYPE'],
    [url(), 'https://example.com/a?b=%20#c', 'https://example.com/a?b=%20#c'],
    [url(), 'https://user:secret@example.com/', 'E_TYPE'],
    [url(), 'http://2130706433/', 'E_TYPE'],
    [url(), 'javascript:alert(1)', 'E_TYPE'],
    [ip(), '192.0.2.1', '192.0.2.1'],
    [ip(), '192.0.2.01', 'E_TYPE'],
    [ip(), '::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    [ip({ version: 4 }), '::1', 'E_TYPE'],
    [ip({ version: 6 }), '192.0.2.1', 'E_TYPE'],
    [ip({ version: 6 }), '1::2::3', 'E_TYPE'],
    [phone(), '+48123456789', '+48123456789'],
    [phone(), '+4', 'E_TYPE'],
    [phone(), '0048123456789', 'E_TYPE'],
    [country(), 'PL', 'PL'],
    [country(), 'UK', 'E_ONE_OF'],
    [country(), 'pl', 'E_ONE_OF'],
    [country({ alpha3: true }), 'POL', 'POL'],
    [currency(), 'EUR', 'EUR'],
    [currency(), 'DEM', 'E_ONE_OF'],
    [binary(), 'QUJD', 'QUJD'],
    [binary(), 'QR==', 'E_TYPE'],
    [binary(), 'QUJD\n', 'E_TYPE'],
    [binary(), 'QUJD'.repeat(65_536), 'QUJD'.repeat(65_536)],
  ])('$kind reads %.60s', (field, text, expected) => {
    expect(read(field, text)).toBe(expected);
  });
});

test('a time prints as it came', () => {
  expect(reprint(time(), '08:05:09.250000')).toBe('08:05:09.250000');
});

test('a hostile text is answered in bounded time', () => {
  const started = performance.now();
  for (const unit of ['a', 'a.', 'a-', ':', '1:', '%', '1.', '+', 'A===']) {
    for (const field of [url(), ip(), phone(), binary(), uuid()]) {
      read(field, `http://${unit.repeat(60_000)}!`);
      read(field, `${unit.repeat(60_000)}!`);
    }
  }
  expect(performance.now() - started).toBeLessThan(3000);
});

test.each([
  [() => boolean({ true: [] }), 'at least one text for true'],
  [() => boolean({ true: ['1'], false: ['1'] }), "'1' is declared twice"],
  [() => boolean({ true: [' y'] }), "' y' can never come"],
  [() => time({ from: '24:00:00' }), "the bound '24:00:00'"],
  // A caller without types may give any version.
  [() => Reflect.apply(ip, undefined, [{ version: 5 }]), 'the version is 5; allowed are 4, 6'],
])('%s is refused when it is declared', (build, message) => {
  expect(build).toThrow(message);
});
