import {
  type APIGatewayClient,
  type ApiKey,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  paginateGetApiKeys,
} from '@aws-sdk/client-api-gateway';
import { PermanentError } from '../core/errors.ts';
import { EpochMs } from '../core/ids.ts';
import { calling, errorName } from './aws-errors.ts';

/** A key as API Gateway made it; the value is shown once, and kept by its holder alone. */
export type NewKey = { readonly keyId: string; readonly value: string };

/** A key as API Gateway lists it, without its value. */
export type MadeKey = {
  readonly keyId: string;
  readonly name: string;
  readonly createdAt: EpochMs;
};

/** The keys that API Gateway counts and throttles. What they may send to is in the ledger. */
export type ApiKeys = {
  create(name: string): Promise<NewKey>;
  /** All that were made for this stack, also those whose making died half way. */
  list(limit: number): Promise<readonly MadeKey[]>;
  /** Again: a key that is gone is no error. */
  remove(keyId: string): Promise<void>;
};

/** Tells our keys from others of the account: from its first moment on, before it is in a plan. */
const ours = (usagePlanId: string): string => `Of Headgate, for the usage plan ${usagePlanId}.`;

export const apiGatewayKeys = (client: APIGatewayClient, usagePlanId: string): ApiKeys => ({
  create: (name) =>
    calling(`create the key ${name}`, async () => {
      const { id, value } = await client.send(
        new CreateApiKeyCommand({ name, enabled: true, description: ours(usagePlanId) }),
      );
      if (id === undefined || value === undefined)
        throw new PermanentError('API Gateway made a key without telling it');
      const ofPlan = { usagePlanId, keyId: id, keyType: 'API_KEY' };
      await client.send(new CreateUsagePlanKeyCommand(ofPlan));
      return { keyId: id, value };
    }),
  list: (limit) =>
    calling('list the keys', async () => {
      const found: MadeKey[] = [];
      for await (const page of paginateGetApiKeys({ client }, { includeValues: false })) {
        const own = (page.items ?? []).filter(
          ({ description }) => description === ours(usagePlanId),
        );
        found.push(...own.map(madeKey));
        if (found.length >= limit) break;
      }
      return found.slice(0, limit);
    }),
  remove: (keyId) =>
    calling(`delete the key ${keyId}`, async () => {
      try {
        await client.send(new DeleteApiKeyCommand({ apiKey: keyId }));
      } catch (error) {
        if (errorName(error) !== 'NotFoundException') throw error;
      }
    }),
});

const madeKey = ({ id = '', name = '', createdDate }: ApiKey): MadeKey => ({
  ...{ keyId: id, name, createdAt: EpochMs.parse(createdDate?.getTime() ?? 0) },
});
