import jsonata from 'jsonata';

export type Json = unknown;
export type Fields = Readonly<Record<string, Json>>;
export const isFields = (value: Json): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const fields = (value: Json): Fields => {
  if (isFields(value)) return value;
  throw new Error(`Step Functions: not an object: ${JSON.stringify(value)}`);
};
export const text = (value: Json): string => {
  if (typeof value === 'string') return value;
  throw new Error(`Step Functions: not a text: ${JSON.stringify(value)}`);
};
export const array = (value: Json): readonly Json[] => (Array.isArray(value) ? value : [value]);
export const number = (value: Json, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise;

const compiled = new Map<string, ReturnType<typeof jsonata>>();

/** JSONata in `{% %}`, anywhere in a template. */
export const evaluated = async (template: Json, states: Fields): Promise<Json> => {
  if (typeof template === 'string') {
    const [, source] = /^\{%\s*(.*?)\s*%\}$/s.exec(template) ?? [];
    if (source === undefined) return template;
    const expression = compiled.get(source) ?? jsonata(source);
    compiled.set(source, expression);
    return plain(await expression.evaluate({}, { states }));
  }
  if (Array.isArray(template))
    return await Promise.all(template.map((one) => evaluated(one, states)));
  if (!isFields(template)) return template;
  const entries: [string, Json][] = [];
  for (const [name, value] of Object.entries(template))
    entries.push([name, await evaluated(value, states)]);
  return Object.fromEntries(entries);
};

/** JSONata's own lists carry marks that JSON has not. */
export const plain = (value: Json): Json =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));
