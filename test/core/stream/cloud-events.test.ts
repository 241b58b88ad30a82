import { describe, expect, test } from 'vitest';
import { openCloudEvent } from '../../../core/stream/cloud-events.ts';
import { openEnvelope } from '../../../core/stream/envelope.ts';

const open = (text: string | Uint8Array, keepsControls = false) => {
  const payload = typeof text === 'string' ? Buffer.from(text) : text;
  const found = openEnvelope('cloudevents', { payload, partitionKey: 'p' }, keepsControls);
  if (found.kind !== 'row') return found;
  return { row: Buffer.from(found.line).toString(), meta: found.meta };
};

const head = '"specversion":"1.0","id":"1","source":"/shop","type":"sold"';
const meta = { kind: 'event', id: '1', source: '/shop', type: 'sold', time: null };
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a CloudEvent', () => {
  test('gives its data as it stands there, every digit and blank', () => {
    const data = '{ "b":12.50,\t"a" : 9007199254740993, "c":"\\u0061" }';
    expect(open(`{${head},"data": ${data} ,"time":"2026-01-02T03:04:05Z"}`)).toEqual({
      row: data,
      meta: { ...meta, time: '2026-01-02T03:04:05Z' },
    });
  });

  test('may have its data as base64, its line ends, and attributes of its own', () => {
    const event = `{${head},"ext":{"a":[1]},"subject":"\\u0000\x7f",\n"data_base64":"${base64(
      '{"a":\n1}',
    )}"}`;
    expect(open(event)).toEqual({ row: '{"a": 1}', meta });
  });

  test('has the texts that its attributes spell', () => {
    const event = String.raw`{"specversion":"1.0","id":"\u00e9\n","source":"s","type":"t","data":{}}`;
    expect(open(event)).toMatchObject({ meta: { id: 'é\n', source: 's', type: 't' } });
  });

  test.each([
    ['no event', '{"a":1}', 'E_ENVELOPE'],
    ['another version', `{${head.replace('1.0', '0.3')},"data":{}}`, 'E_ENVELOPE'],
    ['no id', `{${head.replace('"id":"1",', '')},"data":{}}`, 'E_ENVELOPE'],
    ['an empty id', `{${head.replace('"id":"1"', '"id":""')},"data":{}}`, 'E_ENVELOPE'],
    ['an id that is a number', `{${head.replace('"id":"1"', '"id":1')},"data":{}}`, 'E_ENVELOPE'],
    ['no data', `{${head}}`, 'E_ENVELOPE'],
    ['data twice over', `{${head},"data":{},"data_base64":"e30="}`, 'E_ENVELOPE'],
    ['data that is no base64', `{${head},"data_base64":"e30"}`, 'E_ENVELOPE'],
    ['data with bits left over', `{${head},"data_base64":"e31="}`, 'E_ENVELOPE'],
    ['base64 that is no text', `{${head},"data_base64":{}}`, 'E_ENVELOPE'],
    ['a batch', `[{${head},"data":{}}]`, 'E_JSON_SHAPE'],
    ['data that is a text', `{${head},"data":"{}"}`, 'E_JSON_SHAPE'],
    ['data that is null', `{${head},"data":null}`, 'E_JSON_SHAPE'],
    ['an attribute twice', `{${head},"id":"2","data":{}}`, 'E_JSON_DUP_KEY'],
    ['a double key in the data', `{${head},"data":{"a":1,"a":2}}`, 'E_JSON_DUP_KEY'],
    ['a control character', `{${head},"data":{"a":"\\u0001"}}`, 'E_CONTROL_CHAR'],
    ['a bare NUL', `{${head},"data":{"a":"\0"}}`, 'E_CONTROL_CHAR'],
    ['half a pair', `{${head},"data":{"a":"\\udc00"}}`, 'E_ENCODING'],
    [
      'bytes of another encoding',
      Buffer.from(`{${head},"data":{"a":"\xe9"}}`, 'latin1'),
      'E_ENCODING',
    ],
    [
      'such bytes as base64',
      `{${head},"data_base64":"${Buffer.from([0xff]).toString('base64')}"}`,
      'E_ENCODING',
    ],
    ['data that is no JSON', `{${head},"data":{a:1}}`, 'E_JSON'],
    ['such data as base64', `{${head},"data_base64":"${base64('a,b')}"}`, 'E_JSON'],
    ['an event that is cut off', `{${head},"data":{}`, 'E_JSON'],
    ['depth', `{${head},"data":{"a":${'['.repeat(40)}${']'.repeat(40)}}}`, 'E_DEPTH'],
    ['depth without an end', `{${head},"data":${'['.repeat(5_000)}`, 'E_DEPTH'],
    ['a row over the limit', `{${head},"data":{"a":"${'x'.repeat(300_000)}"}}`, 'E_ROW_SIZE'],
  ])('with %s is refused', (_name, text, code) => {
    expect(open(text)).toEqual({ kind: 'refused', code });
  });

  test('keeps control characters where the dataset does', () => {
    expect(open(`{${head},"data":{"a":"\\u0001"}}`, true)).toMatchObject({ meta });
  });

  test('of a body that is no JSON has it as base64 alone', () => {
    const readBody = (body: Uint8Array) => ({ kind: 'row', line: body }) as const;
    const opened = [`"data_base64":"${base64('\0x')}"`, '"data":{}'].map((data) =>
      openCloudEvent(Buffer.from(`{${head},${data}}`), false, readBody),
    );
    expect(opened).toMatchObject([
      { kind: 'row', line: new Uint8Array([0, 0x78]), meta },
      { kind: 'refused', code: 'E_ENVELOPE' },
    ]);
  });
});
