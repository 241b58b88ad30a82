import { App, CliCredentialsStackSynthesizer, Duration } from 'aws-cdk-lib';
import { checkRoutes } from '../core/stream/options.ts';
import { masksWithSalt } from '../core/transforms/mask-salt.ts';
import { checkSources, sourcesOf } from '../core/webhooks/webhook.ts';
import { datasets } from '../datasets/index.ts';
import { HeadgateStack } from '../lib/headgate-stack.ts';
import { checkSecurity } from '../lib/nag.ts';
import { readSettings } from '../lib/settings.ts';

const app = new App();
checkRoutes(datasets);
checkSources(datasets);
const {
  stackName,
  cliCredentials,
  batchingWindowSeconds,
  streamWindowSeconds,
  cleanExpiryDays,
  operatorIssuer: issuer,
  operatorAudience: audience,
  ...settings
} = readSettings(app);

// Account and region are those of the caller's credentials: one template deploys anywhere.
new HeadgateStack(app, stackName, {
  ...settings,
  saltedMasks: datasets.some(masksWithSalt),
  streamed: datasets.some(({ stream }) => stream !== undefined),
  webhookSources: sourcesOf(datasets).map(({ webhook }) => webhook.source),
  batchingWindow: Duration.seconds(batchingWindowSeconds),
  streamWindow: Duration.seconds(streamWindowSeconds),
  cleanExpiry: Duration.days(cleanExpiryDays),
  operatorTokens: issuer === undefined || audience === undefined ? undefined : { issuer, audience },
  ...(cliCredentials ? { synthesizer: new CliCredentialsStackSynthesizer() } : {}),
});
checkSecurity(app);
