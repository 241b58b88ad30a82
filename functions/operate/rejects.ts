import * as z from 'zod';
import { FileId } from '../../core/ids.ts';
import { quarantineKeys, s3Uri } from '../../core/layout.ts';
import type { RunEntry } from '../../core/ledger.ts';
import { limits } from '../../core/limits.ts';
import type { RejectItem } from '../../core/operate/answers.ts';
import { rawText } from '../../core/raw-text.ts';
import {
  type Answer,
  answered,
  noRun,
  type OperateDeps,
  refused,
  type StoredReject,
} from './deps.ts';
import { asAnswer, type Call, Cursor, cursorOf, readQuery, runIdOf, wholeUpTo } from './request.ts';

/** The name of a file of rejected rows, and the number of the row before the page. */
const After = z.tuple([z.string(), z.number().int().nonnegative()]);

const RejectsQuery = z.strictObject({
  limit: wholeUpTo(limits.rejectsPerPageMax, 100),
  cursor: Cursor(After),
});

type Stored = { readonly uri: string; readonly name: string; readonly sizeBytes: number };

/** Rejected rows of a run with their reasons and places, in the order of their files. */
export const listRejects = (deps: OperateDeps, call: Call): Promise<Answer> =>
  rejectsPage(deps, call, false);

/** The same with the rows themselves, which are data: who read them is written down. */
export const readRejects = (deps: OperateDeps, call: Call): Promise<Answer> =>
  rejectsPage(deps, call, true);

const rejectsPage = async (deps: OperateDeps, call: Call, isRaw: boolean): Promise<Answer> => {
  const asked = readQuery(call, RejectsQuery);
  if (asked.kind === 'problem') return asAnswer(asked);
  const runId = runIdOf(call);
  const run = runId === undefined ? undefined : await deps.ledger.run(runId);
  if (run === undefined) return noRun;
  const { limit, cursor = ['', 0] } = asked.value;
  const page = await collect(deps, await storedOf(deps, run), { limit, after: cursor, isRaw });
  if (page === 'too-many')
    return refused({
      name: 'too-many-rejects',
      detail: `a file of rejected rows of ${run.runId} has more than ${limits.rejectsFileBytesMax} bytes; read it with npx headgate rejects --run ${run.runId}, or the quarantine bucket with Athena or Spark`,
    });
  if (isRaw)
    deps.log.info('raw rejected rows read', {
      ...{ runId: run.runId, by: call.by, rows: page.rejects.length },
    });
  return answered(page);
};

/** Files of rejected rows of the attempt whose work stands, by name. */
const storedOf = async (
  { store, quarantineBucket }: OperateDeps,
  { runId, dataset, fence, released }: RunEntry,
): Promise<readonly Stored[]> => {
  const key = quarantineKeys.rejectsOf(dataset, runId, released?.work ?? fence);
  const folder = s3Uri(quarantineBucket, key);
  const listed = await store.list(folder);
  return listed
    .map(({ uri, sizeBytes }) => ({ uri, sizeBytes, name: uri.slice(folder.length) }))
    .filter(({ name }) => name.endsWith('.parquet'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
};

/** Written out, escaped and in base64, they are several times as many. */
const rawBytesAtOnce = 768 * 1024;

type Asked = {
  readonly limit: number;
  readonly after: z.infer<typeof After>;
  readonly isRaw: boolean;
};

const collect = async (
  deps: OperateDeps,
  stored: readonly Stored[],
  { limit, after, isRaw }: Asked,
) => {
  const deadline = deps.now() + limits.rejectsCallMs;
  const rejects: RejectItem[] = [];
  let last = after;
  let bytes = 0;
  for await (const { name, reject } of behind(deps, stored, { limit, after, isRaw })) {
    const here = { rejects, next: cursorOf(...last) };
    if (reject === null) return rejects.length === 0 ? 'too-many' : here;
    const item = told(name, reject);
    bytes += Buffer.byteLength(JSON.stringify(item));
    const isFull = bytes > limits.rejectsPageBytesMax || deps.now() > deadline;
    if (rejects.length === limit || (isFull && rejects.length > 0)) return here;
    rejects.push(item);
    last = [name, reject.row];
  }
  return { rejects, next: null };
};

/** Rejected rows behind a place, as long as someone asks; null: their file is too large. */
async function* behind(
  { readRejects: read }: OperateDeps,
  stored: readonly Stored[],
  { limit, after: [from, row], isRaw }: Asked,
) {
  const rawBytesMax = isRaw ? rawBytesAtOnce : null;
  for (const { uri, name, sizeBytes } of stored.filter((each) => each.name >= from)) {
    if (sizeBytes > limits.rejectsFileBytesMax) yield { name, reject: null };
    let after = name === from ? row : 0;
    for (let more = true; more; ) {
      const page = await read(uri, { after, limit: limit + 1, rawBytesMax });
      for (const reject of page.rows) yield { name, reject };
      after = page.rows.at(-1)?.row ?? after;
      more = page.more;
    }
  }
}

const told = (name: string, { raw, ...reject }: StoredReject): RejectItem => ({
  // The rows of a file may lie in several: <file id>.parquet, <file id>-barred.parquet.
  file_id: FileId.safeParse(name.replace(/(-\w+)?\.parquet$/, '')).data ?? name,
  row: reject.row,
  byte_start: reject.byteStart,
  byte_end: reject.byteEnd,
  reasons: [...reject.reasons],
  mended: reject.mended,
  ...(raw === null ? {} : { raw: rawText(raw), raw_base64: raw.toString('base64') }),
});
