import { expect, test } from 'vitest';
import { openApiOf } from '../../core/derive/openapi.ts';
import { takesRecords } from '../../core/push/as-records.ts';
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

test('the document of the API has every route that is deployed, and no other', () => {
  const deployed = routesOf(synthesize(newStack({ streamed: true }))).flatMap((route) =>
    // Each dataset takes records of its own; operators ask of all alike.
    route.endsWith('/records')
      ? datasets.filter(takesRecords).map(({ name }) => route.replace('{dataset}', name))
      : [route],
  );
  const written = Object.entries(openApiOf(datasets).paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((name) => name !== 'parameters')
      .map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(deployed.length).toBeGreaterThan(0);
  expect(written.sort()).toEqual([...new Set(deployed)].sort());
});
