import { type Field, type FieldInit, fieldOf } from './field.ts';
import { grammar } from './grammar.ts';
import { textOfGrammar } from './grammar-kind.ts';
import { V4, V6 } from './ip-grammar.ts';

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
/** The last label starts with a letter: else it is a number that programs read as an address. */
const LAST = '[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const HOST = `(?:(?:${LABEL}\\.)*${LAST}\\.?|${V4}|\\[(?:${V6})\\])`;
const PORT = ':(?:6553[0-5]|655[0-2]\\d|65[0-4]\\d\\d|6[0-4]\\d{3}|[1-5]\\d{4}|\\d{1,4})';
const CHARACTER = "(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})";
const urlGrammar = grammar(
  `[Hh][Tt][Tt][Pp][Ss]?://${HOST}(?:${PORT})?(?:[/?]${CHARACTER}*)?(?:#${CHARACTER}*)?`,
);

const edges = [
  'https://example.com',
  'http://a.b/',
  'HTTPS://Example.COM:443/a/b?q=1&r=%20#top',
  'http://a?',
  'http://a#',
  'http://a/?#',
  'http://localhost:3000',
  'http://xn--e1afmkfd.xn--p1ai/',
  'http://a.',
  'http://192.0.2.1/x',
  'http://[2001:db8::1]:8080/',
  'http://[::ffff:192.0.2.1]',
  'http://a:65535',
  'http://a:65536',
  'http://a:',
  'http://a:0',
  'http://a:080/',
  'http://a:x',
  'http://a:123456',
  'http://user@a/',
  'http://user:secret@a/',
  'http://@a/',
  'http://a@b',
  'http://a/@b',
  'http://a/b:c',
  'http://',
  'http:///',
  'http:/a',
  'http:a',
  '//a/b',
  '/a/b',
  'a.b/c',
  'www.example.com',
  'https',
  'ftp://a',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'data:,x',
  'httpss://a',
  'xhttp://a',
  'http://-a.b',
  'http://a-.b',
  'http://a..b',
  'http://.a',
  'http://a_b.c',
  'http://a b/',
  'http://a--b.c',
  `http://${'a'.repeat(63)}.b`,
  `http://${'a'.repeat(64)}.b`,
  'http://192.0.2.256',
  'http://1.2.3',
  'http://2130706433/',
  'http://0x7f.1',
  'http://[::1',
  'http://::1',
  'http://[1.2.3.4]',
  'http://a%20b',
  'http://a/%',
  'http://a/%2',
  'http://a/%zz',
  'http://a/b c',
  'http://a/b\tc',
  'http://a/b\nc',
  'http://a/#b#c',
  'http://a/[b]',
  'http://a/{b}',
  'http://a/<b>',
  'http://a/"b"',
  'http://a/b\\c',
  'http://a/b|c',
  'http://a/^',
  "http://a/'b'(c)*;d=e!$~",
  'http://\u00e4.de',
  'http://a/\u00e4',
  'http://a\uff0ecom',
  'http://a/?\u2026',
];

/**
 * An absolute web address in the characters of RFC 3986. Other letters come percent-encoded, hosts
 * of other letters in their xn-- form. No user name or password: those are secrets.
 */
export const urlKind = textOfGrammar({
  kind: 'url',
  says: () =>
    'an absolute http or https URL: host name, IPv4 or [IPv6], optional port to 65535, then path, ' +
    'query and fragment of RFC 3986 characters or %XX; no user name or password, kept as it came',
  grammarOf: () => urlGrammar,
  format: 'uri',
  edges: () => edges,
});

/** A column of web addresses. */
export const url = (init: FieldInit = {}): Field => fieldOf(urlKind.kind, {}, init);
