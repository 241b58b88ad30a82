import {
  type APIGatewayClient,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
} from '@aws-sdk/client-api-gateway';
import { PermanentError } from '../core/errors.ts';
import { calling, errorName } from './aws-errors.ts';

/** A key as API Gateway made it; the value is shown once, and kept by its holder alone. */
export type NewKey = { readonly keyId: string; readonly value: string };

/** The keys that API Gateway counts and throttles. What they may send to is in the ledger. */
export type ApiKeys = {
  create(name: string): Promise<NewKey>;
  /** Again: a key that is gone is no error. */
  remove(keyId: string): Promise<void>;
};

export const apiGatewayKeys = (client: APIGatewayClient, usagePlanId: string): ApiKeys => ({
  create: (name) =>
    calling(`create the key ${name}`, async () => {
      const { id, value } = await client.send(new CreateApiKeyCommand({ name, enabled: true }));
      if (id === undefined || value === undefined)
        throw new PermanentError('API Gateway made a key without telling it');
      const ofPlan = { usagePlanId, keyId: id, keyType: 'API_KEY' };
      await client.send(new CreateUsagePlanKeyCommand(ofPlan));
      return { keyId: id, value };
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
