import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { EpochMs } from '../core/ids.ts';
import type { Claims } from '../core/ports.ts';
import type { Claim } from '../core/stream/repeats.ts';
import type { Item } from './ledger-items.ts';
import { getItems, putGuarded, type Table } from './ledger-table.ts';

/** Items that DynamoDB reads in one request, and puts at a time. */
const readMax = 100;
const putsMax = 50;

/** A record is kept by Kinesis for a week at most; it may be read that long after it arrived. */
const keptMs = 8 * 24 * 3_600_000;

const keyOf = ({ id }: Claim): Item => ({ pk: { S: id } });

const ClaimItem = z.object({ pk: z.string(), by: z.string(), until: z.number() });
type ClaimItem = z.infer<typeof ClaimItem>;

const toClaim = (item: Item): ClaimItem => ClaimItem.parse(unmarshall(item));

/** One item per key, in a table that forgets them. Most are there or free, as one read tells. */
export const dynamoClaims = (table: Table): Claims => ({
  claim: async (claims, now) => {
    const holders = new Map<string, string>();
    for (let at = 0; at < claims.length; at += readMax) {
      const page = claims.slice(at, at + readMax);
      const items = await getItems(table, page.map(keyOf), 'read claims');
      const known = new Map(items.map(toClaim).map((item) => [item.pk, item]));
      for (const claim of page) {
        const holder = holderOf(known.get(claim.id), claim);
        if (holder !== undefined) holders.set(claim.id, holder);
      }
    }
    const free = claims.filter(({ id }) => !holders.has(id));
    for (let at = 0; at < free.length; at += putsMax) {
      const page = free.slice(at, at + putsMax);
      const won = await Promise.all(page.map((claim) => put(table, claim, now)));
      for (const [index, claim] of page.entries()) holders.set(claim.id, won[index] ?? claim.by);
    }
    return holders;
  },
});

/** Who has the key as far as this record goes; undefined when it is free. */
const holderOf = (found: ClaimItem | undefined, claim: Claim): string | undefined =>
  found !== undefined && (found.by === claim.by || found.until > claim.arrivedAt)
    ? found.by
    : undefined;

/** Claims a key that was free a moment ago; who has it then. */
const put = async (table: Table, claim: Claim, now: EpochMs): Promise<string> => {
  const { by, arrivedAt, until } = claim;
  const forgottenAt = Math.ceil((Math.max(now, arrivedAt) + (until - arrivedAt) + keptMs) / 1000);
  const item = { ...keyOf(claim), ...marshall({ by, until, forgottenAt }) };
  const guard = {
    condition: 'attribute_not_exists(pk) OR #until <= :arrivedAt OR #by = :by',
    values: { arrivedAt, by },
  };
  const written = await putGuarded(table, item, guard, 'claim a key');
  if (written.kind === 'written' || written.found === undefined) return by;
  return toClaim(written.found).by;
};
