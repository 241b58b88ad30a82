import { Command } from 'commander';
import * as z from 'zod';
import type { MadeKey } from '../../adapters/api-keys.ts';
import { type DatasetName, EpochMs } from '../../core/ids.ts';
import { takesFiles, whyNoRecords } from '../../core/push/as-records.ts';
import { keyHashOf, type Sender } from '../../core/push/sender.ts';
import { UserError, usageError } from '../console/errors.ts';
import { apiUrlOf, type DeployedStack, stackOption, withStack } from '../world.ts';
import { jsonOption, type MakeCommand, parseOptions, withExamples } from './command.ts';
import { declared, loadDatasets } from './dataset-named.ts';
import { when } from './words.ts';

const CreateOptions = z.object({
  dataset: z.array(z.string()).min(1, 'name at least one dataset'),
  stack: z.string(),
  json: z.boolean().default(false),
});
const OtherOptions = CreateOptions.omit({ dataset: true });

/** Keys that are listed, and looked through by their name. */
const listedMax = 1_000;
const nameRule = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** `headgate api-key`: who may send records through the API, and to which datasets. */
export const apiKeyCommand: MakeCommand = (shell) => {
  const command = new Command('api-key')
    .description('make, list and revoke the keys that senders use the API with')
    .addCommand(createCommand(shell))
    .addCommand(listCommand(shell))
    .addCommand(revokeCommand(shell));
  return withExamples(command, ['api-key create shop --dataset orders', 'api-key list']);
};

const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

const createCommand: MakeCommand = ({ out, env, clock }) => {
  const command = new Command('create')
    .description('make a key; its value is shown once, and only API Gateway keeps it')
    .argument('<name>', 'who will use it')
    .requiredOption('--dataset <name>', 'dataset it may send to; may be said again', collect)
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (name: string, raw: unknown) => {
      const { dataset: wanted, stack, json } = parseOptions(CreateOptions, raw);
      if (!nameRule.test(name))
        throw usageError({
          what: `The name is '${name}'.`,
          allowed: 'It may have letters, digits, dots, - and _, at most 64.',
        });
      const all = await loadDatasets();
      const datasets = [...new Set(wanted)].map((each) => declared(all, each));
      const derived = datasets.find((each) => !takesFiles(each));
      if (derived !== undefined)
        throw usageError({
          what: `${derived.name} takes neither records nor files: ${whyNoRecords(derived)}.`,
          next: 'npx headgate datasets describes each.',
        });
      const made = await withStack({ out, env }, stack, async (opened) => ({
        url: apiUrlOf(opened),
        ...(await createKey(
          opened,
          name,
          datasets.map((each) => each.name),
          clock,
        )),
      }));
      if (json) out.json(made);
      else {
        out.line(`Key of ${name}, for ${made.datasets.join(', ')}:`);
        out.line(`  HEADGATE_API_KEY=${made.key}`);
        out.line(`  HEADGATE_API_URL=${made.url}`);
        out.note('It is not shown again. Try it: npx headgate push DATASET FILE, or upload');
      }
    });
  return withExamples(command, ['api-key create shop --dataset orders --dataset reviews']);
};

type KeyWorld = Pick<DeployedStack, 'apiKeys' | 'senders'>;

/** Makes the key first: one that the ledger does not know opens nothing. */
export const createKey = async (
  { apiKeys, senders }: KeyWorld,
  name: string,
  datasets: readonly DatasetName[],
  clock: () => number,
) => {
  const known = await senders.senders(listedMax);
  if (known.some((sender) => sender.name === name))
    throw new UserError({
      what: `There is a key of ${name} already.`,
      next: `Revoke it (npx headgate api-key revoke ${name}), or make one under another name.`,
    });
  // What an earlier call left half made: its value was never shown, so that nobody misses it.
  for (const half of await halfMade(apiKeys, known))
    if (half.name === name) await apiKeys.remove(half.keyId);
  const { keyId, value } = await apiKeys.create(name);
  const createdAt = EpochMs.parse(clock());
  const named = { keyId, name, datasets: [...datasets] };
  await senders.addSender({ ...named, keyHash: keyHashOf(value), createdAt, revokedAt: null });
  return { ...named, key: value };
};

/**
 * What may be told of each key; the key itself is not known, and its hash is of no use. A key of no
 * dataset is half of one: its making, or its revocation, died in between. It opens nothing.
 */
export const listKeys = async ({ apiKeys, senders }: KeyWorld) => {
  const known = (await senders.senders(listedMax)).map(
    ({ keyHash: _keyHash, revokedAt: _revokedAt, ...rest }) => rest,
  );
  const halves = await halfMade(apiKeys, known);
  return [...known, ...halves.map((key) => ({ ...key, datasets: [] }))];
};

const halfMade = async (
  apiKeys: KeyWorld['apiKeys'],
  known: readonly Pick<Sender, 'keyId'>[],
): Promise<readonly MadeKey[]> => {
  const ids = new Set(known.map(({ keyId }) => keyId));
  return (await apiKeys.list(listedMax)).filter(({ keyId }) => !ids.has(keyId));
};

const listCommand: MakeCommand = ({ out, env }) => {
  const command = new Command('list')
    .description('the keys that may be used')
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (raw: unknown) => {
      const { stack, json } = parseOptions(OtherOptions, raw);
      const shown = await withStack({ out, env }, stack, listKeys);
      if (json) out.json(shown);
      else if (shown.length === 0) out.line('There is no key. npx headgate api-key create NAME');
      else
        out.table(
          [{ title: 'name' }, { title: 'datasets' }, { title: 'since' }, { title: 'key id' }],
          shown.map((one) => [
            one.name,
            one.datasets.length === 0 ? 'none: half made, revoke it' : one.datasets.join(', '),
            ...[when(one.createdAt), one.keyId],
          ]),
        );
    });
  return withExamples(command, ['api-key list']);
};

const revokeCommand: MakeCommand = ({ out, env, clock }) => {
  const command = new Command('revoke')
    .description('take a key away; within a minute nothing is taken from its holder')
    .argument('<name>', 'as api-key list shows it')
    .addOption(stackOption())
    .addOption(jsonOption())
    .action(async (name: string, raw: unknown) => {
      const { stack, json } = parseOptions(OtherOptions, raw);
      const { keyId } = await withStack({ out, env }, stack, (opened) =>
        revokeKey(opened, name, clock),
      );
      if (json) out.json({ name, keyId, revoked: true });
      else out.line(`The key of ${name} is revoked. What it sent stays.`);
    });
  return withExamples(command, ['api-key revoke shop']);
};

/** Takes the rights first: the key then opens nothing, whatever becomes of its removal. */
export const revokeKey = async (
  { apiKeys, senders }: KeyWorld,
  name: string,
  clock: () => number,
): Promise<Pick<Sender, 'keyId'>> => {
  const known = await senders.senders(listedMax);
  const halves = (await halfMade(apiKeys, known)).filter((half) => half.name === name);
  for (const { keyId } of halves) await apiKeys.remove(keyId);
  const found = known.find((sender) => sender.name === name);
  const [half] = halves;
  if (found === undefined && half !== undefined) return half;
  if (found === undefined)
    throw new UserError({
      what: `There is no key of ${name}.`,
      next: 'npx headgate api-key list shows those that there are.',
    });
  await senders.revokeSender(found.keyHash, EpochMs.parse(clock()));
  await apiKeys.remove(found.keyId);
  return found;
};
