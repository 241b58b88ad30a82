import { sha256 } from '../hash.ts';
import { ContentId, type DatasetName } from '../ids.ts';

/** Below a dataset's prefix only the front doors write here; files keep to names of their own. */
const pushFolder = '_push';
const streamFolder = '_stream';

/**
 * Where the records of one call land: those that the contract takes, and the others by themselves,
 * so that no rejected record can keep an accepted one from being published.
 */
export const pushKeys = (dataset: DatasetName, id: string) => ({
  accepted: `${dataset}/${pushFolder}/${id}.jsonl`,
  rejected: `${dataset}/${pushFolder}/${id}-rejected.jsonl`,
});

/** Where records of a stream land, named by what they are; `dataset` is of no dataset, too. */
export const streamKeys = (
  dataset: DatasetName | '_unrouted',
  of: {
    readonly stream: string;
    readonly shard: string;
    readonly from: string;
    readonly to: string;
  },
) => {
  const range = `${dataset}/${streamFolder}/${of.stream}/${of.shard}/${of.from}-${of.to}`;
  return {
    accepted: `${range}.jsonl`,
    rejected: `${range}-rejected.jsonl`,
    repeats: `${range}${repeatsEnd}`,
  };
};

const repeatsEnd = '-repeats.jsonl';

/** Which of a segment's objects a key names, and of which dataset; undefined for another's. */
export const partOf = (
  key: string,
): { readonly dataset: string; readonly part: 'accepted' | 'rejected' | 'repeats' } | undefined => {
  if (!isOfStream(key)) return undefined;
  const [dataset = ''] = key.split('/', 1);
  if (key.endsWith(repeatsEnd)) return { dataset, part: 'repeats' };
  return { dataset, part: key.endsWith('-rejected.jsonl') ? 'rejected' : 'accepted' };
};

/** The dataset that an object lies below, by its name. */
export const prefixOf = (key: string): string => key.split('/', 1)[0] ?? '';

const folderOf = (key: string): string => key.split('/', 2)[1] ?? '';

/** Whether an object holds single records, each judged at the door, and not a file of somebody. */
export const isOfRecords = (key: string): boolean =>
  [pushFolder, streamFolder].includes(folderOf(key));

/** Whether its lines are records of a stream, with what is known of each. */
export const isOfStream = (key: string): boolean => folderOf(key) === streamFolder;

/**
 * What makes an object's content the same as another's. Two calls may well send the same bytes and
 * mean two events; that a call is repeated shows in its key.
 */
export const contentOf = (key: string, contentId: ContentId): ContentId =>
  isOfRecords(key) ? ContentId.parse(sha256(`${key}\0${contentId}`)) : contentId;

/** What the front doors may write to, for their rights. */
export const pushPattern = `*/${pushFolder}/*`;
export const streamPattern = `*/${streamFolder}/*`;

/** Where a receipt lies in the clean zone: as long as keys are remembered. */
export const receiptKey = (dataset: DatasetName, id: string): string =>
  `${dataset}/_receipts/${id}.json`;

/** What is written there, for rights. */
export const receiptPattern = '*/_receipts/*';
