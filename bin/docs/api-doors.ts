import type { Dataset } from '../../core/dataset.ts';
import { table } from '../../core/derive/markdown.ts';
import { announcedWords, ticketWords } from '../../core/derive/openapi-uploads.ts';
import { signatureWords, webhookPath } from '../../core/derive/openapi-webhooks.ts';
import { limits } from '../../core/limits.ts';
import { sourcesOf } from '../../core/webhooks/webhook.ts';

const megabytes = (bytes: number): string => `${bytes / (1024 * 1024)} MiB`;
const minutes = (ms: number): string => `${ms / 60_000} minutes`;

const wordRows = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([name, said]) => [`\`${name}\``, said]);

const UPLOAD = [
  'A file goes to landing without passing through the API, and without a right in AWS: the sender announces it, and gets a request that',
  'puts exactly this file there. `npx headgate upload DATASET FILE` does all of it, in parts where the file is large, and goes on where it was cut off.',
  '',
  '```sh',
  'npx headgate upload orders orders.csv',
  `curl "\${HEADGATE_API_URL%/}/datasets/orders/uploads" -H "x-api-key: $HEADGATE_API_KEY" -H 'Idempotency-Key: orders-7' \\`,
  '  -d \'{"file_name": "orders.csv", "size_bytes": 1234, "checksum_sha256": "…"}\'',
  '```',
].join('\n');

const UPLOAD_STEPS = [
  `\`POST /datasets/{dataset}/uploads\` is answered with 201. Of a file of at most ${megabytes(limits.uploadSingleBytesMax)} there is one \`request\`: send it as it`,
  'stands, method, url and every header, with the bytes as the body. Size, type and checksum are signed, so that S3 refuses anything else; and it',
  'writes over nothing (412: it is there already). A larger file, or one with a `part_size`, has `parts`, each with a request of its own; when all are',
  'sent, `POST /datasets/{dataset}/uploads/{upload}/complete` makes the file of them, with `{"parts": [{"number": 1, "etag": "…"}, …]}`, or with `{}`. What is',
  'missing is named (`upload-incomplete`); parts that are more than was announced end the upload (`too-large`). `DELETE /datasets/{dataset}/uploads/{upload}`',
  'gives it up; what nobody completes is given up after a day.',
  '',
  'The same announcement with the same `Idempotency-Key` is the same upload: it has new requests for what is not there yet, and none for what is. A',
  `request may be used for ${minutes(limits.uploadSingleMs)}, that of a part for ${minutes(limits.uploadPartMs)}; it ends sooner with the session of the function that signed it, and can be asked for again.`,
  '',
  '**Landed does not say published**: the file goes the way of any other from here, and is told from its key. A checksum of parts is checked part by part;',
  'that of the whole file stands in the metadata of the object (`x-amz-meta-sha256`).',
].join('\n');

/** What the page says of uploads. */
export const uploadSections: readonly string[] = [
  '## Uploads',
  UPLOAD,
  table(['in the announcement', ''], wordRows(announcedWords)),
  table(['in the answer', ''], wordRows(ticketWords)),
  UPLOAD_STEPS,
];

const WEBHOOKS = [
  '```ts',
  "webhooks: [standard('partner-reviews'), stripe('checkout-reviews', { records: 'data.object' })],",
  '```',
  '',
  'A dataset names the sources whose webhooks become its records: the body, or what lies under `records` in it, is one object or an array of them, judged and',
  'landed as pushed records are. The answer is 202 with the receipt, once they are durable.',
].join('\n');

const SIGNED = [
  `Each delivery is signed with HMAC-SHA256 over the bytes as they are sent. Where a time is signed, it lies at most ${minutes(limits.webhookWindowMs)} from now.`,
  'Whatever is wrong, a signature, a time, a source that is not there, the answer is the same 401; the log of the function `webhook` says which.',
  '',
  `A delivery that was taken is remembered for ${limits.webhookMemoryMs / 86_400_000} days. Again it changes nothing, and is answered with 200, or with 409 (\`delivery-repeated\`) where the source says`,
  `\`repeated: 'refuse'\`, as \`standard\` does by default. GitHub does not sign the id of its delivery: who has read one can send it again under another id.`,
  '',
  '**Secrets.** The stack makes one secret in Secrets Manager for each source; its output `WebhookArns` names them. It holds one secret a line, at most',
  `${limits.webhookSecretsMax}, any of which is right. Give the sender the one that is there, or put in the one that the sender makes:`,
  '',
  '```sh',
  'aws secretsmanager get-secret-value --secret-id "$ARN" --query SecretString --output text',
  'aws secretsmanager put-secret-value --secret-id "$ARN" --secret-string "$(printf \'%s\\n%s\' "$NEW" "$OLD")"',
  '```',
  '',
  'To change one, put the new one in beside the old, wait a minute, change the sender, then take the old one out. A secret of `standard` that begins with',
  '`whsec_` is base64 behind it; all others are taken as they are written.',
].join('\n');

/** What the page says of webhooks. */
export const webhookSections = (datasets: readonly Dataset[]): readonly string[] => [
  '## Webhooks',
  WEBHOOKS,
  table(
    ['route', 'records of', 'kind', 'signature'],
    sourcesOf(datasets).map(({ dataset: { name }, webhook: { source, scheme } }) => [
      `\`POST ${webhookPath(source)}\``,
      `[${name}](datasets/${name}.md)`,
      `\`${scheme}\``,
      signatureWords(scheme),
    ]),
  ),
  SIGNED,
];

/** Limits of both. */
export const doorLimitRows: readonly (readonly string[])[] = [
  ['bytes of a file', `${limits.fileBytesMax / 1024 ** 3} GiB`, '`too-large`'],
  [
    'characters of its name',
    `1 to ${limits.fileNameCharsMax}, ${limits.fileNameBytesMax} bytes, no path and no control character`,
    '`bad-request`',
  ],
  [
    'parts of a file',
    `${limits.uploadPartsMax}, each of at least ${megabytes(limits.uploadPartBytesMin)}, ${megabytes(limits.uploadPartBytes)} by default`,
    '`bad-request`',
  ],
  ['bytes of an announcement', `${limits.uploadBodyBytesMax / 1024} KiB`, '`too-large`'],
  ['bytes of a webhook', megabytes(limits.webhookBodyBytesMax), '`too-large`'],
  [
    'webhooks a second, of all sources',
    'the setting `callsPerSecond`; twice as many at once',
    '`too-many-requests`',
  ],
];
