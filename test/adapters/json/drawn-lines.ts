import fc from 'fast-check';
import { lineScanner, type Takes } from '../../../adapters/engine/json-line.ts';

/** Fields of every sort, one with a name that needs more than one wide step to compare. */
const takes = new Map<string, Takes>([
  ['a', 'scalar'],
  ['b', 'scalar'],
  ['a_name_of_more_than_sixteen_bytes', 'scalar'],
  ['a_name_of_more_than_sixteen_bytez', 'scalar'],
  ['__proto__', 'scalar'],
  ['parts', 'parts'],
  ['any', 'any'],
]);
export const fields = [...takes.keys()];
const aliases = new Map([
  ['A é', 'a'],
  ['nowhere', 'gone'],
]);
export const depthMax = 4;

export const scannerOf = (names: readonly string[]) =>
  lineScanner(
    names,
    depthMax,
    names.map((name) => takes.get(name) ?? 'scalar'),
    aliases,
  );

const word = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      fc.constantFrom('"', '\\', '\u0001', '\n', '\u007f', 'ÿ', '📦', '\ufeff', ' ', '1'),
    ),
    { maxLength: 40 },
  )
  .map((all) => all.join(''));
const unitOf = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
const string = fc.oneof(
  word.map((text) => JSON.stringify(text)),
  word.map((text) => `"${text.replace(/["\\]|[^ -~]/g, unitOf)}"`),
  fc.constantFrom('"\\/\\b\\f\\n\\r\\t\\"\\\\"', '"\\u00E9\\uD83D\\udce6"', '""', '"01"'),
);
const scalar = fc.oneof(
  string,
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.maxSafeInteger().map(String),
  fc.constantFrom('null', 'true', 'false', '0', '-0', '-0.50', '1E+2', '1e-9', '9007199254740993'),
);
const blanks = fc.constantFrom('', '', '', '', ' ', '\t', ' \r\t ');
const listed = (items: fc.Arbitrary<string>, start: string, end: string) =>
  fc
    .tuple(fc.array(items, { maxLength: 3 }), blanks, blanks)
    .map(([all, before, behind]) => `${start}${before}${all.join(`${before},${behind}`)}${end}`);
const member = (key: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(key, value, blanks, blanks)
    .map(([name, text, before, behind]) => `${name}${before}:${behind}${text}`);
const { value } = fc.letrec<Record<'value' | 'list' | 'object', string>>((tie) => ({
  value: fc.oneof({ maxDepth: depthMax }, scalar, tie('list'), tie('object')),
  list: listed(tie('value'), '[', ']'),
  object: listed(member(string, tie('value')), '{', '}'),
}));

const ofField = fields.map((name) =>
  member(fc.constant(JSON.stringify(name)), takes.get(name) === 'scalar' ? scalar : value),
);
const edges = fc.tuple(blanks, blanks, blanks, fc.constantFrom('', '', '\r'));
const objectOf = (members: fc.Arbitrary<readonly string[]>): fc.Arbitrary<string> =>
  fc
    .tuple(members, edges)
    .map(([all, [first, behind, last, end]]) => `${first}{${behind}${all.join(',')}}${last}${end}`);

/** An object of some fields in some order, each once, of values that they take. */
export const usualLine = objectOf(fc.shuffledSubarray(ofField).chain((some) => fc.tuple(...some)));

const keys = [
  '"a"',
  '"b"',
  '"any"',
  '"A é"',
  '"x"',
  '"y z"',
  '"nowhere"',
  '"\\u0061"',
  '"\\ud83d"',
];
/** An object whose keys may be double or no field, of values that a field need not take. */
export const oddLine = objectOf(
  fc.array(fc.oneof(...ofField, member(fc.constantFrom(...keys), value)), { maxLength: 4 }),
);

const change = fc.tuple(
  fc.constantFrom('flip', 'insert', 'delete'),
  fc.nat(500),
  fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('"\\{}[]:,0.e-+u \t\r'))),
);
const changed = (line: Buffer, [kind, place, byte]: [string, number, number]): Buffer => {
  const at = place % (line.length + 1);
  const rest = line.subarray(kind === 'insert' ? at : at + 1);
  const between = Buffer.from(kind === 'delete' ? [] : [byte]);
  return Buffer.concat([line.subarray(0, at), between, rest]);
};

/** A line with a few of its bytes changed, often broken thereby. */
export const brokenLine = fc
  .tuple(fc.oneof(usualLine, oddLine), fc.array(change, { minLength: 1, maxLength: 3 }))
  .map(([text, changes]) => changes.reduce(changed, Buffer.from(text)));
