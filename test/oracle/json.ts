/**
 * JSON Lines by way of `JSON.parse` and its source text, without the limits of numbers: what
 * jsonl.ts must agree with.
 */
type JsonCell = { readonly text: string; readonly compound: boolean };
export type JsonOracleLine =
  | { readonly codes: readonly string[] }
  | { readonly codes: readonly []; readonly cells: Readonly<Record<string, JsonCell | null>> };

/** How deep a text of JSON opens, also where a key is overwritten later. */
const depthOf = (text: string): number => {
  let depth = 0;
  let deepest = 0;
  for (const mark of text.replace(/"(?:[^"\\]|\\.)*"/g, '')) {
    if ('[{'.includes(mark)) depth += 1;
    if (']}'.includes(mark)) depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
};

const parsed = (text: string): { value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

/** Members of an object's text, in order: each key's end is found by trying. */
const members = (text: string): { key: string; value: string }[] => {
  const found: { key: string; value: string }[] = [];
  let rest = text.trim().slice(1, -1).trim();
  while (rest !== '') {
    const key = prefix(rest, (part) => part.startsWith('"'));
    rest = rest.slice(key.length).trim().slice(1).trim();
    const value = prefix(rest, () => true);
    found.push({ key: String(JSON.parse(key)), value });
    rest = rest.slice(value.length).trim().slice(1).trim();
  }
  return found;
};

/** The shortest beginning of the text that is a whole value, followed by what may follow one. */
const prefix = (text: string, allowed: (part: string) => boolean): string => {
  for (let end = 1; end <= text.length; end++) {
    const part = text.slice(0, end);
    if (!/^\s*([,:]|$)/.test(text.slice(end)) || !allowed(part)) continue;
    if (parsed(part) !== undefined && part === part.trim()) return part;
  }
  throw new Error(`no value at the beginning of ${text}`);
};

/** All strings in a text of JSON, keys too, as they are after their escapes. */
const stringsIn = (text: string): string[] =>
  (text.match(/"(?:[^"\\]|\\.)*"/g) ?? []).map((source) => String(JSON.parse(source)));

const CONTROL = /[^\t\r\n\x20-\x7e\x80-\uffff]/;

export const oracleLine = (
  line: Buffer,
  fields: readonly string[],
  depthMax: number,
): JsonOracleLine => {
  const text = line.toString('utf8');
  const codes: string[] = [];
  if (!Buffer.from(text).equals(line)) codes.push('E_ENCODING');
  // Other control characters are none of JSON's in the first place.
  if (line.includes(0) || line.includes(0x7f)) codes.push('E_CONTROL_CHAR');
  if (codes.length > 0) return { codes: codes.sort() };
  if (parsed(text) === undefined) return { codes: ['E_JSON'] };
  if (depthOf(text) > depthMax) return { codes: ['E_DEPTH'] };
  if (!/^\s*\{/.test(text)) return { codes: ['E_JSON_SHAPE'] };
  const strings = stringsIn(text);
  if (strings.some((string) => !string.isWellFormed())) codes.push('E_ENCODING');
  if (strings.some((string) => CONTROL.test(string))) codes.push('E_CONTROL_CHAR');
  const all = members(text);
  if (new Set(all.map(({ key }) => key)).size !== all.length) codes.push('E_JSON_DUP_KEY');
  if (codes.length > 0) return { codes: codes.sort() };
  const values = new Map(all.map(({ key, value }) => [key, value]));
  const cells = fields.map((field): [string, JsonCell | null] => [
    field,
    cellOf(values.get(field)),
  ]);
  return { codes: [], cells: Object.fromEntries(cells) };
};

const cellOf = (source: string | undefined): JsonCell | null => {
  if (source === undefined || source === 'null') return null;
  if (source.startsWith('"')) return { text: String(JSON.parse(source)), compound: false };
  return { text: source, compound: source.startsWith('{') || source.startsWith('[') };
};
