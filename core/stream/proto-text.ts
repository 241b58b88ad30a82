import { type ProtoTokens, protoTokens } from './proto-tokens.ts';
import {
  type MapKey,
  mapKeys,
  type ProtobufField,
  ProtobufMessage,
  type ProtobufScalar,
  scalars,
} from './protobuf-schema.ts';

type Label = { readonly repeated?: true; readonly optional?: true; readonly oneof?: string };
type Declared =
  | { readonly kind: 'enum'; readonly values: Record<string, number> }
  | { readonly kind: 'message'; readonly fields: DeclaredField[] };
type DeclaredField = Label & {
  readonly name: string;
  readonly number: number;
  readonly type: string;
  /** Of a map. */
  readonly key?: string;
};
type Scope = {
  readonly tokens: ProtoTokens;
  /** Everything that the text declares, by its full name. */
  readonly declared: Map<string, Declared>;
  /** Begins the full names of what is declared here. */
  readonly prefix: string;
};

const TIMESTAMP = 'google.protobuf.Timestamp';
const IMPORT = '"google/protobuf/timestamp.proto"';

/**
 * A message of a .proto text of proto3, with what it holds put in its place. Throws with the line
 * and what is allowed there. What a row has no place for is refused: a message that holds itself,
 * other files, services' types.
 */
export const protoMessage = (text: string, message: string): ProtobufMessage => {
  const declared = declaredIn(protoTokens(text));
  const found = declared.get(message);
  if (found?.kind !== 'message') {
    const names = [...declared].flatMap(([name, { kind }]) => (kind === 'message' ? [name] : []));
    throw new Error(`it declares no message '${message}'; its messages are ${names.join(', ')}`);
  }
  const fields = fieldsOf(found, { declared, path: [message] });
  const checked = ProtobufMessage.safeParse({ fields });
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new Error(`the message '${message}' cannot be read: ${issue?.message}`);
};

const declaredIn = (tokens: ProtoTokens): Map<string, Declared> => {
  const declared = new Map<string, Declared>();
  tokens.expect('syntax');
  tokens.expect('=');
  const syntax = tokens.take().slice(1, -1);
  if (syntax !== 'proto3') throw new Error(`its syntax is '${syntax}'; allowed is 'proto3'`);
  tokens.expect(';');
  let scope: Scope = { tokens, declared, prefix: '' };
  while (tokens.peek() !== '') {
    if (tokens.peek() === 'package') {
      tokens.take();
      scope = { ...scope, prefix: `${tokens.name('the name of a package')}.` };
      tokens.expect(';');
    } else if (tokens.peek() === 'import') readImport(tokens);
    else if (['option', 'service', ';'].includes(tokens.peek())) tokens.skip();
    else if (!readType(scope)) tokens.expect('message');
  }
  return declared;
};

const readImport = (tokens: ProtoTokens): void => {
  tokens.take();
  const file = tokens.take();
  if (file.replaceAll("'", '"') !== IMPORT) {
    throw new Error(`it imports ${file}; allowed is ${IMPORT}, put the rest into the one text`);
  }
  tokens.expect(';');
};

/** Reads a message or enum, if one begins here. */
const readType = (scope: Scope): boolean => {
  const { tokens, declared, prefix } = scope;
  const kind = tokens.peek();
  if (kind !== 'message' && kind !== 'enum') return false;
  tokens.take();
  const name = `${prefix}${tokens.name('a name')}`;
  if (declared.has(name)) throw new Error(`it declares '${name}' twice`);
  if (kind === 'enum') declared.set(name, { kind, values: valuesIn(tokens) });
  else {
    const fields: DeclaredField[] = [];
    declared.set(name, { kind, fields });
    tokens.expect('{');
    while (tokens.peek() !== '}') readMember({ ...scope, prefix: `${name}.` }, fields);
    tokens.expect('}');
  }
  return true;
};

const valuesIn = (tokens: ProtoTokens): Record<string, number> => {
  const values = new Map<number, string>();
  tokens.expect('{');
  while (tokens.peek() !== '}') {
    if (['option', 'reserved', ';'].includes(tokens.peek())) {
      tokens.skip();
      continue;
    }
    const name = tokens.name('the name of a value');
    tokens.expect('=');
    const number = tokens.number('a number');
    // Of two names that one number has (allow_alias), the first is its name in JSON.
    if (!values.has(number)) values.set(number, name);
    tokens.skip();
  }
  tokens.expect('}');
  return Object.fromEntries([...values].map(([number, name]) => [name, number]));
};

