import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { replace } from '../../core/define-dataset.ts';
import { fileIdOf } from '../../core/landing/file-id.ts';
import { landingBucket, objectCreated } from '../support/events.ts';
import { memoryStack } from '../support/memory-stack.ts';
import {
  again,
  all,
  type Case,
  content,
  type Drop,
  type Dropped,
  named,
  PUBLISHED,
  type Stack,
} from './key-cases.ts';
import { sales } from './sales.ts';

/** K08 to K10. */
const messages: readonly Case[] = [
  {
    name: 'K08 a test event is acknowledged; what is no notice goes to the dead letters alone',
    given: (drop) => {
      const object = drop('sales/a.csv');
      const broken = ['{"Event":"s3:TestEvent"}', '', 'no JSON', '{"a":1}', 'null', '[]'];
      return { objects: [object], bodies: [...broken, object.body] };
    },
    ends: [PUBLISHED],
    failed: [1, 2, 3, 4, 5],
    more: ({ telemetry }) => expect(refusals(telemetry.lines)).toEqual(Array(5).fill('E_NOTICE')),
  },
  {
    name: 'K08 of a foreign bucket nothing is read',
    given: (drop) => {
      const object = drop('sales/a.csv');
      const body = objectCreated({ key: 'sales/b.csv', bucket: 'stranger' });
      return { objects: [object], bodies: [body, object.body] };
    },
    ends: [PUBLISHED],
    failed: [0],
    more: ({ telemetry, reads }) => {
      expect(refusals(telemetry.lines)).toEqual(['E_FOREIGN']);
      expect(reads.every((read) => read.startsWith(`${landingBucket}/`))).toBe(true);
    },
  },
  {
    name: 'K09 a notice with another size: the object is right, and lineage says so',
    given: (drop) => {
      const objects = [drop('sales/a.csv', 1), drop('sales/b.csv', 11), drop('sales/c.csv', 21)];
      const sizes = [0, 7, 9_000_000_000_000];
      return {
        objects,
        bodies: objects.map(({ body }, at) => body.replace(/"size":\d+/, `"size":${sizes[at]}`)),
      };
    },
    ends: [PUBLISHED, PUBLISHED, PUBLISHED],
    more: (stack) => {
      const bytes = Buffer.byteLength(content(1, 3));
      const noted = lineageOf(stack).map(({ facets }) => facets.headgate);
      expect(noted).toContainEqual(expect.objectContaining({ announcedBytes: 0, bytes }));
      expect(noted).toContainEqual(expect.objectContaining({ announcedBytes: 7 }));
      expect(noted).toHaveLength(3);
    },
  },
  {
    name: 'K10 an object in an archive class, by its head',
    given: (drop, stack) => {
      const [object, archived] = [drop('sales/a.csv', 1), drop('sales/b.csv', 11)];
      stack.archive(archived.key, archived.versionId);
      return all(object, archived);
    },
    ends: [PUBLISHED, ['QUARANTINED', 'E_ARCHIVED']],
  },
  {
    name: 'K10 an object that a lifecycle rule archives behind the plan’s back',
    given: (drop) => all(drop('sales/a.csv', 1), drop('sales/archived.csv', 11)),
    ends: [PUBLISHED, ['QUARANTINED', 'E_ARCHIVED']],
    before: 'validate',
  },
];

const Line = z.looseObject({ error: z.string().optional() });
/** Codes in what the log says of refused messages. */
const refusals = (lines: Stack['telemetry']['lines']): readonly string[] =>
  lines.flatMap(
    ({ fields }) => /refused, (E_\w+)/.exec(JSON.stringify(Line.parse(fields)))?.[1] ?? [],
  );

const Lineage = z.object({
  inputs: z.array(z.looseObject({ facets: z.record(z.string(), z.unknown()) })),
});
const lineageOf = ({ objects }: Stack) =>
  [...objects]
    .filter(([uri]) => uri.startsWith('s3://curated/_lineage/'))
    .flatMap(([, bytes]) => Lineage.parse(JSON.parse(bytes.toString())).inputs);

