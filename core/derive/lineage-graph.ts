import type { Lookup } from '../contract.ts';
import type { Dataset } from '../dataset.ts';

/** The tables that a dataset looks at, with the columns by which and for which it does. */
export const sourcesOf = (
  dataset: Dataset,
): readonly { readonly from: string; readonly label: string }[] => [
  ...dataset.transforms.flatMap((step) => {
    if (step.kind !== 'join') return [];
    return [{ from: step.dataset, label: `${step.take.join(', ')} by ${step.on}` }];
  }),
  ...dataset.rules.flatMap((rule) =>
    rule.kind === 'references' ? [{ from: rule.dataset, label: `checks ${rule.column}` }] : [],
  ),
];

/** Where a dataset's columns come from, as a Mermaid graph; joins are followed to their ends. */
export const lineageGraph = (dataset: Dataset, lookup: Lookup): string => {
  const lines: string[] = [];
  const seen = new Set<string>();
  const waiting: Dataset[] = [dataset];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (seen.has(at.name)) continue;
    seen.add(at.name);
    lines.push(`  landing_${at.name}[/"landing/${at.name}/"/] --> ${at.name}[("${at.name}")]`);
    for (const { from, label } of sourcesOf(at)) {
      lines.push(`  ${from} -- "${label}" --> ${at.name}`);
      const other = lookup(from);
      if (other !== undefined) waiting.push(other);
    }
  }
  return ['flowchart LR', ...lines].join('\n');
};
