import { problems } from '../../core/api/problem.ts';
import type { Dataset } from '../../core/dataset.ts';
import { table } from '../../core/derive/markdown.ts';
import { receiptWords, recordsPath } from '../../core/derive/openapi.ts';
import { limits } from '../../core/limits.ts';
import { takesRecords } from '../../core/push/as-records.ts';
import { doorLimitRows, uploadSections, webhookSections } from './api-doors.ts';
import { operatorsPart } from './operators.ts';

/** What a sender does about each problem. */
const nextOf: Readonly<Record<keyof typeof problems, string>> = {
  'bad-request': 'Mend what `detail` names. The same call fails again.',
  'not-json': 'Mend the body where `pointer` says. Nothing of the call was taken.',
  unauthorized:
    'Send a key in `x-api-key`, or sign, and look at the path: an unknown one ends here, too.',
  forbidden:
    'Ask for a key that may send to this dataset (`npx headgate api-key create`), or for the right to call this.',
  'not-found': 'Look at the name: the caller may ask for it, and there is none.',
  'delivery-repeated': 'Nothing: the first delivery stands, and landed what it holds.',
  'upload-ended': 'Begin again with a new `Idempotency-Key`; a file that has landed stays.',
  'upload-incomplete':
    'Send what `detail` names, with the requests of the upload; complete it again.',
  'not-held': 'Look at the run: it was decided about, or never held.',
  'not-releasable': 'Do what `detail` says; the run stays held until it is discarded.',
  'not-replayable': 'Do what `detail` says. Nothing was changed.',
  'too-large': 'Send fewer records at a time, or pack the body.',
  'unsupported-type': 'Send one of the types that `detail` names.',
  'not-for-records': 'Drop a file into landing: each file of this dataset is the whole table.',
  'too-many-rejects': 'Read them with `npx headgate rejects`, Athena or Spark.',
  'key-reused': 'Take a new key for another call. The first call stands, with its receipt.',
  'too-many-requests': 'Wait a second or longer each time, and send the same call again.',
  internal: 'Send the same call again some times; then read the log of the function `push`.',
  unavailable: 'Send the same call again, after `Retry-After` where it is there.',
};

const megabytes = (bytes: number): string => `${bytes / (1024 * 1024)} MiB`;

const EXAMPLE = `\`\`\`sh
npx headgate api-key create shop --dataset clickstream   # prints the two lines to export
export HEADGATE_API_KEY=… HEADGATE_API_URL=…
curl "\${HEADGATE_API_URL%/}/datasets/clickstream/records" \\
  -H "x-api-key: $HEADGATE_API_KEY" -H 'Content-Type: application/json' -H 'Idempotency-Key: page-7-1' \\
  -d '{"event_id": "e-1", "event": "view", "visitor": "v-1", "product_id": "P-0001", "occurred_at": "2026-03-04T05:06:07Z"}'
\`\`\``;

const CALL = [
  '`POST` with the key in `x-api-key`. The body is',
  '- `application/json`: one object, or an array of objects;',
  '- `application/x-ndjson` or `application/jsonl`: one object a line. Empty lines are none.',
  '',
  'It may be packed (`Content-Encoding: gzip`). A field is a text, as in a file of CSV, or a number or word of JSON, of which the',
  'digits are judged as they are written: `9007199254740993` and `12.50` lose nothing. Lists, objects and JSON are written as such,',
  'or as a text of them. A key that a record does not have is null. A key that nobody declared does what `evolution` says of new',
  'columns; where it says `freeze`, which would refuse a whole file, the record is rejected.',
  '',
  'Each record is judged by itself. A bad one is rejected in the receipt with every reason ([codes.md](codes.md)), and those around',
  'it are accepted; the answer is 202 all the same. Only a body that cannot be taken apart into records is refused as a whole.',
].join('\n');

const ACCEPTED = [
  'The answer comes when the records are durable: the accepted ones are one object in landing, the rejected ones another. Both are',
  'files like any other from then on, with notice, claim, run and end. **Accepted does not say published**:',
  '- The next run publishes it. It is judged again, by the contract that is deployed then.',
  '- Of several rows of one key in a run one is published (`deduplicate`), the others are kept in quarantine as duplicates. Repeats in',
  '  different runs are not compared.',
  '- Rules over several rows (`unique`, `references`) are asked of the run, and may reject it there.',
  '- A quality check may hold the run, until someone releases or discards it.',
  '',
  'What became of it: `landed.accepted` is the key of the object, and `npx headgate run RUN` shows the files of a run.',
  'Rejected records lie in quarantine with their bytes: `npx headgate rejects --dataset DATASET`. They count in no',
  'share of rejects, so that a bad sender holds nobody’s run.',
].join('\n');

