import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { deployLocally } from '../../bin/local/deploy.ts';
import { clearInstance } from '../../bin/local/instance.ts';
import { freePort, startLocalAws, stopLocalAws } from '../../bin/local/local-aws.ts';
import { root } from '../../bin/local/places.ts';
import { type ProfileName, profiles } from '../../bin/local/profiles.ts';
import { assumedRoleEnv, makeRole } from '../../bin/local/roles.ts';
import { useTarget } from '../../bin/local/target.ts';
import { physicalId, type Stack, stackOf } from '../e2e/support/clients.ts';
import { withProducts } from '../e2e/support/products.ts';
import { type Callers, callersOf } from './callers.ts';
import { type FaultProxy, startProxy } from './proxy.ts';

/** A local AWS with the stack in it, whose functions reach it through the proxy alone. */
export type FaultyAws = {
  readonly stack: Stack;
  /** Of the notices of what the stream lands. */
  readonly segmentQueueUrl: string;
  readonly proxy: FaultProxy;
  readonly callers: Callers;
  readonly endpoint: string;
  stop(): Promise<void>;
};

/** Every function of the stack is named so, and none of the local AWS's own. */
const functions = 'Headgate-';

/** A notice whose intake died comes again after this, instead of three minutes. */
const redeliverySeconds = '2';

/** All actions: what a role may do at all with this bucket, queue and key policies. */
const driver = [{ Effect: 'Allow', Action: '*', Resource: '*' }] as const;

/**
 * Starts and deploys it, which takes some twenty seconds. Notices are gathered for a second only,
 * so that files still share runs, and nobody waits.
 */
export const startFaultyAws = async (
  profile: ProfileName,
  onStrike?: (what: string) => void,
): Promise<FaultyAws> => {
  const dir = join(root, '.headgate', 'e2e', `faults-${process.pid}`);
  await clearInstance(dir);
  const port = await freePort();
  const endpoint = `${profiles[profile].scheme}://127.0.0.1:${port}`;
  const callers = callersOf(functions, endpoint);
  const proxy = await startProxy({
    upstream: endpoint,
    crash: callers.killAt,
    ...(onStrike === undefined ? {} : { onStrike }),
  });
  const starting = startLocalAws({ profile, port, dir, functionsEndpoint: proxy.url });
  const stop = async (): Promise<void> => {
    await stopLocalAws(dir);
    await proxy.close();
  };
  try {
    const context = {
      'headgate:batchingWindowSeconds': '1',
      'headgate:streamWindowSeconds': '1',
    };
    const { outputs } = await deployLocally(starting, dir, { profile, context });
    const { env: rootEnv } = await starting;
    useTarget({ kind: 'local', label: profile, env: rootEnv });
    if (profile === 'local-secure') {
      const role = await makeRole(rootEnv, 'FaultsDriver', driver);
      const env = await assumedRoleEnv(rootEnv, role);
      useTarget({ kind: 'local', label: profile, env });
    }
    const stack = stackOf(outputs);
    const segmentQueueUrl = await physicalId(stack, 'AWS::SQS::Queue', 'IntakeSegmentNotices');
    for (const QueueUrl of [outputs.NoticeQueueUrl, segmentQueueUrl])
      await stack.sqs.send(
        new SetQueueAttributesCommand({
          ...{ QueueUrl, Attributes: { VisibilityTimeout: redeliverySeconds } },
        }),
      );
    await withProducts(stack);
    if (proxy.tally().requests === 0) throw new Error('the functions do not use the proxy');
    return { stack, segmentQueueUrl, proxy, callers, endpoint, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** Forgets the logs of an AWS that was stopped and had nothing to tell. */
export const forgetLogs = (): Promise<void> =>
  rm(join(root, '.headgate', 'e2e', `faults-${process.pid}`), { recursive: true, force: true });
