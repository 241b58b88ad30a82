import { Refused } from '../../../core/errors.ts';
import {
  atEnd,
  malformed,
  standsHere,
  takeBetween,
  takeTag,
  takeText,
  type XmlSource,
} from './xml-source.ts';

/** What a document is made of, comments and instructions left out. */
export type XmlToken =
  | {
      readonly kind: 'open';
      readonly name: string;
      readonly attributes: readonly (readonly [string, string])[];
      /** `<a/>`: nothing closes it. */
      readonly empty: boolean;
    }
  | { readonly kind: 'close'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'end' };

/** Ranges instead of \p{L}, which makes reading a tag many times slower. */
const NAME =
  '[A-Za-z_\\u00c0-\\u2fef\\u3001-\\uffef][\\w.\\u00b7:\\u00c0-\\u2fef\\u3001-\\uffef-]*';
const openTag = new RegExp(`^<(${NAME})`);
const closeTag = new RegExp(`^</(${NAME})\\s*>$`);
const attribute = new RegExp(`\\s+(${NAME})\\s*=\\s*(?:"([^<"]*)"|'([^<']*)')`, 'y');
const tagRest = /\s*(\/?)>$/y;
const declared = /\sencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']/;
const utf8Names = ['utf-8', 'utf8', 'us-ascii', 'ascii'];
// biome-ignore lint/suspicious/noControlCharactersInRegex: XML forbids exactly these.
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** The next token. A DOCTYPE ends the file: nothing of it is read, let alone what it names. */
export const nextToken = (source: XmlSource): XmlToken => {
  for (;;) {
    if (atEnd(source)) return { kind: 'end' };
    if (!standsHere(source, '<')) return { kind: 'text', text: plainText(source) };
    if (standsHere(source, '<![CDATA[')) {
      return { kind: 'text', text: sound(source, takeBetween(source, '<![CDATA[', ']]>')) };
    }
    if (standsHere(source, '<!--')) skipComment(source);
    else if (standsHere(source, '<?')) skipInstruction(source);
    else if (standsHere(source, '<!')) throw declaration(source);
    else return tagToken(source);
  }
};

const blanks = [' ', '\t', '\r', '\n'];

/** Reads the XML declaration. Returns the encoding that it names, unless that is UTF-8. */
export const readDeclaration = (source: XmlSource): string | undefined => {
  if (!blanks.some((blank) => standsHere(source, `<?xml${blank}`))) return undefined;
  const [, name] = declared.exec(takeBetween(source, '<?xml', '?>')) ?? [];
  return name === undefined || utf8Names.includes(name.toLowerCase()) ? undefined : name;
};

const declaration = (source: XmlSource): Refused =>
  standsHere(source, '<!DOCTYPE')
    ? new Refused('E_XML_DTD', 'the XML has a DOCTYPE, which was not read; send it without')
    : malformed(source, 'a declaration stands where none is allowed');

const skipComment = (source: XmlSource): void => {
  if (takeBetween(source, '<!--', '-->').includes('--')) {
    throw malformed(source, 'a comment holds --');
  }
};

const skipInstruction = (source: XmlSource): void => {
  if (/^xml(\s|$)/i.test(takeBetween(source, '<?', '?>'))) {
    throw malformed(source, 'an XML declaration stands behind the beginning');
  }
};

const plainText = (source: XmlSource): string => {
  const text = takeText(source);
  if (text.includes(']]>')) throw malformed(source, ']]> stands in a text');
  return resolved(source, sound(source, text));
};

/** Lines end with LF, however they ended in the file; what no XML may hold is no XML. */
const sound = (source: XmlSource, text: string): string => {
  if (forbidden.test(text)) throw malformed(source, 'a control character stands in a text');
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
};

const entities: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** The five entities of XML itself and characters by number; there are no others without DTD. */
const resolved = (source: XmlSource, text: string): string =>
  text.includes('&')
    ? text.replace(/&([^;&]{0,12});?/g, (whole, name: string) => {
        const found = whole.endsWith(';') ? (entities.get(name) ?? characterOf(name)) : undefined;
        if (found === undefined) throw malformed(source, 'an & begins no known entity');
        return found;
      })
    : text;

const characterOf = (name: string): string | undefined => {
  const [, hex, decimal] = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name) ?? [];
  const digits = hex ?? decimal;
  if (digits === undefined) return undefined;
  const point = Number.parseInt(digits, hex === undefined ? 10 : 16);
  const character = point <= 0x10ffff ? String.fromCodePoint(point) : '\0';
  return forbidden.test(character) || /^[\ud800-\udfff]$/.test(character) ? undefined : character;
};

const tagToken = (source: XmlSource): XmlToken => {
  const tag = takeTag(source);
  const [, closed] = closeTag.exec(tag) ?? [];
  if (closed !== undefined) return { kind: 'close', name: closed };
  const [opener, name] = openTag.exec(tag) ?? [];
  if (opener === undefined || name === undefined) throw malformed(source, 'a tag has no name');
  const attributes = new Map<string, string>();
  let at = opener.length;
  attribute.lastIndex = at;
  for (let found = attribute.exec(tag); found !== null; found = attribute.exec(tag)) {
    const [, key = '', quoted, apostrophed = ''] = found;
    if (attributes.has(key)) {
      throw malformed(source, 'an attribute stands twice in a tag');
    }
    attributes.set(key, attributeText(source, quoted ?? apostrophed));
    at = attribute.lastIndex;
  }
  tagRest.lastIndex = at;
  const [rest, slash] = tagRest.exec(tag) ?? [];
  if (rest === undefined) throw malformed(source, 'a tag is no tag of XML');
  return { kind: 'open', name, attributes: [...attributes], empty: slash === '/' };
};

/** Blanks of any kind are spaces in an attribute, unless they are written as characters. */
const attributeText = (source: XmlSource, text: string): string =>
  resolved(source, sound(source, text).replace(/[\t\n]/g, ' '));
