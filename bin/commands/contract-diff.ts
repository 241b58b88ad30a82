import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import * as z from 'zod';
import type { ContractDiff } from '../../core/compatibility/compare-contracts.ts';
import { UserError } from '../console/errors.ts';
import type { Output } from '../console/output.ts';
import { jsonOption, type MakeCommand, parseOptions, withExamples } from './command.ts';
import { loadDatasets } from './dataset-named.ts';

const DiffOptions = z.object({
  // A ref that begins with a dash would be an option of git.
  against: z
    .string()
    .regex(/^[^-\s:][^\s:]*$/, 'must be a branch, tag or commit')
    .optional(),
  json: z.boolean().default(false),
});

const says = {
  full: 'nobody is broken',
  backward: 'senders go on as before; readers must be told',
  forward: 'readers go on as before; senders must be told',
  none: 'senders and readers must be told',
} as const;

/** `headgate contract diff`: whom the changes of the datasets break. */
export const contractDiffCommand: MakeCommand = ({ out }) => {
  const command = new Command('diff')
    .description('compare the datasets with the contracts promised before, and say whom it breaks')
    .option('--against <ref>', 'a git ref instead of the lock file of the work tree')
    .addOption(jsonOption())
    .addHelpText('after', '\nEnds with 1 when a breaking change has no raise of `version`.')
    .action(async (raw: unknown) => {
      const { against, json } = parseOptions(DiffOptions, raw);
      const diffs = await compare(against);
      if (json) out.json(diffs);
      else print(out, diffs);
      assertRaised(diffs);
    });
  return withExamples(command, ['contract diff', 'contract diff --against origin/main']);
};

const LockOptions = z.object({ force: z.boolean().default(false) });

/** `headgate contract lock`: promise what the datasets now say. */
export const contractLockCommand: MakeCommand = ({ out }) => {
  const command = new Command('lock')
    .description('write datasets/contracts.lock.json: what is promised from now on')
    .option('--force', 'also with a breaking change without a raise of `version`')
    .action(async (raw: unknown) => {
      const { force } = parseOptions(LockOptions, raw);
      const { lockFile, lockPath } = await import('./contract-lock.ts');
      if (!force) {
        const diffs = await compareOrFirst();
        print(out, diffs);
        assertRaised(diffs);
      }
      await writeFile(lockPath, `${JSON.stringify(await currentLock(), null, 2)}\n`);
      out.note(`Wrote ${lockFile}; commit it with the datasets.`);
    });
  return withExamples(command, ['contract lock']);
};

const currentLock = async () => {
  const [datasets, { lockOf }] = await Promise.all([
    loadDatasets(),
    import('../../core/compatibility/contract-document.ts'),
  ]);
  return lockOf(datasets, (name) => datasets.find((dataset) => dataset.name === name));
};

const compare = async (ref: string | undefined): Promise<readonly ContractDiff[]> => {
  const [{ readLock }, { compareContracts }] = await Promise.all([
    import('./contract-lock.ts'),
    import('../../core/compatibility/compare-contracts.ts'),
  ]);
  return compareContracts(await readLock(ref), await currentLock());
};

/** Without a lock file there is nothing to break yet. */
const compareOrFirst = async (): Promise<readonly ContractDiff[]> => {
  const [{ lockPath }, { existsSync }] = await Promise.all([
    import('./contract-lock.ts'),
    import('node:fs'),
  ]);
  return existsSync(lockPath) ? await compare(undefined) : [];
};

const print = (out: Output, diffs: readonly ContractDiff[]): void => {
  if (diffs.length === 0) out.line('No dataset changed.');
  for (const { dataset, verdict, changes, versions } of diffs) {
    const version = `version ${versions.before ?? 'none'} to ${versions.after ?? 'none'}`;
    out.line(`${out.styles.strong(dataset)}  ${verdict}: ${says[verdict]} (${version})`);
    for (const change of changes) {
      const paint = change.verdict === 'full' ? out.styles.good : out.styles.warn;
      out.line(`  ${paint(change.verdict.padEnd(8))}  ${change.reason}`);
    }
  }
};

const assertRaised = (diffs: readonly ContractDiff[]): void => {
  const names = diffs.filter(({ mustRaise }) => mustRaise).map(({ dataset }) => dataset);
  if (names.length === 0) return;
  throw new UserError({
    what: `${names.join(', ')}: a change breaks senders or readers, and the version is as before.`,
    allowed: 'Take the change back, or raise `version` in the dataset and tell them.',
    next: 'npx headgate contract lock then writes down what is promised from now on.',
  });
};
