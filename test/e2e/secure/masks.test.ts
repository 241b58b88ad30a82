import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeAll, expect, inject, test } from 'vitest';
import { sha256 } from '../../../core/hash.ts';
import { freshKey, land } from '../support/drops.ts';
import { headgate, headgateRow } from '../support/headgate.ts';
import { openStack, physicalId, type Stack } from '../support/stack.ts';

const header = 'review_id,product_id,stars,helpful,written_on,reviewer,body';
const ann = 'Ann.Masked@Example.com';
const rows = [
  `M-1,P-0007,5,1,2025-05-05,${ann},first`,
  `M-2,P-0007,4,1,2025-05-05,${ann.toLowerCase()},the same person and day again`,
  `M-3,P-0008,3,1,2025-05-05,${ann},another product`,
  'M-4,P-0007,2,1,2025-05-05,,nobody knows whose',
  'M-5,P-0007,1,1,2025-05-05,,nor this one',
  // More than one in twenty would hold the run.
  ...Array.from({ length: 25 }, (_, index) => `N-${index},P-0009,3,1,2025-05-05,,and more`),
];

let stack: Stack;
beforeAll(async () => {
  stack = await openStack();
});

/** The salt as the deployed transform reads it; root may look, to see what it should have made. */
const deployedSalt = async (): Promise<string> => {
  const { rootEnv } = inject('headgate');
  const secret = await physicalId(stack, 'AWS::SecretsManager::Secret', 'MaskSalt');
  const client = new SecretsManagerClient({
    credentials: {
      accessKeyId: rootEnv.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: rootEnv.AWS_SECRET_ACCESS_KEY ?? '',
    },
  });
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secret }));
  return SecretString ?? '';
};

test('a salted mask and a rule over several rows hold in the deployed stack', async () => {
  const bytes = `${[header, ...rows].join('\n')}\n`;
  const { run } = await land(stack, freshKey('reviews', 'masks.csv'), bytes);
  expect(run).toMatchObject({
    state: 'PUBLISHED',
    counts: { rowsIn: 30, published: 29, rejected: 1, deduplicated: 0 },
  });
  const { stdout } = await headgate('rejects', '--run', run.runId);
  expect(stdout).toMatch(/E_UNIQUE/);

  const salt = await deployedSalt();
  expect(salt).toHaveLength(64);
  const hash = sha256(`${salt}:${ann.toLowerCase()}`);
  const sql =
    "SELECT list(reviewer ORDER BY review_id) AS who FROM reviews WHERE review_id ^@ 'M-'";
  expect(await headgateRow(sql)).toEqual({ who: [hash, hash, null, null] });
});
