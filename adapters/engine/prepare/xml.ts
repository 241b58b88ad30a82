import { closeSync, openSync } from 'node:fs';
import { assertNever } from '../../../core/assert.ts';
import type { Dataset } from '../../../core/dataset.ts';
import { Refused } from '../../../core/errors.ts';
import { fieldNamer } from '../../../core/landing/header-name.ts';
import { limits } from '../../../core/limits.ts';
import {
  type LinesRequest,
  type LineWriter,
  type PreparedLines,
  shown,
  writeLines,
} from './lines.ts';
import { lineOf, malformed, openXml, type XmlSource } from './xml-source.ts';
import { nextToken, readDeclaration, type XmlToken } from './xml-tokens.ts';

const CHUNK = 1 << 18;
/** Names that a message may say; of more, only these are kept. */
const NAMES_KEPT = 21;
/** The key of an element's own text, where it has attributes or elements beside it. */
const TEXT = '#text';

type Open = Extract<XmlToken, { readonly kind: 'open' }>;

type Work = {
  readonly source: XmlSource;
  readonly writer: LineWriter;
  readonly record: string;
  /** Whether a field takes several values: then one is a list as well. */
  readonly isList: (name: string) => boolean;
  /** Characters of the row being read. */
  chars: number;
};

/**
 * An XML document as lines: each element called `files.record` is a row. Its attributes and child
 * elements are fields by their names without prefix, texts as they came; a child that stands there
 * several times is an array, one with children or attributes of its own an object.
 */
export const xmlRows = async (
  request: LinesRequest,
  { decoded, chunk = CHUNK }: { readonly decoded: boolean; readonly chunk?: number },
): Promise<PreparedLines> => {
  const { dataset, path } = request;
  const fd = openSync(path, 'r');
  try {
    return await writeLines(request, (writer) => {
      const source = openXml(fd, chunk);
      const { record, encoding } = dataset.files;
      if (record === null) {
        throw new Refused('E_SCHEMA', 'files.record does not say which element is a row; name it');
      }
      const named = readDeclaration(source);
      if (named !== undefined && !decoded && encoding === 'auto') {
        const detail = `the XML says that it is ${shown([named])}; declare files.encoding`;
        throw new Refused('E_FILE_ENCODING', detail);
      }
      readDocument({ source, writer, record, isList: listsOf(dataset), chars: 0 });
    });
  } finally {
    closeSync(fd);
  }
};

const listsOf = (dataset: Dataset): ((name: string) => boolean) => {
  const fieldOf = fieldNamer(dataset);
  return (name) => {
    const field = fieldOf(name);
    return field !== undefined && dataset.fields[field]?.kind === 'list';
  };
};

/** A name without the prefix of its namespace. */
const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** What is open around the rows, and what was seen there. */
type Outside = { readonly open: string[]; readonly names: Set<string>; roots: number };

const readDocument = (work: Work): void => {
  const { source, writer, record } = work;
  const outside: Outside = { open: [], names: new Set(), roots: 0 };
  const { open, names } = outside;
  for (let token = nextToken(source); token.kind !== 'end'; token = nextToken(source)) {
    readOutside(work, token, outside);
  }
  if (open.length > 0) throw malformed(source, 'the file ends before its root is closed');
  if (outside.roots === 0) throw malformed(source, 'there is no element');
  if (writer.rows() === 0 && names.size > 1) {
    const detail = `no element is called ${shown([record])}; there are ${shown(names)}`;
    throw new Refused('E_SCHEMA', detail);
  }
};

const readOutside = (work: Work, token: XmlToken, outside: Outside): void => {
  const { source } = work;
  const { open } = outside;
  switch (token.kind) {
    case 'open':
      enter(work, token, outside);
      return;
    case 'close':
      if (open.pop() !== token.name) throw wrongClose(source);
      return;
    case 'text':
      if (open.length === 0 && token.text.trim() !== '') {
        throw malformed(source, 'a text stands outside the root');
      }
      return;
    case 'end':
      return;
    default:
      assertNever(token);
  }
};

