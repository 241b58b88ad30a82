import type { Dataset } from '../dataset.ts';
import { kindOf } from '../fields/index.ts';
import { printIso } from '../fields/timestamp-form.ts';
import type { Alert } from './alerts.ts';
import type { Finding } from './anomalies.ts';
import type { Group } from './json.ts';

/**
 * The group as events outside tell it: without fields that are confidential, since whoever hears of
 * an alert need not be allowed to read the table.
 */
const toldGroup = ({ fields, windows = [] }: Dataset, rule: string, group: Group) => {
  const by = windows.find(({ name }) => name === rule)?.by ?? [];
  return Object.fromEntries(
    by.flatMap((name, at) => {
      const [field, value] = [fields[name], group[at] ?? null];
      if (field === undefined || field.classification === 'confidential') return [];
      return [[name, value === null ? null : kindOf(field).print(value, field.options)] as const];
    }),
  );
};

const instant = (at: bigint | null): string | null => (at === null ? null : printIso(at));

/** What the outside is told of an alert: which event of which group, and no other value of it. */
export const toldAlert = (dataset: Dataset, { id, rule, alert, group, event, at }: Alert) => ({
  ...{ dataset: dataset.name, rule, alert, id, event, eventTime: instant(at) },
  group: toldGroup(dataset, rule, group),
});

/** What the outside is told of a finding; its numbers are in the table of results. */
export const toldFinding = (dataset: Dataset, finding: Finding) => ({
  ...{ dataset: dataset.name, rule: finding.rule, anomaly: finding.anomaly, id: finding.id },
  ...{ version: finding.version, group: toldGroup(dataset, finding.rule, finding.group) },
  ...{ windowStart: instant(finding.windowStart), windowEnd: instant(finding.windowEnd) },
});
