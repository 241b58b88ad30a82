import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import * as z from 'zod';
import { FileId } from '../../core/ids.ts';
import { UserError } from '../console/errors.ts';
import { stackOption, withStack } from '../world.ts';
import { type MakeCommand, parseOptions, withExamples } from './command.ts';
import { declared, loadDatasets } from './dataset-named.ts';
import { existingRun, parseRunId } from './run.ts';
import { counted } from './words.ts';

const ExportOptions = z.object({
  file: z.string().optional(),
  out: z.string().optional(),
  stack: z.string(),
});

/** `headgate rejects export RUN`: rejected rows as JSON lines, for someone to mend. */
export const rejectsExportCommand: MakeCommand = ({ out, env }) => {
  const command = new Command('export')
    .description('write the rejected rows of a run as JSON lines, to be mended and applied')
    .argument('<run-id>', 'as headgate runs lists it')
    .addOption(new Option('--file <id>', 'only of this file'))
    .addOption(new Option('-o, --out <path>', 'where to (else standard output)'))
    .addOption(stackOption())
    .action(async (id: string, raw: unknown) => {
      const options = parseOptions(ExportOptions, raw);
      const runId = parseRunId(id);
      const only = options.file === undefined ? undefined : parseFileId(options.file);
      const dataset = declared(await loadDatasets(), runId.slice(0, runId.indexOf('-')));
      const { rows, left } = await withStack({ out, env }, options.stack, async (stack) => {
        const run = await existingRun(stack, runId);
        if (run.replacedBy !== undefined)
          throw new UserError({
            what: `${runId} was replaced by ${run.replacedBy}, whose rejected rows are the present ones.`,
            next: `npx headgate rejects export ${run.replacedBy}`,
          });
        const { readRejected } = await import('../mend/rejected.ts');
        const tell = (text: string) => out.note(out.styles.faint(text));
        return await readRejected(stack, dataset, runId, { tell });
      });
      const chosen = rows.filter(({ file }) => only === undefined || file === only);
      const lines = chosen.map(({ format: _format, of: _of, ...row }) => JSON.stringify(row));
      if (options.out === undefined) for (const line of lines) out.line(line);
      else await writeFile(options.out, lines.map((line) => `${line}\n`).join(''));
      for (const [why, count] of left)
        out.note(
          `${counted(count, 'rejected row')} ${why}: mend the source and drop it again in a new file.`,
        );
      out.note(
        `${counted(lines.length, 'row')} to mend. Change raw, then: npx headgate rejects apply`,
      );
    });
  return withExamples(command, [
    'rejects export orders-20261121T050000Z-0123456789 -o mend.jsonl',
    'rejects export orders-20261121T050000Z-0123456789 --file 0123456789abcdef0123456789abcdef',
  ]);
};

const parseFileId = (text: string): FileId => {
  const parsed = FileId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new UserError({
    what: `'${text}' is no file id.`,
    allowed: 'A file id is 32 hex digits.',
    next: 'npx headgate run RUN --json lists the files of a run.',
  });
};
