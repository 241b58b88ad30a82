import { type Code, codes } from '../codes.ts';
import { DatasetName, type EpochMs, FileId } from '../ids.ts';
import { landedFile } from '../landing/notice.ts';
import type { FileEntry } from '../ledger.ts';
import { limits } from '../limits.ts';
import type { ListedVersion } from '../ports.ts';
import type { ReconcileFinding } from './findings.ts';

/** A version in landing, and what else there is of it. */
export type VersionFacts = {
  readonly version: ListedVersion;
  readonly entry: FileEntry | undefined;
  /** Whether the reason of a QUARANTINED file lies in quarantine; null: nobody asked. */
  readonly isExplained: boolean | null;
  /** Of a DUPLICATE: the file that has its content; undefined when it is not in the ledger. */
  readonly owner?: FileEntry | undefined;
  /** Whether intake has given up on its notice, and nobody has sent that again. */
  readonly isDeadLetter: boolean;
  readonly now: EpochMs;
};

/** The file that a listed version is in the ledger. */
export const fileOfVersion = (version: ListedVersion): FileId =>
  landedFile({ ...version, sequencer: '' }, version.versionId).fileId;

/** Whether the reason of a file has to be looked for in quarantine. */
export const asksReason = (entry: FileEntry | undefined): boolean => entry?.state === 'QUARANTINED';

/** Every landed version is in the ledger, and every refused one says why. */
export const judgeVersion = (facts: VersionFacts): ReconcileFinding | null => {
  const { version, entry, isExplained, now } = facts;
  if (entry === undefined)
    return now - version.landedAt < limits.reconcileGraceMs ? null : untracked(facts);
  if (isStranded(entry, facts.owner)) return stranded(entry);
  return asksReason(entry) && isExplained === false ? unexplained(entry) : null;
};

/** The file whose duplicate an entry is; null when it is none. */
export const ownerOf = ({ state, reason }: FileEntry): FileId | null =>
  state === 'DUPLICATE' ? (FileId.safeParse(reason?.detail).data ?? null) : null;

/** A file that is gone publishes nothing; what it was to publish has to come from its duplicate. */
const isStranded = (entry: FileEntry, owner: FileEntry | undefined): boolean =>
  entry.state === 'DUPLICATE' && owner?.state === 'GONE';

const stranded = (entry: FileEntry): ReconcileFinding => ({
  ...{ kind: 'stranded', dataset: entry.dataset, subject: entry.fileId },
  detail: `a duplicate of ${ownerOf(entry)}, which is gone`,
  action: { kind: 'claim-again', entry },
});

const untracked = ({ version, isDeadLetter }: VersionFacts): ReconcileFinding => ({
  kind: 'untracked',
  dataset: DatasetName.safeParse(version.key.split('/')[0]).data ?? null,
  subject: fileOfVersion(version),
  detail: isDeadLetter
    ? `version ${version.versionId}: its notice is an open dead letter`
    : `version ${version.versionId} has no entry`,
  // Sent again and again it would become one dead letter after the other.
  action: isDeadLetter ? null : { kind: 'announce', object: { ...version, sequencer: '' } },
});

/** A code of the ledger that this version knows. */
export const isKnownCode = (code: string): code is Code => Object.hasOwn(codes, code);

const unexplained = (entry: FileEntry): ReconcileFinding => {
  const { dataset, fileId: subject, reason } = entry;
  const code = reason?.code ?? 'none';
  return {
    ...{ kind: 'unexplained', dataset, subject },
    detail: `quarantined for ${code}, and its reason object is not there`,
    action: isKnownCode(code) ? { kind: 'explain', entry } : null,
  };
};
