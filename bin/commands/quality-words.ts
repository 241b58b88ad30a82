import type { Quality } from '../../core/ledger.ts';
import type { Styles } from '../console/styles.ts';
import { oneLine } from '../console/table.ts';
import { percent } from './words.ts';

/** The score with the parts it is made of; entries of older versions name three. */
export const scoreText = ({ score, parts, ...named }: Quality): string => {
  const { validity, completeness, uniqueness } = named;
  const shares = parts ?? [
    { dimension: 'validity', share: validity, weight: 1 },
    { dimension: 'completeness', share: completeness, weight: 1 },
    { dimension: 'uniqueness', share: uniqueness, weight: 1 },
  ];
  const told = shares.map(({ dimension, share }) => `${dimension} ${percent(share)}`);
  return `${score.toFixed(2)} of 100: ${told.join(', ')}`;
};

/** One line per check: what holds the run first, then what only warns, then the rest. */
export const findingLines = ({ findings = [] }: Quality, styles: Styles): string[] => {
  const rank = { broken: 0, unknown: 1, passed: 2 } as const;
  const sorted = findings.toSorted(
    (a, b) =>
      rank[a.state] - rank[b.state] ||
      Number(b.severity === 'hold') - Number(a.severity === 'hold'),
  );
  return sorted.map(({ state, severity, detail }) => {
    const text = oneLine(detail);
    if (state === 'passed') return `${styles.good('passed')}  ${text}`;
    if (state === 'unknown') return `${styles.faint('unknown')} ${text}`;
    const paint = severity === 'hold' ? styles.bad : styles.warn;
    return `${paint(severity === 'hold' ? 'holds' : 'warns')}   ${text}`;
  });
};
