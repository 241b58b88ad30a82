import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;
/** What the names and values of an expression stand for. */
export type Bindings = {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
};

type Holds = (item: Item | undefined, bindings: Bindings) => boolean;

const token = /\s*(<>|<=|>=|[=<>(),]|[#:]?\w+(?:\.#?\w+)*)/gy;

const tokensOf = (text: string): string[] => {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const [, found] = token.exec(text) ?? [];
    if (found === undefined) throw new Error(`DynamoDB: cannot read ${text}`);
    tokens.push(found);
  }
  return tokens;
};

const compiled = new Map<string, Holds>();

/** DynamoDB's condition expressions, as far as Headgate writes them; anything else throws. */
export const holds = (
  expression: string | undefined,
  item: Item | undefined,
  bindings: Bindings,
): boolean => {
  if (expression === undefined) return true;
  const known = compiled.get(expression) ?? parse(expression);
  compiled.set(expression, known);
  return known(item, bindings);
};

const parse = (expression: string): Holds => {
  const tokens = tokensOf(expression);
  let at = 0;
  const peek = (): string | undefined => tokens[at];
  const take = (expected?: string): string => {
    const found = tokens[at];
    at += 1;
    if (found === undefined || (expected !== undefined && found !== expected))
      throw new Error(`DynamoDB: ${expected ?? 'more'} is missing in ${expression}`);
    return found;
  };
  const either = (): Holds => {
    const all = [both()];
    while (peek() === 'OR') {
      take('OR');
      all.push(both());
    }
    return (item, bindings) => all.some((each) => each(item, bindings));
  };
  const both = (): Holds => {
    const all = [not()];
    while (peek() === 'AND') {
      take('AND');
      all.push(not());
    }
    return (item, bindings) => all.every((each) => each(item, bindings));
  };
  const not = (): Holds => {
    if (peek() !== 'NOT') return one();
    take('NOT');
    const inner = not();
    return (item, bindings) => !inner(item, bindings);
  };
  const one = (): Holds => {
    if (peek() === '(') {
      take('(');
      const inner = either();
      take(')');
      return inner;
    }
    const first = take();
    if (first === 'attribute_exists' || first === 'attribute_not_exists') {
      take('(');
      const path = take();
      take(')');
      const wanted = first === 'attribute_exists';
      return (item, bindings) => (operand(path, item, bindings) !== undefined) === wanted;
    }
    if (first === 'begins_with' || first === 'contains') {
      take('(');
      const path = take();
      take(',');
      const part = take();
      take(')');
      return (item, bindings) => {
        const [whole, piece] = [operand(path, item, bindings), operand(part, item, bindings)];
        if (whole?.S === undefined || piece?.S === undefined) return false;
        return first === 'contains' ? whole.S.includes(piece.S) : whole.S.startsWith(piece.S);
      };
    }
    const operator = take();
    if (operator === 'IN') {
      take('(');
      const options = [take()];
      while (peek() === ',') {
        take(',');
        options.push(take());
      }
      take(')');
      return (item, bindings) =>
        options.some((option) => compare('=', first, option, item, bindings));
    }
    const second = take();
    return (item, bindings) => compare(operator, first, second, item, bindings);
  };
  const whole = either();
  if (at !== tokens.length) throw new Error(`DynamoDB: too much in ${expression}`);
  return whole;
};

const operand = (
  name: string,
  item: Item | undefined,
  { names, values }: Bindings,
): AttributeValue | undefined => {
  if (name.startsWith(':')) return values[name];
  let found: AttributeValue | undefined = item === undefined ? undefined : { M: item };
  for (const part of name.split('.'))
    found = found?.M?.[part.startsWith('#') ? (names[part] ?? part) : part];
  return found;
};

/** Of absent operands nothing is true but that they differ. */
const compare = (
  operator: string,
  a: string,
  b: string,
  item: Item | undefined,
  bindings: Bindings,
): boolean => {
  const [left, right] = [plain(operand(a, item, bindings)), plain(operand(b, item, bindings))];
  if (operator === '<>') return left !== right;
  if (left === undefined || right === undefined || typeof left !== typeof right) return false;
  switch (operator) {
    case '=':
      return left === right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      throw new Error(`DynamoDB: no operator ${operator}`);
  }
};

const plain = (value: AttributeValue | undefined): string | number | boolean | undefined => {
  if (value === undefined) return undefined;
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return Number(value.N);
  return value.BOOL ?? JSON.stringify(value);
};

/** An item after `SET #a = :b, …` with an optional `REMOVE #c, …`. */
export const updated = (item: Item, expression: string, { names, values }: Bindings): Item => {
  const [sets = '', removes = ''] = expression.replace(/^\s*SET\s+/, '').split(/\s*REMOVE\s+/);
  const result = { ...item };
  for (const part of sets.split(',').filter((text) => text.trim() !== '')) {
    const [, name = '', value = ''] = /^\s*(#?\w+)\s*=\s*(:\w+)\s*$/.exec(part) ?? [];
    const given = values[value];
    if (given === undefined) throw new Error(`DynamoDB: cannot set ${part}`);
    result[names[name] ?? name] = given;
  }
  for (const name of removes.split(',').filter((text) => text.trim() !== ''))
    delete result[names[name.trim()] ?? name.trim()];
  return result;
};
