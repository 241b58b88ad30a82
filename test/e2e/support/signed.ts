import { Sha256 } from '@aws-crypto/sha256-js';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';

/** A call of a service for which this repository has no client; the answer's text. */
export const signedPost = async (
  service: 'iam' | 'logs' | 'lambda' | 'monitoring' | 'sns',
  body: string,
  headers: Readonly<Record<string, string>>,
  path = '/',
): Promise<string> => {
  const region = process.env.AWS_REGION ?? 'us-east-1';
  const url = new URL(process.env.AWS_ENDPOINT_URL ?? `https://${service}.${region}.amazonaws.com`);
  const signer = new SignatureV4({
    ...{ service, region, sha256: Sha256, credentials: defaultProvider() },
  });
  const signed = await signer.sign({
    ...{ method: 'POST', protocol: url.protocol, hostname: url.hostname, path, body },
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    headers: { ...headers, host: url.host },
  });
  const reply = await fetch(new URL(path, url), { method: 'POST', headers: signed.headers, body });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${service} answered ${reply.status}: ${text.slice(0, 300)}`);
  return text;
};
