/** The two ways the local AWS runs. A release is tested under both. */
export const profileNames = ['local', 'local-secure'] as const;
export type ProfileName = (typeof profileNames)[number];

export type Profile = {
  readonly scheme: 'http' | 'https';
  readonly defaultPort: number;
  /** Switches of MiniStack that differ. */
  readonly flags: Readonly<Record<string, string>>;
  /** CDK context of a deploy into it. */
  readonly context: Readonly<Record<string, string>>;
};

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  /** Quick to start and to look into: no signatures, no policies, plain http. */
  local: { scheme: 'http', defaultPort: 4566, flags: {}, context: {} },
  /**
   * Signatures, IAM, bucket, queue and key policies are enforced, over TLS. The roles that CDK
   * bootstraps are denied there, so the deploy uses the caller's own rights.
   */
  'local-secure': {
    scheme: 'https',
    defaultPort: 4567,
    flags: { AUTH: 'true', USE_SSL: '1' },
    context: { 'headgate:cliCredentials': 'true' },
  },
};
