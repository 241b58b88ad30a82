/** How the senders of webhooks sign them; one file each in core/webhooks. */
export const schemes = ['github', 'stripe', 'standard'] as const;
export type Scheme = (typeof schemes)[number];

/** A source of webhooks, whose deliveries become records of the dataset that declares it. */
export type Webhook = {
  /** Ends the address, `/webhooks/<source>`; no two datasets may have the same. */
  readonly source: string;
  readonly scheme: Scheme;
  /**
   * Names of the objects of the body that lead to the record, or the array of them, outermost
   * first. @default none: the body is the record
   */
  readonly records: readonly string[];
  /**
   * What a delivery that was taken before is told: 200, for senders that take anything else for a
   * failure, or 409. It changes nothing either way.
   */
  readonly repeated: 'ignore' | 'refuse';
};

type Options = {
  /** Where the record, or the array of them, is in the body: `data.object`. */
  readonly records?: string;
  readonly repeated?: Webhook['repeated'];
};

const webhook =
  (scheme: Scheme, defaults: { readonly repeated: Webhook['repeated'] }) =>
  (source: string, { records = '', repeated = defaults.repeated }: Options = {}): Webhook => ({
    ...{ source, scheme, repeated },
    records: records === '' ? [] : records.split('.'),
  });

/**
 * Webhooks of GitHub, and of what signs as it does: X-Hub-Signature-256 over the body. It signs no
 * time and no delivery, so that only X-GitHub-Delivery tells a repeat.
 */
export const github = webhook('github', { repeated: 'ignore' });

/** Webhooks of Stripe: Stripe-Signature over time and body; an event has its id in the body. */
export const stripe = webhook('stripe', { repeated: 'ignore' });

/** Webhooks as standardwebhooks.com has them: the id of the delivery and the time are signed. */
export const standard = webhook('standard', { repeated: 'refuse' });

const sourceRule = /^[a-z][a-z0-9-]{0,39}$/;

/** Why a dataset cannot have these webhooks; undefined where it can. */
export const webhooksProblem = (webhooks: readonly Webhook[]): string | undefined => {
  const wrong = webhooks.find(({ source }) => !sourceRule.test(source));
  if (wrong !== undefined)
    return `webhooks names '${wrong.source}'; a source is a-z, 0-9 and -, at most 40, starting a-z`;
  const lost = webhooks.find(({ records }) => records.includes(''));
  if (lost !== undefined) return `records of the webhook '${lost.source}' has an empty name in it`;
  return undefined;
};

type Declaring = { readonly name: string; readonly webhooks?: readonly Webhook[] };

/** Every source with the dataset it sends to. */
export const sourcesOf = <D extends Declaring>(
  datasets: readonly D[],
): readonly { readonly dataset: D; readonly webhook: Webhook }[] =>
  datasets.flatMap((dataset) => (dataset.webhooks ?? []).map((webhook) => ({ dataset, webhook })));

/** Checks that each source is declared once; throws with the names of two that are not. */
export const checkSources = (datasets: readonly Declaring[]): void => {
  const declared = new Map<string, string>();
  for (const { dataset, webhook } of sourcesOf(datasets)) {
    const other = declared.get(webhook.source);
    if (other !== undefined)
      throw new Error(
        `datasets '${other}' and '${dataset.name}' both have webhooks of '${webhook.source}'; rename one`,
      );
    declared.set(webhook.source, dataset.name);
  }
};
