import { Sha256 } from '@aws-crypto/sha256-js';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod';

/** One call of CloudWatch Logs, for which this repository has no client of its own. */
const call = async (action: string, input: object): Promise<unknown> => {
  const region = process.env.AWS_REGION ?? 'us-east-1';
  const url = new URL(process.env.AWS_ENDPOINT_URL ?? `https://logs.${region}.amazonaws.com`);
  const body = JSON.stringify(input);
  const signer = new SignatureV4({
    ...{ service: 'logs', region, sha256: Sha256, credentials: defaultProvider() },
  });
  const headers = {
    host: url.host,
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `Logs_20140328.${action}`,
  };
  const place = {
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: '/',
  };
  const signed = await signer.sign({ ...place, method: 'POST', headers, body });
  const reply = await fetch(url, { method: 'POST', headers: signed.headers, body });
  if (!reply.ok) throw new Error(`${action}: ${reply.status} ${await reply.text()}`);
  return await reply.json();
};

const Groups = z.object({ logGroups: z.array(z.object({ logGroupName: z.string() })) });
const Events = z.object({
  events: z.array(z.object({ message: z.string() })),
  nextToken: z.string().optional(),
});

/** Names of all log groups. */
export const logGroups = async (): Promise<readonly string[]> =>
  Groups.parse(await call('DescribeLogGroups', {})).logGroups.map((group) => group.logGroupName);

/** Every line of a log group. */
export const logLines = async (logGroupName: string): Promise<readonly string[]> => {
  const lines: string[] = [];
  let nextToken: string | undefined;
  do {
    const more = nextToken === undefined ? {} : { nextToken };
    const page = Events.parse(await call('FilterLogEvents', { logGroupName, ...more }));
    lines.push(...page.events.map(({ message }) => message));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return lines;
};
