import { Command } from 'commander';
import * as z from 'zod';
import { type DeadLetter, isHopeless, sentAgain } from '../../core/dead-letter.ts';
import { EpochMs } from '../../core/ids.ts';
import { UserError, usageError } from '../console/errors.ts';
import type { Output } from '../console/output.ts';
import { oneLine } from '../console/table.ts';
import { type DeployedStack, stackOption, withStack } from '../world.ts';
import { jsonOption, type MakeCommand, parseOptions, withExamples } from './command.ts';
import { counted, when } from './words.ts';

const RedriveOptions = z.object({
  id: z.array(z.string()).default([]),
  all: z.boolean().default(false),
  dismiss: z.boolean().default(false),
  dryRun: z.boolean().default(false),
  stack: z.string(),
  json: z.boolean().default(false),
});

/** Letters read in one call; of more the oldest wait for the next. */
const lettersMax = 10_000;
const lettersPerPage = 500;

/** `headgate redrive`: sends dead letters to intake again, which takes in each file once. */
export const redriveCommand: MakeCommand = ({ out, env, clock }) => {
  const command = new Command('redrive')
    .description('list notices that intake gave up on, and send them to it again')
    .option('--id <id...>', 'these, by their message id')
    .option('--all', 'every open one that a later delivery can mend')
    .option('--dismiss', 'close them instead: nothing is sent')
    .option('--dry-run', 'change nothing')
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (raw: unknown) => {
      const { stack, json, ...request } = parseOptions(RedriveOptions, raw);
      checkRequest(request);
      const redriven = await withStack({ out, env }, stack, (opened) =>
        redriveLetters(opened, request, clock),
      );
      if (json) out.json(redriven.map(asJson));
      else print(out, redriven, request);
    });
  return withExamples(command, [
    'redrive',
    'redrive --all',
    'redrive --id 4a1c2f0e-0c3b-4d9a-9d53-9a0c9c4b7b1e --dry-run',
    'redrive --id 4a1c2f0e-0c3b-4d9a-9d53-9a0c9c4b7b1e --dismiss',
  ]);
};

type Request = {
  readonly id: readonly string[];
  readonly all: boolean;
  readonly dismiss: boolean;
  readonly dryRun: boolean;
};

const checkRequest = ({ id, all, dismiss }: Request): void => {
  if (id.length > 0 && all)
    throw usageError({ what: '--id and --all are one or the other.', next: 'Leave one out.' });
  if (dismiss && id.length === 0)
    throw usageError({ what: '--dismiss closes letters that are named.', next: 'Add --id ID.' });
};

/** What became of one letter. */
export type Redriven = {
  readonly letter: DeadLetter;
  readonly outcome: 'open' | 'sent' | 'dismissed' | 'left';
  readonly why: string;
};

type World = Pick<DeployedStack, 'ledger' | 'notices'>;

/**
 * Sends first and notes it then: a crash between sends it once more, which changes nothing. A
 * letter that is no longer open is left, so that a second call does nothing.
 */
export const redriveLetters = async (
  world: World,
  request: Request,
  clock: () => number,
): Promise<readonly Redriven[]> => {
  const isNamed = request.id.length > 0;
  const letters = isNamed ? await named(world, request.id) : await allOpen(world);
  const redriven: Redriven[] = [];
  for (const letter of letters) {
    const decided = decide(letter, request);
    if (!request.dryRun) await act(world, decided, EpochMs.parse(clock()));
    redriven.push(decided);
  }
  return redriven;
};

const named = async ({ ledger }: World, ids: readonly string[]): Promise<readonly DeadLetter[]> => {
  const letters = await Promise.all(ids.map((id) => ledger.letter(id)));
  return letters.map((letter, at) => {
    if (letter !== undefined) return letter;
    throw new UserError({
      what: `There is no dead letter ${ids[at]}.`,
      next: 'npx headgate redrive lists the open ones.',
    });
  });
};

/** Read as a whole before any is moved: pages shift when letters leave their state. */
const allOpen = async ({ ledger }: World): Promise<readonly DeadLetter[]> => {
  const found: DeadLetter[] = [];
  let after: string | null = null;
  while (found.length < lettersMax) {
    const page = await ledger.lettersIn({ state: 'open', after, limit: lettersPerPage });
    found.push(...page.letters);
    if (page.next === null) break;
    after = page.next;
  }
  return found;
};

const decide = (letter: DeadLetter, { id, all, dismiss }: Request): Redriven => {
  if (letter.state !== 'open') return { letter, outcome: 'left', why: `it is ${letter.state}` };
  if (dismiss) return { letter, outcome: 'dismissed', why: 'nothing is sent' };
  if (id.length === 0 && !all) return { letter, outcome: 'open', why: letter.detail };
  if (all && isHopeless(letter))
    return { letter, outcome: 'left', why: 'no later delivery mends it: --dismiss or --id' };
  if (sentAgain(letter) === null)
    return { letter, outcome: 'left', why: 'only its start was kept, and it names no object' };
  return { letter, outcome: 'sent', why: 'intake takes it in' };
};

const act = async (
  { ledger, notices }: World,
  { letter, outcome }: Redriven,
  now: EpochMs,
): Promise<void> => {
  const body = sentAgain(letter);
  if (outcome === 'sent' && body !== null) {
    await notices.send(body);
    await ledger.moveLetter(letter.messageId, 'redriven', now);
  }
  if (outcome === 'dismissed') await ledger.moveLetter(letter.messageId, 'resolved', now);
};

const asJson = ({ letter, outcome, why }: Redriven) => {
  const { body, object, ...told } = letter;
  return { ...told, key: object?.key ?? null, outcome, why };
};

const columns = [
  { title: 'id' },
  { title: 'since' },
  { title: 'code' },
  { title: 'object' },
  { title: 'outcome' },
  { title: 'why' },
] as const;

const print = (out: Output, redriven: readonly Redriven[], { dryRun }: Request): void => {
  if (redriven.length === 0) {
    out.line('There are no open dead letters.');
    return;
  }
  out.table(
    columns,
    redriven.map(({ letter, outcome, why }) => [
      letter.messageId,
      when(letter.at),
      letter.code,
      oneLine(letter.object?.key ?? letter.fileId ?? ''),
      dryRun && outcome !== 'left' ? `not ${outcome}` : outcome,
      oneLine(why),
    ]),
  );
  const sent = redriven.filter(({ outcome }) => outcome === 'sent').length;
  const open = redriven.filter(({ outcome }) => outcome === 'open').length;
  if (sent > 0 && !dryRun)
    out.line(`\n${counted(sent, 'notice was', 'notices were')} sent again: npx headgate runs`);
  if (open > 0)
    out.line('\nNext: mend what the log of intake names, then npx headgate redrive --all');
};
