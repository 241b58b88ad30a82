import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { xmlRows } from '../../../adapters/engine/prepare/xml.ts';
import { defineDataset } from '../../../core/define-dataset.ts';
import { list, text } from '../../../core/fields/index.ts';
import { limits } from '../../../core/limits.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'prepare-xml-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const dataset = defineDataset({
  name: 'things',
  domain: 'tests',
  owner: 'tests@example.com',
  description: 'Rows of any shape.',
  fields: { a: text(), tags: list(text(), { optional: true }) },
  files: { formats: ['xml'], record: 'row' },
});

const read = async (xml: string | Buffer, chunk = 7): Promise<string> => {
  const path = join(dir, 'file.xml');
  writeFileSync(path, xml);
  const request = { path, dataset, outDir: join(dir, 'out') };
  const found = await xmlRows(request, { decoded: false, chunk });
  if (found.kind === 'refused') return `${found.code}: ${found.detail}`;
  return readFileSync(found.path, 'utf8');
};

const rows = (inner: string): string => `<rows>${inner}</rows>`;

describe('an XML row', () => {
  test.each([
    ['child elements', '<row><a>007</a><b> x </b></row>', '{"a":"007","b":" x "}'],
    ['attributes', '<row a="1" b=\'"2"\'/>', '{"a":"1","b":"\\"2\\""}'],
    ['both of one name', '<row a="1"><a>2</a></row>', '{"a":"1","a":"2"}'],
    ['no text', '<row><a/><b></b></row>', '{"a":null,"b":null}'],
    ['an attribute without text', '<row a="" b=" "/>', '{"a":null,"b":" "}'],
    ['nil', '<row><a xsi:nil="true"/></row>', '{"a":null}'],
    ['a child twice', '<row><a>1</a><b/><a>2</a></row>', '{"a":["1","2"],"b":null}'],
    ['a list of one', '<row><tags>x</tags></row>', '{"tags":["x"]}'],
    ['nesting', '<row><a><b x="1"><c>2</c></b></a></row>', '{"a":{"b":{"x":"1","c":"2"}}}'],
    ['a text beside attributes', '<row><a c="EUR">5</a></row>', '{"a":{"c":"EUR","#text":"5"}}'],
    ['a text of the row itself', '<row>\n<a/>t\n</row>', '{"a":null,"#text":"\\nt\\n"}'],
    ['prefixes', '<x:row xmlns:x="u"><x:a y:b="1"/></x:row>', '{"a":{"b":"1"}}'],
    [
      'entities',
      '<row><a>&lt;&amp;&gt;&quot;&apos;&#233;&#x1F4E6;</a></row>',
      '{"a":"<&>\\"\'é📦"}',
    ],
    ['CDATA', '<row><a>x<![CDATA[<b>&amp;]]]]>y</a></row>', '{"a":"x<b>&amp;]]y"}'],
    ['comments and instructions', '<row><a>x<!-- <b> -->y<?z > ?></a></row>', '{"a":"xy"}'],
    ['line ends', '<row b="1\r\n2"><a>1\r\n2\r3</a></row>', '{"b":"1 2","a":"1\\n2\\n3"}'],
    ['a > in an attribute', '<row a="x>y"/>', '{"a":"x>y"}'],
    ['a row in a row', '<row><row><a/></row></row>', '{"row":{"a":null}}'],
    ['names of objects', '<row><__proto__>1</__proto__></row>', '{"__proto__":"1"}'],
  ])('has %s', async (_name, xml, line) => {
    for (const chunk of [1, 7, 4_096]) expect(await read(rows(xml), chunk)).toBe(`${line}\n`);
  });

  test('lies anywhere in the document, and the rest is no row', async () => {
    const xml =
      '\ufeff<?xml version="1.0" encoding="utf-8"?>\n<!-- x --><rows><head><n>1</n></head>\n' +
      '<part><row a="ż"/></part><row a="2"></row ></rows>\n<!-- y -->\n';
    expect(await read(xml)).toBe('{"a":"ż"}\n{"a":"2"}\n');
  });
});

