import { SendMessageCommand } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { depsOf, type Reconciled, reconcileAll } from '../../../bin/commands/reconcile.ts';
import { makeOutput } from '../../../bin/console/output.ts';
import { defaultStackName } from '../../../bin/local/deploy.ts';
import { withStack } from '../../../bin/world.ts';
import { contractVersion } from '../../../core/contract.ts';
import type { DeadLetter } from '../../../core/dead-letter.ts';
import type { DatasetName } from '../../../core/ids.ts';
import { limits } from '../../../core/limits.ts';
import { datasets } from '../../../datasets/index.ts';
import { signedPost } from './signed.ts';
import { physicalId, type Stack } from './stack.ts';

const silent = { write: () => true };

/** `headgate reconcile` as it will be when what is young now is old. */
export const reconcileLater = async (
  dataset: DatasetName,
  { dryRun = false } = {},
): Promise<Reconciled> => {
  const out = makeOutput(silent, silent, {});
  const later = () => Date.now() + limits.reconcileGraceMs + 60_000;
  const contracts = new Map(datasets.map((each) => [each.name, contractVersion(each)]));
  return await withStack({ env: process.env, out }, defaultStackName, (opened) =>
    reconcileAll(depsOf(opened, contracts, later, out), { dataset, dryRun }),
  );
};

/** Calls the deployed function, with its own rights, as its schedule does; returns its counts. */
export const callReconcile = async (stack: Stack): Promise<Readonly<Record<string, number>>> => {
  const name = await physicalId(stack, 'AWS::Lambda::Function', 'ReconcileFunction');
  const path = `/2015-03-31/functions/${name}/invocations`;
  const event = JSON.stringify({ version: '0', source: 'aws.events', detail: {} });
  const headers = { 'content-type': 'application/json' };
  const reply: unknown = JSON.parse(await signedPost('lambda', event, headers, path));
  return z.record(z.string(), z.number()).parse(reply);
};

/** Puts a message where intake's dead letters come. */
export const bury = async ({ sqs, outputs }: Stack, body: string): Promise<void> => {
  const QueueUrl = outputs.DeadLetterQueueUrl;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
};

/** The open letter with this very body. */
export const openLetter = async (
  { ledger }: Stack,
  body: string,
): Promise<DeadLetter | undefined> => {
  const { letters } = await ledger.lettersIn({ state: 'open', after: null, limit: 100 });
  return letters.find((letter) => letter.body === body);
};