const KEYS = [
  '`Idempotency-Key` identifies a call of a sender to a dataset. The first call with a key decides the receipt, before anything lands;',
  'whoever repeats it gets the same receipt, word for word, also after the contract has changed, and what the first call left undone is',
  'done. Fifty of them at once are one. The same key with another body is refused (`key-reused`).',
  '',
  'Receipts are kept in the clean zone as long as clean rows are (`cleanExpiryDays`, 14 by default): so long a key is remembered. Without',
  'the header each request is a call of its own, and one that is sent twice lands twice.',
  '',
  '**Retry rule.** Send each call with a key of its own. On no answer, on 429 and on 5xx send the same call again, body and key',
  'unchanged, with longer and longer pauses. On 202 it is done. On any other status it is wrong, and will be the next time as well.',
  '`npx headgate push DATASET FILE` does all of it: it cuts a file of JSON or JSON Lines into calls, makes their keys from what is in them',
  'and where it stands, tries each up to six times, and sends nothing twice when it is started again.',
].join('\n');

const SENDERS = [
  '`npx headgate api-key create NAME --dataset DATASET` makes a key and shows it once; the ledger keeps its hash alone. It says',
  'which datasets its holder may send to; of all others the holder does not even learn whether there are any (403). `api-key list` shows who',
  'has one, `api-key revoke NAME` takes it away within a minute. What was sent stays. Where the setting `senders` is `iam`, there are no keys:',
  'senders sign their calls, and IAM says who may `POST` to which path. No page of a browser may call: there is no CORS.',
].join('\n');

const limitRows: readonly (readonly string[])[] = [
  ['bytes of a body, unpacked', megabytes(limits.bodyBytesMax), '`too-large`'],
  ['records of a call', String(limits.recordsPerCallMax), '`not-json`'],
  ['objects and arrays inside each other, in a body', String(limits.bodyDepthMax), '`not-json`'],
  ['the same in a record', String(limits.jsonDepthMax), 'rejected: `E_DEPTH`'],
  ['bytes of a record', `${limits.rowBytesMax / 1024} KiB`, 'rejected: `E_ROW_SIZE`'],
  [
    'an `Idempotency-Key`',
    `1 to ${limits.idempotencyKeyCharsMax} visible ASCII characters`,
    '`bad-request`',
  ],
  [
    'calls a second of one key, on average',
    'the setting `callsPerSecond`, 100 by default; twice as many at once',
    '`too-many-requests`',
  ],
  ['calls a day of one key', 'the setting `callsPerDay`; none by default', '`too-many-requests`'],
];

/** The page of the API for its senders, as `docs/api.md` holds it. */
export const apiPage = (datasets: readonly Dataset[]): string =>
  `${[
    '# The API',
    'Sends records, one or some thousand at a time, to where files go. The same is told to machines in ' +
      '[openapi.json](openapi.json), with a schema of the records of each dataset. Both are written by `npm run docs` from the ' +
      'datasets and `core/push`; tests keep them true.',
    EXAMPLE,
    table(
      ['route', 'takes records of'],
      datasets
        .filter(takesRecords)
        .map(({ name }) => [`\`POST ${recordsPath(name)}\``, `[${name}](datasets/${name}.md)`]),
    ),
    'A dataset whose files each replace the table takes no records. Every dataset takes files: [below](#uploads). Webhooks have ' +
      'routes of their own: [below](#webhooks).',
    '## A call',
    CALL,
    '## The receipt',
    table(
      ['', ''],
      Object.entries(receiptWords).map(([name, words]) => [`\`${name}\``, words]),
    ),
    '## What accepted means',
    ACCEPTED,
    '## Sending it again',
    KEYS,
    ...uploadSections,
    ...webhookSections(datasets),
    '## Problems',
    'Every refusal is `application/problem+json` ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)); its `type` is ' +
      '`urn:headgate:problem:` and the name. It never holds a value of a record.',
    table(
      ['status', 'problem', 'means', 'what to do'],
      Object.entries(problems).map(([name, { status, title }]) => [
        ...[String(status), `\`${name}\``, title],
        Object.entries(nextOf).find(([of]) => of === name)?.[1] ?? '',
      ]),
    ),
    '## Limits',
    table(['', 'at most', 'beyond it'], [...limitRows, ...doorLimitRows]),
    'AWS has one of its own: a function is called with 6 MB at most, in which a body stands as base64. Of bodies that are not packed ' +
      'send 4 MB at most.',
    '## Keys',
    SENDERS,
    ...operatorsPart(),
  ].join('\n\n')}\n`;
