import { table } from '../../core/derive/markdown.ts';
import { operatorWords } from '../../core/derive/openapi-operate.ts';
import { operatorRoutes } from '../../core/operate/routes.ts';

const EXAMPLE = `\`\`\`sh
aws configure export-credentials --format env > keys.env && . ./keys.env
curl "\${HEADGATE_API_URL%/}/runs?state=HELD" --aws-sigv4 "aws:amz:$AWS_REGION:execute-api" \\
  --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H "x-amz-security-token: $AWS_SESSION_TOKEN"
\`\`\``;

const WHO = [
  '**Who may.** An operator signs each call (Signature Version 4, service `execute-api`), and policies of IAM say who may call what: the',
  'action is `execute-api:Invoke`, the resource `arn:aws:execute-api:<region>:<account>:<api>/v1/GET/runs/*` and the like. `GET …/rejects` tells',
  'where a row stands and why it was rejected, and holds no value; `GET …/rejects/raw` gives the rows themselves, and who read them is in the log.',
  'A policy that ends in `/GET/runs/*` takes in both: who may not see data gets `/GET/runs/*/rejects` and the rest by name, or a `Deny` on `/GET/runs/*/rejects/raw`.',
  '',
  'Where the settings `operatorIssuer` and `operatorAudience` are given, an operator shows a token of that issuer instead (`Authorization: Bearer …`): a',
  'JWT signed with RS256 or ES256 by a key of the issuer’s document (`/.well-known/openid-configuration`), with `iss`, `aud` (or, without one, `client_id`),',
  '`exp` and `sub`. Its holder may call every route of operators: give them an audience of their own. A token that was let in may be for another minute',
  'after it has expired.',
  '',
  'Who decided something is written down as the authorizer names them: the ARN of the caller, or `token <sub>`. No body can say otherwise.',
].join('\n');

const HOW = [
  '**How.** What is asked for stands in the query of a `GET`, or in a JSON object of a `POST`, which may be missing. Names nobody knows are refused.',
  'Lists give `next`; the same call with it as `cursor` goes on, until it is null. A page may be short, or empty, and not the last. Answers to `GET`',
  'have an `ETag`: with `If-None-Match` an unchanged one is 304. Times are a day or an instant in UTC.',
  '',
  'Release, discard and replay are those of `npx headgate`, and do nothing the second time. None of them waits: `GET /runs/{run}` tells how far it is.',
  'A backfill replays the runs of what landed from `since` until `until`, at most `limit` of them a call, without waiting for one before the',
  'next; it is the replay of `npx headgate replay --dataset --since --until`, so that either passes over what the other has done.',
].join('\n');

/** The part of the page of the API that is for operators. */
export const operatorsPart = (): readonly string[] => [
  '## Operators',
  'What there is, and what is decided about it. A program of an operator calls what follows; people have `npx headgate`.',
  EXAMPLE,
  table(
    ['route', 'what it does'],
    operatorRoutes.map(({ method, path, operation }) => [
      `\`${method} ${path}\``,
      operatorWords[operation].does,
    ]),
  ),
  WHO,
  HOW,
];
