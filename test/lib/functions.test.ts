import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { functionsByStage, newStack, referred, synthesize } from './synthesized.ts';

/** With every function that a deploy may have. */
const operatorTokens = { issuer: 'https://issuer.example/pool', audience: 'headgate' };
const stack = synthesize(newStack({ streamed: true, operatorTokens, webhookSources: ['shop'] }));
const functions = [...functionsByStage(stack)];
const ofRows = ['validate', 'transform'];
const withEngine = [...ofRows, 'operate'];
const stageOf = (name: string): string => name.replace(', large files', '');
const Variables = z.object({ Variables: z.record(z.string(), z.unknown()) });

/** The schema that a function's main.ts parses its environment with. */
const envOf = async (stage: string): Promise<z.ZodObject> => {
  const module: unknown = await import(`../../functions/${stage}/env.ts`);
  const schemas = Object.values(Object(module)).filter((value) => value instanceof z.ZodObject);
  expect(schemas).toHaveLength(1);
  return z.instanceof(z.ZodObject).parse(schemas[0]);
};

describe.each(functions)('%s', (name, { Properties }) => {
  const stage = stageOf(name);
  const variables = Variables.parse(Properties.Environment).Variables;

  test('runs on Node 24 with tracing and no image of its own', () => {
    expect(Properties.Runtime).toBe('nodejs24.x');
    expect(Properties.TracingConfig).toEqual({ Mode: 'Active' });
    expect(Properties.Architectures).toEqual(['arm64']);
  });

  test('has a role that no other function has', () => {
    const roles = functions.map(([, other]) => referred(other.Properties.Role));
    expect(roles.filter((role) => role === referred(Properties.Role))).toHaveLength(1);
  });

  test('logs to a group of its own that forgets', () => {
    const group = referred(Properties.LoggingConfig);
    const groups = functions.map(([, other]) => referred(other.Properties.LoggingConfig));
    expect(groups.filter((other) => other === group)).toHaveLength(1);
    expect(stack.resources.get(group)?.Properties.RetentionInDays).toBe(30);
  });

  test('gets every variable that it reads, and no other', async () => {
    const schema = await envOf(stage);
    const ours = Object.keys(variables).filter((name) => !/^(POWERTOOLS_|NODE_OPTIONS)/.test(name));
    expect(ours.sort()).toEqual(Object.keys(schema.shape).sort());
    expect(variables.POWERTOOLS_METRICS_NAMESPACE).toBe('Headgate');
  });

  test('has no variable that looks like a secret', () => {
    const looksSecret = /secret|password|passwd|token|credential|private|api_?key|access_?key/i;
    for (const [name, value] of Object.entries(variables)) {
      expect(name).not.toMatch(looksSecret);
      expect(JSON.stringify(value)).not.toMatch(
        /AKIA|-----BEGIN|eyJ[A-Za-z0-9]{10}|:\/\/[^/]+:[^/]+@/,
      );
    }
  });

  test('has the engine, memory, disk and time that its work needs', () => {
    const heavy = withEngine.includes(stage);
    expect(Properties.Layers ?? []).toHaveLength(heavy ? 1 : 0);
    expect(Properties.EphemeralStorage).toEqual({ Size: heavy ? 10_240 : 512 });
    expect(Properties.Timeout).toBeLessThanOrEqual(heavy ? 900 : 300);
    // A new account may have no more than 3,008.
    // A whole processor for those that touch every row or record.
    const small = heavy || ['push', 'stream', 'webhook'].includes(stage) ? 1_769 : 1_024;
    if (name === stage) expect(Properties.MemorySize).toBeLessThanOrEqual(small);
    else expect(Properties.MemorySize).toBe(3_008);
  });
});

test('a stage that touches rows has a second worker, which differs in its memory alone', () => {
  const all = functionsByStage(synthesize(newStack({ largeWorkerMegabytes: 10_240 })));
  const large = [...all].filter(([name]) => stageOf(name) !== name);
  expect(large.map(([name]) => stageOf(name)).sort()).toEqual(ofRows.sort());
  for (const [name, { Properties }] of large) {
    expect(Properties.MemorySize).toBe(10_240);
    const small = all.get(stageOf(name))?.Properties;
    for (const same of ['Environment', 'Timeout', 'Layers', 'EphemeralStorage', 'Code'])
      expect(Properties[same]).toEqual(small?.[same]);
  }
});

test('another processor changes the functions and their layer alike', () => {
  const { ofType } = synthesize(newStack({ architecture: 'x64' }));
  const kinds = ofType('AWS::Lambda::Function').map(
    ([, { Properties }]) => Properties.Architectures,
  );
  expect(new Set(kinds.map((kind) => JSON.stringify(kind)))).toEqual(new Set(['["x86_64"]']));
  const [[, layer] = []] = ofType('AWS::Lambda::LayerVersion');
  expect(layer?.Properties.CompatibleArchitectures).toEqual(['x86_64']);
});
