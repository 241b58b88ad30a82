import { type DeadLetter, letterMoves } from '../../core/dead-letter.ts';
import type { EpochMs, FileId, RunId } from '../../core/ids.ts';
import type { FileEntry, RunEntry } from '../../core/ledger.ts';
import { type LedgerPages, mergedPage, type PageQuery, placeOf } from '../../core/operate/pages.ts';
import type { LedgerLetters, LedgerWalks } from '../../core/ports.ts';
import { type Cursor, firstMarker } from '../../core/reconcile/marker.ts';
import { isoTime } from '../../core/time.ts';

/** What reconcile and the dead letters keep in the ledger. */
export const walkState = () => ({
  letters: new Map<string, DeadLetter>(),
  cursor: { marker: firstMarker, turn: 0 } as Cursor,
});

/** Of the in-memory ledger, what this reads. */
type WalkedState = ReturnType<typeof walkState> & {
  readonly files: ReadonlyMap<FileId, FileEntry>;
  readonly runs: ReadonlyMap<RunId, RunEntry>;
};

/** A page of entries by their keys, as the ledger's index gives it. */
const pageOf = <T>(
  entries: readonly (readonly [key: string, entry: T])[],
  { after, limit }: { after: string | null; limit: number },
  newestFirst: boolean,
): { entries: T[]; next: string | null } => {
  const sign = newestFirst ? -1 : 1;
  const ordered = [...entries].sort(([a], [b]) => (a < b ? -sign : sign));
  const behind = ordered.filter(
    ([key]) => after === null || (newestFirst ? key < after : key > after),
  );
  const page = behind.slice(0, limit);
  const next = behind.length > limit ? (page.at(-1)?.[0] ?? null) : null;
  return { entries: page.map(([, entry]) => entry), next };
};

export const walks = (state: WalkedState): LedgerWalks => ({
  files: async (fileIds) => fileIds.flatMap((fileId) => state.files.get(fileId) ?? []),
  runsIn: async ({ state: wanted, ...page }) => {
    const runs = [...state.runs.values()].filter((run) => run.state === wanted);
    const keyed = runs.map((run) => [`${isoTime(run.createdAt)}#${run.runId}`, run] as const);
    const { entries, next } = pageOf(keyed, page, false);
    return { runs: entries, next };
  },
  cursor: async () => state.cursor,
  moveCursor: async ({ turn }, marker) => {
    if (state.cursor.turn !== turn) return 'fenced';
    state.cursor = { marker, turn: turn + 1 };
    return 'written';
  },
});

export const letters = (state: WalkedState): LedgerLetters => ({
  recordLetter: async (letter) => {
    if (!state.letters.has(letter.messageId)) state.letters.set(letter.messageId, letter);
  },
  letter: async (messageId) => state.letters.get(messageId),
  moveLetter: async (messageId, to, now) => {
    const letter = state.letters.get(messageId);
    if (letter !== undefined && letterMoves(letter.state, to))
      state.letters.set(messageId, { ...letter, state: to, updatedAt: now });
  },
  lettersIn: async ({ state: wanted, ...page }) => {
    const found = [...state.letters.values()].filter((letter) => letter.state === wanted);
    const keyed = found.map((one) => [`${isoTime(one.at)}#${one.messageId}`, one] as const);
    const { entries, next } = pageOf(keyed, page, true);
    return { letters: entries, next };
  },
});

/** Entries of a list that a page asks for. */
const paged = <Entry extends FileEntry | RunEntry>(
  entries: readonly (readonly [ms: EpochMs, id: string, entry: Entry])[],
  { dataset, states, since, until, after, limit }: PageQuery<Entry['state']>,
  newestFirst: boolean,
) => {
  const found = entries
    .filter(([, , entry]) => dataset === undefined || entry.dataset === dataset)
    .filter(([, , { state }]) => states.includes(state))
    .filter(([ms]) => (since === null || ms >= since) && (until === null || ms < until))
    .map(([ms, id, entry]) => ({ at: placeOf(ms, id), entry }))
    .filter(({ at }) => after === null || (newestFirst ? at < after : at > after));
  return mergedPage([{ found, upTo: null }], { limit, newestFirst });
};

export const pages = ({ files, runs }: WalkedState): LedgerPages => ({
  runsPage: async (query) => {
    const all = [...runs.values()].map((run) => [run.createdAt, run.runId, run] as const);
    const { entries, next } = paged<RunEntry>(all, query, true);
    return { runs: entries, next };
  },
  filesPage: async (query) => {
    const all = [...files.values()].map((file) => [file.landedAt, file.fileId, file] as const);
    const { entries, next } = paged<FileEntry>(all, query, false);
    return { files: entries, next };
  },
});
