import { type Code, codes } from '../codes.ts';
import { DatasetName, type EpochMs, type FileId } from '../ids.ts';
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
  return asksReason(entry) && isExplained === false ? unexplained(entry) : null;
};

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