const open = (before: Case['before']): Stack => {
  const stack: Stack = memoryStack({
    datasets: [sales(), sales({ name: 'prices', write: replace() })],
    around: (name, stage) => async (event) => {
      if (name === before) stack.archive('sales/archived.csv', 'v2');
      return await stage(event);
    },
  });
  return stack;
};

/** Everything that a second delivery must leave as it is. */
const world = async (stack: Stack) => {
  const { ledger, objects, tables, reads, pipeline, telemetry } = stack;
  return {
    files: await ledger.listFiles({ limit: 100 }),
    runs: await ledger.listRuns({ limit: 100 }),
    objects: [...objects].map(([uri, bytes]) => [uri, bytes.toString('latin1')]),
    tables: structuredClone([...tables]),
    reads: [...reads],
    started: [...pipeline.started.keys()],
    alarms: telemetry.counted('FilesQuarantined'),
  };
};

describe.each([
  ['keys', named],
  ['deliveries', again],
  ['messages and objects', messages],
])('%s', (_group, cases) => {
  test.each(cases)('$name', async ({ given, ends, failed = [], more, before }) => {
    const stack = open(before);
    const drop: Drop = (key, from = 1, rows = 3) => ({
      ...stack.drop(key, rows < 0 ? '' : content(from, rows)),
      ...{ key, rows },
    });
    const { objects, bodies } = given(drop, stack);
    const batchItemFailures = failed.map((at) => ({ itemIdentifier: `m${at}` }));
    expect(await stack.deliver(bodies)).toEqual({ batchItemFailures });
    await stack.execute();

    await expectEnds(stack, objects, ends);
    expectOwnPlaces(stack);
    more?.(stack, objects);

    const first = await world(stack);
    expect(await stack.deliver(bodies)).toEqual({ batchItemFailures });
    await stack.execute();
    expect(await world(stack)).toEqual(first);
    expect(JSON.stringify(stack.telemetry.lines)).not.toMatch(/S-\d|3\.50/);
  });
});

/** No object is lost, none is taken twice, and the rows of each are accounted for. */
const expectEnds = async (
  { ledger, reads }: Stack,
  objects: readonly Dropped[],
  ends: Case['ends'],
): Promise<void> => {
  const files = await ledger.listFiles({ limit: 100 });
  expect(files).toHaveLength(objects.length);
  const byId = new Map(files.map((file) => [file.fileId, file]));
  const found = objects.map(({ key, versionId }) =>
    byId.get(fileIdOf({ bucket: landingBucket, key, versionId })),
  );
  const reason = (at: number) => {
    const { code, detail } = found[at]?.reason ?? { code: null, detail: null };
    return code === 'IGNORED' ? detail : code;
  };
  expect(found.map((file, at) => [file?.state, reason(at)])).toEqual(ends);
  const isPublished = (at: number): boolean => ends[at]?.[0] === 'PUBLISHED';
  const rows = objects.map((object, at) => (isPublished(at) ? object.rows : undefined));
  expect(found.map((file) => file?.counts?.rowsIn)).toEqual(rows);
  expect(found.map((file) => file?.counts?.published)).toEqual(rows);
  const published = objects.filter((_, at) => isPublished(at));
  for (const { key, versionId } of published) {
    const object = `${landingBucket}/${key}@${versionId}`;
    expect(reads.filter((read) => read === object)).toHaveLength(1);
  }
};

/** Nothing that Headgate writes has a name out of a key. */
const expectOwnPlaces = ({ objects }: Stack): void => {
  const own = /^s3:\/(\/(?!\.+\/)[\w.-]+)+$/;
  expect([...objects.keys()].filter((uri) => !own.test(uri))).toEqual([]);
};
