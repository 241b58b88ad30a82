import { codes } from '../../core/codes.ts';
import { limits } from '../../core/limits.ts';

const levels = {
  row: 'Rows: the row is rejected, the rows around it are not',
  file: 'Files: the whole file is quarantined, its bytes stay in landing',
  run: 'Runs: the run is held, nothing of it is published',
  notice:
    'Notices: after its tries the message is kept as a dead letter (`npx headgate redrive` lists them)',
} as const;

const section = (level: keyof typeof levels): string => {
  const rows = Object.entries(codes)
    .filter(([, entry]) => entry.level === level)
    .map(([code, { means, next }]) => `| \`${code}\` | ${means} | ${next} |`);
  return [
    `## ${levels[level]}`,
    '',
    '| code | means | what to do |',
    '|---|---|---|',
    ...rows,
  ].join('\n');
};

/** The page of all reason codes and limits, as `docs/codes.md` holds it. */
export const codesPage = (): string => {
  const rows = Object.entries(limits).map(([name, value]) => `| \`${name}\` | ${value} |`);
  return `${[
    '# Reason codes and limits',
    '',
    'Written by `npm run docs` from `core/codes.ts` and `core/limits.ts`; a test keeps it true.',
    'A code is the same in the ledger, the quarantine, the command line and the alarms.',
    '',
    section('row'),
    '',
    section('file'),
    '',
    section('run'),
    '',
    section('notice'),
    '',
    '## Limits',
    '',
    'Why each has its value, and what happens at it, stands beside it in `core/limits.ts`.',
    '',
    '| limit | value |',
    '|---|---|',
    ...rows,
  ].join('\n')}\n`;
};
