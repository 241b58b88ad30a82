import { type Field, type FieldInit, fieldOf } from './field.ts';
import { grammar } from './grammar.ts';
import { textOfGrammar } from './grammar-kind.ts';
import { V4, V6 } from './ip-grammar.ts';

const versions = ['4', '6', 'either'] as const;
type Version = (typeof versions)[number];
type Options = { readonly version: Version };

const grammars = { '4': grammar(V4), '6': grammar(V6), either: grammar(`${V4}|${V6}`) };
const V4_SAYS = 'four numbers 0 to 255 without leading zeros (192.0.2.1)';
const V6_SAYS = 'eight hex groups as in RFC 4291, with :: and ::ffff:192.0.2.1, without a zone';
const meanings = { '4': V4_SAYS, '6': V6_SAYS, either: `${V4_SAYS}, or ${V6_SAYS}` };

/** The address of a machine, kept as it came: 2001:DB8::1 and 2001:db8:0::1 stay two texts. */
export const ipKind = textOfGrammar<Options>({
  kind: 'ip',
  says: ({ version }) => `an IP address: ${meanings[version]}`,
  grammarOf: ({ version }) => grammars[version],
  edges: () => [
    ...[
      '192.0.2.1',
      '0.0.0.0',
      '255.255.255.255',
      '256.0.0.1',
      '192.0.2.01',
      '192.0.2',
      '1.2.3.4.5',
    ],
    ...['192.0.2.1.', '.192.0.2.1', '192.0.2.1/24', '192.0.2.1:80', '2130706433', '0x7f.0.0.1'],
    ...['::', '::1', '1::', '2001:db8::1', '2001:DB8:0:0:8:800:200C:417A', '1:2:3:4:5:6:7:8'],
    ...[
      '1:2:3:4:5:6:7::',
      '::2:3:4:5:6:7:8',
      '1::3:4:5:6:7:8',
      '1:2:3:4:5:6::8',
      '1::8',
      '1:2::7:8',
    ],
    ...[
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8::',
      '1::2::3',
      ':::',
      ':',
      '1:',
      ':1',
    ],
    ...['::ffff:192.0.2.1', '::192.0.2.1', '1:2:3:4:5:6:192.0.2.1', '1:2:3:4:5:6:7:192.0.2.1'],
    ...['::ffff:192.0.2.256', '::ffff:192.0.02.1', '64:ff9b::192.0.2.33', '1:2:3:4:5::192.0.2.1'],
    ...['12345::1', '::g', 'fe80::1%eth0', '[::1]', '::1/128', '::ffff:1.2.3', '1.2.3.4::'],
    ...['::ffff:1.2.3.4:5', '192.0.2.\u0661', '::\uff11', 'localhost', '1:2:3:4::5:6:7:8'],
  ],
});

type IpInit = FieldInit & {
  /** @default 'either' */
  readonly version?: 4 | 6 | 'either';
};

/** A column of IP addresses. */
export const ip = ({ version = 'either', ...init }: IpInit = {}): Field => {
  const known = versions.find((each) => each === String(version));
  if (known === undefined) {
    throw new Error(`ip: the version is ${version}; allowed are 4, 6 and 'either'`);
  }
  return fieldOf(ipKind.kind, { version: known }, init);
};
