import { describe, expect, test } from 'vitest';
import { fieldKinds, kindOf, schemaOf, text } from '../../../core/fields/index.ts';
import { read } from './kinds.ts';
import { scalarSamples } from './samples.ts';

test('no two kinds have the same name', () => {
  const names = fieldKinds.map(({ kind }) => kind);
  expect(new Set(names).size).toBe(names.length);
});

test('an unknown kind is named, and the known ones with it', () => {
  expect(() => kindOf({ ...text(), kind: 'colour' })).toThrow(
    "no field kind 'colour'; there are text, email",
  );
});

describe.each(Object.entries(scalarSamples))('%s', (_name, field) => {
  const kind = kindOf(field);
  const edges = kind.edges(field.options);

  test('a printed value reads as the same value', () => {
    const values = edges.flatMap((edge) => {
      const parsed = kind.parse(edge, field.options);
      return parsed.ok ? [parsed.value] : [];
    });
    expect(values.length).toBeGreaterThan(0);
    const again = values.map((value) => read(field, kind.print(value, field.options)));
    expect(again).toStrictEqual(values);
  });

  test('the zod schema gives the same values and codes', () => {
    const schema = schemaOf(field);
    const answers = edges.map((edge) => {
      const result = schema.safeParse(edge);
      return result.success ? result.data : result.error.issues[0]?.message;
    });
    expect(answers).toStrictEqual(edges.map((edge) => read(field, edge)));
  });

  test('the JSON Schema pattern refuses no text that is a value', () => {
    const { pattern } = kind.jsonSchema(field.options);
    const sound = edges.filter((edge) => kind.parse(edge, field.options).ok);
    const whole = new RegExp(typeof pattern === 'string' ? pattern : '', 'u');
    expect(sound.filter((edge) => !whole.test(edge))).toEqual([]);
  });
});
