import { contractVersion, type Lookup } from '../contract.ts';
import type { Dataset } from '../dataset.ts';
import type { QualityCheck } from '../quality/check.ts';
import { says as checkSays } from '../quality/index.ts';
import { publishedColumns } from './columns.ts';
import { odcsProperty, severityOf } from './odcs-property.ts';
import { datasetRuleWords } from './rule-words.ts';

type Json = Readonly<Record<string, unknown>>;

/** The version of the Open Data Contract Standard that is written. */
export const odcsVersion = 'v3.1.0';

type Options = {
  /** Where the table lies, in the standard's own words. @default left out */
  readonly servers?: readonly Json[];
};

/** A dataset as a data contract of the Open Data Contract Standard. */
export const odcsOf = (dataset: Dataset, lookup: Lookup, { servers }: Options = {}) => {
  const { name, version, domain, owner, description } = dataset;
  const sla = dataset.quality.flatMap((check) => freshness(dataset, check));
  const properties = publishedColumns(dataset, lookup).map((each) => odcsProperty(dataset, each));
  return {
    apiVersion: odcsVersion,
    kind: 'DataContract',
    id: `urn:headgate:dataset:${name}`,
    name,
    version: `${version}.0.0`,
    status: 'active',
    domain,
    description: { purpose: description },
    ...(servers === undefined ? {} : { servers }),
    schema: [
      {
        name,
        physicalName: name,
        physicalType: 'table',
        logicalType: 'object',
        description,
        properties,
        quality: tableQuality(dataset),
        ...relationships(dataset),
      },
    ],
    team: { members: [{ username: owner, role: 'owner' }] },
    ...(sla.length === 0 ? {} : { slaProperties: sla }),
    customProperties: [
      { property: 'headgateContractVersion', value: contractVersion(dataset) },
      { property: 'write', value: dataset.write.kind },
      { property: 'formats', value: dataset.files.formats.join(', ') },
      ...Object.entries(dataset.evolution).map(([name, mode]) => ({
        property: `evolution.${name}`,
        value: mode,
      })),
    ],
  };
};

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

const freshness = ({ name }: Dataset, check: QualityCheck): Json[] => {
  if (check.kind !== 'freshness') return [];
  const [unit, ms] = UNITS.find((each) => check.maxAgeMs % each[1] === 0) ?? ['s', 1000];
  const value = check.maxAgeMs / ms;
  return [{ property: 'freshness', value, unit, element: `${name}.${check.column}` }];
};

const percent = (share: number): number => Math.round(share * 1e6) / 1e4;

/** What is expected of a run as a whole; what the standard has no metric for is said in words. */
const tableQuality = (dataset: Dataset): Json[] => {
  const rejects = {
    type: 'custom',
    engine: 'headgate',
    dimension: 'conformity',
    severity: 'error',
    description: `A run with more than ${percent(dataset.rejects.holdAbove)} % rejected rows is held.`,
    implementation: { kind: 'rejects', holdAbove: dataset.rejects.holdAbove },
  };
  const rules = dataset.rules.map((rule) => ({
    type: 'custom',
    engine: 'headgate',
    dimension: 'consistency',
    severity: rule.severity === 'warn' ? 'warning' : 'error',
    description: datasetRuleWords(rule),
    implementation: { kind: rule.kind },
  }));
  return [rejects, ...rules, ...dataset.quality.flatMap(ofCheck)];
};

const ofCheck = (check: QualityCheck): Json[] => {
  // Told elsewhere: at its column, and as an agreement on service.
  if (check.kind === 'completeness' || check.kind === 'freshness') return [];
  const severity = severityOf(check);
  if (check.kind === 'uniqueness') {
    return [
      {
        type: 'library',
        metric: 'duplicateValues',
        dimension: 'uniqueness',
        unit: 'percent',
        severity,
        arguments: { properties: check.columns },
        mustBeLessOrEqualTo: percent(1 - check.min),
      },
    ];
  }
  const implementation = { kind: check.kind };
  const description = checkSays(check);
  return [{ type: 'custom', engine: 'headgate', severity, description, implementation }];
};

/** Joins and references as foreign keys. */
const relationships = (dataset: Dataset): Json => {
  const joins = dataset.transforms.flatMap((use) =>
    use.kind === 'join' ? [{ column: use.on, to: `${use.dataset}.${use.on}` }] : [],
  );
  const references = dataset.rules.flatMap((rule) =>
    rule.kind === 'references'
      ? [{ column: rule.column, to: `${rule.dataset}.${rule.column}` }]
      : [],
  );
  const all = [...joins, ...references].map(({ column, to }) => ({
    type: 'foreignKey',
    from: `${dataset.name}.${column}`,
    to,
  }));
  return all.length === 0 ? {} : { relationships: all };
};
