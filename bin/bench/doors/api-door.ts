import { lineJudge } from '../../../adapters/engine/judge-line.ts';
import { EpochMs } from '../../../core/ids.ts';
import { asRecords } from '../../../core/push/as-records.ts';
import { clickstream } from '../../../datasets/clickstream.ts';
import { push } from '../../../functions/push/handler.ts';
import { type Door, keepingStore, silent, type Told } from './door.ts';
import { badOf, checkInteractions, interactionBody } from './interactions.ts';

/** A call as senders are told to make them. */
const RECORDS = 500;
const NOW = EpochMs.parse(Date.UTC(2026, 2, 4, 6));

const judge = lineJudge(asRecords(clickstream));
const body = interactionBody(RECORDS);
const encoded = body.toString('base64');

/** The function behind the API, with interactions of visitors as one array. */
export const apiDoor: Door = {
  records: RECORDS,
  turn: (at) => {
    const { store, told } = keepingStore();
    const handle = push({
      ...silent,
      ...{ store, landingBucket: 'landing', cleanBucket: 'clean', judgeOf: () => judge },
      now: () => NOW,
      datasetNamed: () => clickstream,
    });
    const call = {
      ...{ body: encoded, isBase64Encoded: true },
      headers: { 'content-type': 'application/json' },
      pathParameters: { dataset: 'clickstream' },
      requestContext: { requestId: `turn ${at}`, authorizer: { principalId: 'key bench' } },
    };
    let checked: Told = { accepted: 0, rejected: 0 };
    const rejected = badOf(RECORDS);
    return {
      ours: () => handle(call),
      peer: () => {
        checked = checkInteractions(Buffer.from(encoded, 'base64'));
      },
      taken: told,
      checked: () => checked,
      planted: { accepted: RECORDS - rejected, rejected },
    };
  },
};
