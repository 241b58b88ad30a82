import { expect, test } from 'vitest';
import type { Dataset } from '../../core/dataset.ts';
import { openApiOf } from '../../core/derive/openapi.ts';
import { takesFiles, takesRecords } from '../../core/push/as-records.ts';
import { sourcesOf } from '../../core/webhooks/webhook.ts';
import { datasets } from '../../datasets/index.ts';
import { newStack, referred, type Synthesized, synthesize } from './synthesized.ts';

/** Method and path of every route that a deploy makes. */
const routesOf = ({ resources, ofType }: Synthesized): string[] => {
  const pathOf = (id: string): string => {
    const resource = resources.get(id);
    if (resource?.Type !== 'AWS::ApiGateway::Resource') return '';
    const { ParentId, PathPart } = resource.Properties;
    return `${pathOf(referred(ParentId))}/${PathPart}`;
  };
  return ofType('AWS::ApiGateway::Method').map(
    ([, { Properties }]) => `${Properties.HttpMethod} ${pathOf(referred(Properties.ResourceId))}`,
  );
};

const sources = sourcesOf(datasets).map(({ webhook }) => webhook.source);

/** A route for each dataset, or source, that may stand in it; operators ask of all alike. */
const expanded = (route: string): string[] => {
  if (route.includes('{source}')) return sources.map((name) => route.replace('{source}', name));
  const each = (all: readonly Dataset[]) => all.map(({ name }) => route.replace('{dataset}', name));
  if (route.endsWith('/records')) return each(datasets.filter(takesRecords));
  return route.includes('/uploads') ? each(datasets.filter(takesFiles)) : [route];
};
const methods = ['get', 'post', 'put', 'delete'];

test('the document of the API has every route that is deployed, and no other', () => {
  const stack = newStack({ streamed: true, webhookSources: sources });
  const deployed = routesOf(synthesize(stack)).flatMap(expanded);
  const written = Object.entries(openApiOf(datasets).paths).flatMap(([path, operations]) =>
    Object.keys(Object(operations))
      .filter((method) => methods.includes(method))
      .map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(deployed.length).toBeGreaterThan(20);
  expect(written.sort()).toEqual([...new Set(deployed)].sort());
});
