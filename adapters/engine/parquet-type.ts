/** A column's type as DuckDB names it, taken apart as far as its parts are columns themselves. */
export type ParquetType =
  | { readonly kind: 'plain'; readonly name: string }
  | { readonly kind: 'list'; readonly element: ParquetType }
  | {
      readonly kind: 'struct';
      readonly fields: readonly { readonly name: string; readonly type: ParquetType }[];
    };

/** Deeper than any file that is meant: nesting costs a step of recursion each. */
const DEPTH_MAX = 32;

type Reader = { readonly text: string; at: number };

/** Reads 'STRUCT(a INTEGER, "b c" VARCHAR[])[]'. */
export const parquetType = (text: string): ParquetType => {
  const reader = { text, at: 0 };
  const type = readType(reader, 0);
  if (reader.at === text.length) return type;
  // What this does not know is a type of its own, which no field takes.
  return { kind: 'plain', name: text };
};

const readType = (reader: Reader, depth: number): ParquetType => {
  let type: ParquetType =
    reader.text.startsWith('STRUCT(', reader.at) && depth < DEPTH_MAX
      ? readStruct(reader, depth)
      : { kind: 'plain', name: readName(reader) };
  while (reader.text.startsWith('[]', reader.at)) {
    reader.at += 2;
    type = { kind: 'list', element: type };
  }
  return type;
};

const readStruct = (reader: Reader, depth: number): ParquetType => {
  const fields: { name: string; type: ParquetType }[] = [];
  reader.at += 'STRUCT('.length;
  for (;;) {
    const name = readIdentifier(reader);
    reader.at += 1;
    fields.push({ name, type: readType(reader, depth + 1) });
    const mark = reader.text[reader.at];
    reader.at += 1;
    if (mark !== ',') return { kind: 'struct', fields };
    reader.at += 1;
  }
};

const quotedAt = /"((?:[^"]|"")*)"/y;
const bareAt = /[^\s"(),]+/y;

const readIdentifier = (reader: Reader): string => {
  quotedAt.lastIndex = reader.at;
  const quoted = quotedAt.exec(reader.text);
  bareAt.lastIndex = reader.at;
  const found = quoted ?? bareAt.exec(reader.text);
  reader.at += found?.[0].length ?? 0;
  return quoted?.[1]?.replaceAll('""', '"') ?? found?.[0] ?? '';
};

/** Words with what stands in brackets behind them: DECIMAL(12,2), MAP(VARCHAR, INTEGER). */
const readName = (reader: Reader): string => {
  const start = reader.at;
  while (reader.at < reader.text.length) {
    const mark = reader.text[reader.at] ?? '';
    if (',)['.includes(mark)) break;
    reader.at = mark === '(' ? behindBracket(reader.text, reader.at) : reader.at + 1;
  }
  return reader.text.slice(start, reader.at);
};

const bracketAt = /"[^"]*"|'[^']*'|[()]/g;

const behindBracket = (text: string, from: number): number => {
  let open = 0;
  bracketAt.lastIndex = from;
  for (let found = bracketAt.exec(text); found !== null; found = bracketAt.exec(text)) {
    if (found[0] === '(') open += 1;
    if (found[0] === ')') open -= 1;
    if (open === 0) return bracketAt.lastIndex;
  }
  return text.length;
};

/** The type as DuckDB writes it. */
export const typeName = (type: ParquetType): string => {
  if (type.kind === 'plain') return type.name;
  if (type.kind === 'list') return `${typeName(type.element)}[]`;
  return `STRUCT(${type.fields.map(({ name, type: of }) => `${name} ${typeName(of)}`).join(', ')})`;
};
