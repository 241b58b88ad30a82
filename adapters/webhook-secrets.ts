import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Clock } from '../core/ports.ts';
import type { SecretOf } from '../core/webhooks/port.ts';
import { secretText } from './secret.ts';

/** How long a secret is used before it is read again: so long a new one may be unknown. */
const keptMs = 60_000;

/** The secrets of webhooks, read when they are needed and kept for a minute. */
export const webhookSecrets = (
  client: SecretsManagerClient,
  arns: Readonly<Record<string, string>>,
  now: Clock,
): SecretOf => {
  const kept = new Map<string, { readonly text: string; readonly at: number }>();
  return async (source) => {
    const arn = Object.hasOwn(arns, source) ? arns[source] : undefined;
    if (arn === undefined) return undefined;
    const before = kept.get(source);
    if (before !== undefined && now() - before.at < keptMs) return before.text;
    const text = await secretText(client, arn);
    kept.set(source, { text, at: now() });
    return text;
  };
};
