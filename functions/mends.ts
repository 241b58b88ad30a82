import type { DatasetName, FileId } from '../core/ids.ts';
import { quarantineKeys, s3Uri } from '../core/layout.ts';
import type { Store } from '../core/ports.ts';
import { MendDocument, newestMends } from '../core/replay/mend.ts';

/** What stands in the place of rejected rows of a file; of each row the newest. */
export const mendsOf = async (
  { store, quarantineBucket }: { store: Pick<Store, 'get' | 'list'>; quarantineBucket: string },
  dataset: DatasetName,
  fileId: FileId,
) => {
  const listed = await store.list(s3Uri(quarantineBucket, quarantineKeys.mends(dataset, fileId)));
  const mends: MendDocument[] = [];
  for (const { uri } of listed)
    mends.push(MendDocument.parse(JSON.parse((await store.get(uri)).toString('utf8'))));
  return newestMends(mends);
};