const readMember = (scope: Scope, fields: DeclaredField[]): void => {
  const { tokens } = scope;
  const word = tokens.peek();
  if (['option', 'reserved', ';'].includes(word)) tokens.skip();
  else if (['required', 'group', 'extensions', 'extend'].includes(word)) {
    throw new Error(`it has '${word}', which proto3 has not`);
  } else if (word === 'oneof') readOneof(scope, fields);
  else if (!readType(scope)) fields.push(fieldIn(tokens, labelIn(tokens)));
};

const labelIn = (tokens: ProtoTokens): Label => {
  const word = tokens.peek();
  if (word !== 'repeated' && word !== 'optional') return {};
  tokens.take();
  return word === 'repeated' ? { repeated: true } : { optional: true };
};

const readOneof = ({ tokens, prefix }: Scope, fields: DeclaredField[]): void => {
  tokens.take();
  const oneof = `${prefix}${tokens.name('the name of a oneof')}`;
  tokens.expect('{');
  while (tokens.peek() !== '}') {
    if (['option', ';'].includes(tokens.peek())) tokens.skip();
    else fields.push(fieldIn(tokens, { optional: true, oneof }));
  }
  tokens.expect('}');
};

const fieldIn = (tokens: ProtoTokens, label: Label): DeclaredField => {
  const type = tokens.name('the type of a field');
  const isMap = type === 'map' && tokens.peek() === '<';
  const map = isMap ? mapIn(tokens) : { type };
  const name = tokens.name('the name of a field');
  tokens.expect('=');
  const number = tokens.number('a number');
  // What may stand behind it, such as packed or deprecated, changes no value.
  tokens.skip();
  return { ...label, ...map, name, number };
};

const mapIn = (tokens: ProtoTokens): { readonly key: string; readonly type: string } => {
  tokens.expect('<');
  const key = tokens.name('the type of a key');
  tokens.expect(',');
  const type = tokens.name('the type of a value');
  tokens.expect('>');
  return { key, type };
};

type Place = {
  readonly declared: ReadonlyMap<string, Declared>;
  /** The messages that hold each other here, the last of them innermost. */
  readonly path: readonly string[];
};

const fieldsOf = (
  { fields }: Extract<Declared, { kind: 'message' }>,
  place: Place,
): readonly ProtobufField[] =>
  fields.map(({ key, type, ...named }): ProtobufField => {
    const value = { ...named, ...typeOf(type, place) };
    if (key === undefined) return value;
    const allowed = mapKeys.find((each) => each === key);
    if (allowed === undefined) throw new Error(`'${named.name}' is a map with keys of ${key}`);
    return mapOf(named, allowed, value);
  });

const mapOf = (
  { name, number }: Pick<DeclaredField, 'name' | 'number'>,
  key: MapKey,
  value: ProtobufField,
): ProtobufField => ({
  ...{ name, number, type: 'map' },
  ...{ key: { name: 'key', number: 1, type: key }, value: { ...value, name: 'value', number: 2 } },
});

type Unnamed =
  | { readonly type: ProtobufScalar }
  | { readonly type: 'timestamp' }
  | { readonly type: 'enum'; readonly values: Readonly<Record<string, number>> }
  | { readonly type: 'message'; readonly fields: readonly ProtobufField[] };

const typeOf = (type: string, { declared, path }: Place): Unnamed => {
  const scalar = scalars.find((each) => each === type);
  if (scalar !== undefined) return { type: scalar };
  const inside = path.at(-1) ?? '';
  const name = candidates(type, inside).find((each) => declared.has(each) || each === TIMESTAMP);
  if (name === TIMESTAMP) return { type: 'timestamp' };
  const found = name === undefined ? undefined : declared.get(name);
  if (name === undefined || found === undefined) {
    throw new Error(`the message '${inside}' names the type '${type}', which it does not declare`);
  }
  if (found.kind === 'enum') return { type: 'enum', values: found.values };
  if (path.includes(name)) {
    throw new Error(`the message '${name}' holds itself, and a row has no such depth`);
  }
  return { type: 'message', fields: fieldsOf(found, { declared, path: [...path, name] }) };
};

/** What a name may mean inside of a message: from the innermost scope outwards. */
const candidates = (type: string, inside: string): readonly string[] => {
  if (type.startsWith('.')) return [type.slice(1)];
  const parts = inside.split('.');
  return [...parts.map((_, at) => [...parts.slice(0, parts.length - at), type].join('.')), type];
};
