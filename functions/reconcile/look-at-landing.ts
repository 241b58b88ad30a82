import type { DeadLetter } from '../../core/dead-letter.ts';
import { quarantineKeys, s3Uri } from '../../core/layout.ts';
import type { FileEntry } from '../../core/ledger.ts';
import type { ListedVersion } from '../../core/ports.ts';
import { asksReason, fileOfVersion, judgeVersion, ownerOf } from '../../core/reconcile/versions.ts';
import { inTurns } from '../in-turns.ts';
import { callsAtOnce, entriesPerPage, type Page, type ReconcileDeps, type Scope } from './deps.ts';

/** Open letters that are remembered while versions are looked at. */
const letterPagesMax = 25;

/** Says whether intake has given up on a version; asks the ledger once, and only when it must. */
export type OpenLetters = (version: ListedVersion) => Promise<boolean>;

/** A page of landing against the ledger, and what is refused there against quarantine. */
export const lookAtLanding = async (
  deps: ReconcileDeps,
  { dataset }: Scope,
  isOpenLetter: OpenLetters,
  after: string | null,
): Promise<Page> => {
  const prefix = dataset === undefined ? '' : `${dataset}/`;
  const { versions, next } = await deps.landing.versions(prefix, after);
  const found = await deps.ledger.files(versions.map(fileOfVersion));
  const entries = new Map(found.map((entry) => [entry.fileId, entry]));
  const owned = found.flatMap((entry) => ownerOf(entry) ?? []);
  const others = owned.length === 0 ? [] : await deps.ledger.files([...new Set(owned)]);
  const owners = new Map(others.map((entry) => [entry.fileId, entry]));
  const judged = await inTurns(versions, callsAtOnce, async (version) => {
    const entry = entries.get(fileOfVersion(version));
    const isExplained =
      entry !== undefined && asksReason(entry) ? await explains(deps, entry) : null;
    const ownerId = entry === undefined ? null : ownerOf(entry);
    const owner = ownerId === null ? undefined : owners.get(ownerId);
    const facts = { version, entry, owner, isExplained, now: deps.now() };
    const finding = judgeVersion({ ...facts, isDeadLetter: false });
    if (finding?.kind !== 'untracked') return finding;
    return judgeVersion({ ...facts, isDeadLetter: await isOpenLetter(version) });
  });
  return { findings: judged.filter((finding) => finding !== null), next };
};

/** Listed, not read: a get of what is not there cannot be told from one that is not allowed. */
const explains = async (
  { store, quarantineBucket }: ReconcileDeps,
  { dataset, fileId }: FileEntry,
): Promise<boolean> => {
  const uri = s3Uri(quarantineBucket, quarantineKeys.refusedFile(dataset ?? '_', fileId));
  return (await store.list(uri)).some((object) => object.uri === uri);
};

export const openLetters = (deps: ReconcileDeps): OpenLetters => {
  let asked: Promise<ReadonlySet<string>> | undefined;
  return async (version) => {
    asked ??= readOpen(deps);
    const known = await asked;
    return known.has(fileOfVersion(version)) || known.has(`key ${version.key}`);
  };
};

const readOpen = async ({ ledger }: ReconcileDeps): Promise<ReadonlySet<string>> => {
  const open = new Set<string>();
  let after: string | null = null;
  for (let page = 0; page < letterPagesMax; page += 1) {
    const { letters, next } = await ledger.lettersIn({
      ...{ state: 'open', after, limit: entriesPerPage },
    });
    for (const letter of letters) for (const name of namesOf(letter)) open.add(name);
    if (next === null) break;
    after = next;
  }
  return open;
};

/** A notice that names no version stands for all versions of its key. */
const namesOf = ({ fileId, object }: DeadLetter): string[] => {
  if (fileId !== null) return [fileId];
  return object === null ? [] : [`key ${object.key}`];
};
