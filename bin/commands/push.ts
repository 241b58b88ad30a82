import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import * as z from 'zod';
import { pushRecords } from '../../adapters/push-client.ts';
import { codes } from '../../core/codes.ts';
import { sha256 } from '../../core/hash.ts';
import { type SplitBody, splitJson, splitLines } from '../../core/push/body.ts';
import type { Receipt } from '../../core/push/receipt.ts';
import { UserError, usageError } from '../console/errors.ts';
import { makeProgress } from '../console/progress.ts';
import { stackOption } from '../world.ts';
import { addCallerOptions, addressOf, callerOptions, keyFor, unreadable } from './api-caller.ts';
import {
  jsonOption,
  type MakeCommand,
  parseOptions,
  wholeNumber,
  withExamples,
} from './command.ts';
import { counted } from './words.ts';

const PushOptions = z.object({
  ...callerOptions,
  records: wholeNumber(1, 10_000),
  json: z.boolean().default(false),
});

/** Bytes of one call: well below what API Gateway lets through. */
const callBytesMax = 3 * 1024 * 1024;
/** Rejected records that are printed; all are in --json. */
const shownMax = 20;

/** `headgate push`: sends records through the API, as any sender would. */
export const pushCommand: MakeCommand = ({ out, env, clock }) => {
  const command = addCallerOptions(
    new Command('push')
      .description('send records through the API; said again, it sends nothing twice')
      .argument('<dataset>', 'dataset they belong to')
      .argument('<file>', 'JSON (an object or an array) or JSON Lines; - reads standard input'),
  )
    .addOption(new Option('--records <n>', 'records of one call at most').default('500'))
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (dataset: string, file: string, raw: unknown) => {
      const options = parseOptions(PushOptions, raw);
      const key = keyFor(dataset, options);
      const lines = recordsOf(file, await bytesOf(file));
      const url = await addressOf({ out, env }, options);
      const progress = makeProgress(out, process.stderr, clock);
      const title = `sending ${counted(lines.length, 'record')} to ${dataset}`;
      const receipts = await progress.step(title, async (tell) => {
        const done: Sent[] = [];
        for (const call of callsOf(lines, options.records)) {
          done.push({ first: call.first, receipt: await sendCall({ url, key, dataset, ...call }) });
          tell(`${call.first + call.lines.length} of ${lines.length}`);
        }
        return done;
      });
      const rejected = receipts.flatMap(rejectedIn);
      const accepted = lines.length - rejected.length;
      if (options.json)
        out.json({
          dataset,
          records: lines.length,
          accepted,
          rejected,
          receipts: receipts.map(({ receipt }) => receipt.receipt),
        });
      else {
        out.line(`${counted(accepted, 'record')} accepted, ${rejected.length} rejected.`);
        for (const { record, reasons } of rejected.slice(0, shownMax))
          out.line(`  record ${record}: ${reasons.map(reasonText).join('; ')}`);
        if (rejected.length > shownMax) out.line(`  and ${rejected.length - shownMax} more`);
      }
      if (rejected.length > 0)
        throw new UserError({
          what: `${counted(rejected.length, 'record')} of ${dataset} ${rejected.length === 1 ? 'was' : 'were'} rejected.`,
          allowed: 'They are kept in quarantine with their bytes and every reason.',
          next: `npx headgate rejects --dataset ${dataset} lists them; send mended ones again.`,
        });
    });
  return withExamples(command, [
    'push orders orders.jsonl',
    'push orders order.json --key $KEY --url https://abc.execute-api.eu-central-1.amazonaws.com/v1',
    'push orders - --json < orders.jsonl',
  ]);
};

type Sent = { readonly first: number; readonly receipt: Receipt };

const bytesOf = async (file: string): Promise<Uint8Array> => {
  if (file === '-') return await buffer(process.stdin);
  return await readFile(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
};

/** A document of JSON where it is one, else one record a line. */
const recordsOf = (file: string, bytes: Uint8Array): readonly Uint8Array[] => {
  const asDocument = splitJson(bytes, Number.POSITIVE_INFINITY);
  const split: SplitBody =
    asDocument.kind === 'records' ? asDocument : splitLines(bytes, Number.POSITIVE_INFINITY);
  if (split.kind === 'records') return split.lines;
  throw usageError({ what: `${file}: ${split.detail}.`, next: 'Send JSON, or one object a line.' });
};

type Call = { readonly first: number; readonly lines: readonly Uint8Array[] };

/** The records in their order, as many at a time as one call takes. */
export const callsOf = (lines: readonly Uint8Array[], recordsMax: number): readonly Call[] => {
  const calls: { first: number; lines: Uint8Array[]; bytes: number }[] = [];
  for (const [index, line] of lines.entries()) {
    const last = calls.at(-1);
    const bytes = line.length + 1;
    if (last === undefined || last.lines.length === recordsMax || last.bytes + bytes > callBytesMax)
      calls.push({ first: index, lines: [line], bytes });
    else {
      last.lines.push(line);
      last.bytes += bytes;
    }
  }
  return calls;
};

const sendCall = async (
  call: Call & { readonly url: string; readonly key: string; readonly dataset: string },
): Promise<Receipt> => {
  const { url, key, dataset, first } = call;
  const body = Buffer.concat(call.lines.flatMap((line) => [line, Buffer.from('\n')]));
  // The same records at the same place of a file are the same call, whenever it is made.
  const idempotencyKey = sha256(`${first}\0${sha256(body)}`);
  const which = `records ${first + 1} to ${first + call.lines.length}`;
  const pushed = await pushRecords({ url, key, dataset, idempotencyKey, body }).catch(
    (error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      const what = `The API gave no receipt for ${which}: ${why}.`;
      throw new UserError(
        { what, allowed: takenText(first, false), next: again },
        { cause: error },
      );
    },
  );
  if (pushed.kind === 'receipt') return pushed.receipt;
  throw new UserError({
    what: `The API refused ${which} (${pushed.status}): ${pushed.problem}`,
    allowed: takenText(first, pushed.status < 500),
    next: again,
  });
};

const again = 'Mend the cause and say the same again: what was taken is not taken twice.';

/** What is known of the records before a call, and of its own: a lost answer says nothing. */
const takenText = (first: number, isRefused: boolean): string => {
  const before = first === 0 ? '' : `Records 1 to ${first} were taken. `;
  if (!isRefused) return `${before}Whether the others were is not known.`;
  return first === 0 ? 'Nothing was taken.' : before.trim();
};

const rejectedIn = ({ first, receipt }: Sent) =>
  receipt.outcomes.flatMap((one) =>
    one.outcome === 'rejected' ? [{ record: first + one.index + 1, reasons: one.reasons }] : [],
  );

const reasonText = ({ code, field }: { code: string; field: string | null }): string => {
  const means = Object.entries(codes).find(([name]) => name === code)?.[1].means ?? '';
  return `${code}${field === null ? '' : ` ${field}`} (${means})`;
};