const enter = (work: Work, token: Open, outside: Outside): void => {
  const { source, record } = work;
  const { open, names } = outside;
  if (open.length === 0) outside.roots += 1;
  if (outside.roots > 1) throw malformed(source, 'a second root begins');
  if (names.size < NAMES_KEPT) names.add(localName(token.name));
  if (localName(token.name) === record || token.name === record) {
    writeRow(work, token, open.length + 1);
  } else if (!token.empty) {
    open.push(token.name);
    checkDepth(source, open.length);
  }
};

const wrongClose = (source: XmlSource): Refused =>
  malformed(source, 'a tag closes another element than the one that is open');

const checkDepth = (source: XmlSource, depth: number): void => {
  if (depth <= limits.treeDepthMax) return;
  const where = `elements nest more than ${limits.treeDepthMax} deep in line ${lineOf(source)}`;
  throw new Refused('E_FORMAT', where);
};

const writeRow = (work: Work, token: Open, depth: number): void => {
  work.chars = 0;
  const { members, text } = readElement(work, token, depth);
  work.writer.text(objectOf(members, text, work.isList), 'utf8');
  work.writer.endRow();
};

/** Names with their values as JSON, in their order. An attribute may have a child's name. */
type Members = {
  readonly attributes: [string, string][];
  readonly children: Map<string, string[]>;
};
type Element = { readonly members: Members; readonly text: string };

const readElement = (work: Work, opened: Open, depth: number): Element => {
  const { source } = work;
  checkDepth(source, depth);
  const attributes = fieldAttributes(opened).map(([name, value]): [string, string] => {
    count(work, name.length + value.length);
    return [name, jsonText(value)];
  });
  const members: Members = { attributes, children: new Map() };
  const text = opened.empty ? '' : readContent(work, opened, members.children, depth);
  return { members, text };
};

/** The children of an element, to behind what closes it. Returns its own text. */
const readContent = (
  work: Work,
  opened: Open,
  children: Members['children'],
  depth: number,
): string => {
  const { source } = work;
  let text = '';
  for (;;) {
    const token = nextToken(source);
    if (token.kind === 'end') throw malformed(source, 'the file ends in an element');
    if (token.kind === 'close') {
      if (token.name !== opened.name) throw wrongClose(source);
      return text;
    }
    if (token.kind === 'text') {
      count(work, token.text.length);
      text += token.text;
    } else readChild(work, token, children, depth);
  }
};

const readChild = (work: Work, token: Open, children: Members['children'], depth: number): void => {
  const name = localName(token.name);
  count(work, name.length);
  const value = jsonOf(readElement(work, token, depth + 1));
  const values = children.get(name);
  if (values === undefined) children.set(name, [value]);
  else values.push(value);
};

const count = (work: Work, chars: number): void => {
  work.chars += chars;
  if (work.chars <= limits.recordCharsMax) return;
  const where = `the row in line ${lineOf(work.source)} has more than ${limits.recordCharsMax}`;
  throw new Refused('E_SIZE', `${where} characters, the limit`);
};

const NIL = /^[^:]+:nil$/;

/** Attributes that are values: those of XML and its schemas are not. */
const fieldAttributes = ({ attributes }: Open): (readonly [string, string])[] =>
  attributes
    .filter(([name]) => name !== 'xmlns' && !name.startsWith('xmlns:'))
    .filter(([name]) => !NIL.test(name) && !name.startsWith('xsi:'))
    .map(([name, value]) => [localName(name), value] as const);

const jsonOf = ({ members, text }: Element): string => {
  if (members.attributes.length > 0 || members.children.size > 0) {
    return objectOf(members, text, () => false);
  }
  return jsonText(text);
};

/** XML writes no text and an empty one alike: there is nothing in it. */
const jsonText = (text: string): string => (text === '' ? 'null' : JSON.stringify(text));

const objectOf = (
  { attributes, children }: Members,
  text: string,
  isList: (name: string) => boolean,
): string => {
  const parts = attributes.map(([name, value]) => `${JSON.stringify(name)}:${value}`);
  for (const [name, values] of children) {
    const many = values.length > 1 || isList(name);
    parts.push(`${JSON.stringify(name)}:${many ? `[${values.join(',')}]` : (values[0] ?? '')}`);
  }
  if (text.trim() !== '') parts.push(`${JSON.stringify(TEXT)}:${JSON.stringify(text)}`);
  return `{${parts.join(',')}}`;
};
