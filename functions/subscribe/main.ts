import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { changesOf } from '../../adapters/entity-events.ts';
import { dynamoEntities } from '../../adapters/entity-store.ts';
import { subscribers } from '../../subscribers/index.ts';
import { instrumented } from '../telemetry.ts';
import { SubscribeEnv } from './env.ts';
import { subscribe } from './handler.ts';

const env = SubscribeEnv.parse(process.env);

export const handler = instrumented<DynamoDBStreamEvent, object>('subscribe', (telemetry) => {
  const tell = subscribe({
    ...telemetry,
    entities: dynamoEntities({ client: new DynamoDBClient(), name: env.ENTITY_TABLE }),
    subscribers,
  });
  return async ({ Records }) => await tell(changesOf(Records));
});
