import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoSenders } from '../../adapters/ledger-senders.ts';
import { instrumentedRoute } from '../telemetry.ts';
import { AuthorizeEnv } from './env.ts';
import { authorize } from './handler.ts';

const env = AuthorizeEnv.parse(process.env);

export const handler = instrumentedRoute('authorize', ({ log }) =>
  authorize({
    log,
    senders: dynamoSenders({ client: new DynamoDBClient(), name: env.LEDGER_TABLE }),
  }),
);