describe('an XML document', () => {
  const bomb = `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(99)}"><!ENTITY b "&a;&a;&a;">]>`;
  test.each([
    [
      'an external entity',
      '<!DOCTYPE x SYSTEM "file:///etc/passwd"><rows><row/></rows>',
      'E_XML_DTD',
    ],
    ['a billion laughs', `<?xml version="1.0"?>${bomb}<rows><row>&b;</row></rows>`, 'E_XML_DTD'],
    ['an unknown entity', rows('<row a="&x;"/>'), 'an & begins no known entity in line 1'],
    ['an & alone', rows('<row>a & b</row>'), 'an & begins no known entity'],
    ['a character that is none', rows('<row>&#0;</row>'), 'an & begins no known entity'],
    ['half a character', rows('<row>&#xD800;</row>'), 'an & begins no known entity'],
    [
      'a wrong end',
      '<rows>\n<row>\n</rows>',
      'closes another element than the one that is open in line 3',
    ],
    ['a wrong end outside', '<rows><row/></row>', 'E_CORRUPT'],
    ['an attribute twice', rows('<row a="1" a="2"/>'), 'an attribute stands twice'],
    ['attributes together', rows('<row a="1"b="2"/>'), 'a tag is no tag of XML'],
    ['no quotes', rows('<row a=1/>'), 'a tag is no tag of XML'],
    ['a < in an attribute', rows('<row a="<"/>'), 'E_CORRUPT'],
    ['a wrong name', rows('<1row/>'), 'a tag has no name'],
    ['a second root', '<rows><row/></rows><rows/>', 'a second root begins'],
    ['a text outside', '<rows><row/></rows>x', 'a text stands outside the root'],
    ['a control character', rows('<row>\u0001</row>'), 'a control character'],
    ['no end of CDATA', rows('<row>]]></row>'), ']]> stands in a text'],
    ['-- in a comment', rows('<!-- a -- b --><row/>'), 'a comment holds --'],
    [
      'a late declaration',
      ' <?xml version="1.0"?><rows><row/></rows>',
      'an XML declaration stands',
    ],
    ['no root', '<!-- x -->', 'there is no element'],
    [
      'bytes that are not UTF-8',
      Buffer.from(rows('<row>caf\xe9</row>'), 'latin1'),
      'E_FILE_ENCODING',
    ],
    [
      'another encoding',
      '<?xml version="1.0" encoding="latin1"?><rows/>',
      'E_FILE_ENCODING: the XML says',
    ],
    [
      'other rows',
      rows('<order/><order/>'),
      'E_SCHEMA: no element is called "row"; there are "rows", "order"',
    ],
    ['no rows', '<rows/>', 'E_EMPTY'],
  ])('is refused for %s', async (_name, xml, words) => {
    for (const chunk of [1, 4_096]) expect(await read(xml, chunk)).toContain(words);
  });

  test('is refused wherever it is cut off', async () => {
    const xml = '<rows><row a="1"><b>x</b><![CDATA[y]]><!-- z --></row></rows>';
    for (let cut = 1; cut < xml.length; cut++) {
      expect(await read(xml.slice(0, cut))).toMatch(/^E_CORRUPT/);
    }
  });

  test('ends at limits of depth and size', async () => {
    const deep = '<a>'.repeat(limits.treeDepthMax + 2);
    expect(await read(`<rows>${deep}`)).toMatch(/^E_FORMAT: elements nest/);
    expect(await read(`<rows><row>${deep}`)).toMatch(/^E_FORMAT: elements nest/);
    const long = 'x'.repeat(limits.recordCharsMax + 1);
    expect(await read(rows(`<row>${long}</row>`), 1 << 18)).toMatch(/^E_SIZE/);
    expect(await read(rows(`<row a="${long}"/>`), 1 << 18)).toMatch(/^E_SIZE/);
    const many = `<a>${'x'.repeat(1 << 20)}</a>`.repeat(9);
    expect(await read(rows(`<row>${many}</row>`), 1 << 18)).toMatch(/^E_SIZE/);
  });
});
