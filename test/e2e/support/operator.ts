import { Sha256 } from '@aws-crypto/sha256-js';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsEnv } from '../../../bin/local/local-aws.ts';
import { apiUrlOf } from '../../../bin/world.ts';
import type { Stack } from './stack.ts';

/** Who signs: the tests' driver, a role, or nobody. */
type Signer = 'driver' | 'nobody' | AwsEnv;

export type Reply = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
};

const credentialsOf = (signer: Exclude<Signer, 'nobody'>) =>
  signer === 'driver'
    ? defaultProvider()
    : {
        accessKeyId: signer.AWS_ACCESS_KEY_ID ?? '',
        secretAccessKey: signer.AWS_SECRET_ACCESS_KEY ?? '',
        sessionToken: signer.AWS_SESSION_TOKEN ?? '',
      };

/** Calls a route of operators as `GET /runs?state=HELD`, signed for execute-api. */
export const callOperators = async (
  { outputs }: Stack,
  call: string,
  more: {
    readonly body?: object;
    readonly signer?: Signer;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<Reply> => {
  const [method = '', path = ''] = call.split(' ');
  const url = new URL(apiUrlOf({ endpoint: process.env.AWS_ENDPOINT_URL, outputs }) + path);
  const body = more.body === undefined ? undefined : JSON.stringify(more.body);
  const { signer = 'driver' } = more;
  const plain = { ...more.headers, host: url.host, 'content-type': 'application/json' };
  const headers =
    signer === 'nobody'
      ? plain
      : (
          await new SignatureV4({
            ...{ service: 'execute-api', region: process.env.AWS_REGION ?? 'us-east-1' },
            ...{ sha256: Sha256, credentials: credentialsOf(signer) },
          }).sign({
            ...{ method, protocol: url.protocol, hostname: url.hostname, path: url.pathname },
            ...(url.port === '' ? {} : { port: Number(url.port) }),
            query: Object.fromEntries(url.searchParams),
            headers: plain,
            ...(body === undefined ? {} : { body }),
          })
        ).headers;
  const reply = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await reply.text();
  const json: Record<string, unknown> = text === '' ? {} : JSON.parse(text);
  return { status: reply.status, headers: reply.headers, text, json };
};
