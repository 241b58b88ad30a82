import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { dynamoLedger } from '../../../adapters/ledger.ts';
import { defaultStackName } from '../../../bin/local/deploy.ts';
import type { Outputs } from '../../../bin/local/outputs.ts';
import type { Ledger } from '../../../core/ports.ts';

/** The deployed stack as a sender and an onlooker reach it: plain clients, and the ledger. */
export type Stack = {
  readonly outputs: Outputs;
  readonly ledger: Ledger;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly sfn: SFNClient;
  readonly events: EventBridgeClient;
  readonly cloudFormation: CloudFormationClient;
};

/** The stack of these outputs, in the AWS that the SDK finds by itself. */
export const stackOf = (outputs: Outputs, cloudFormation = new CloudFormationClient()): Stack => ({
  outputs,
  ledger: dynamoLedger(new DynamoDBClient(), outputs.LedgerTable),
  s3: new S3Client({ forcePathStyle: true }),
  sqs: new SQSClient(),
  sfn: new SFNClient(),
  events: new EventBridgeClient(),
  cloudFormation,
});

/** What CloudFormation made of one construct: its type and the start of its id name it. */
export const physicalId = async (
  { cloudFormation }: Stack,
  type: string,
  idStart: string,
): Promise<string> => {
  const { StackResources: all = [] } = await cloudFormation.send(
    new DescribeStackResourcesCommand({ StackName: defaultStackName }),
  );
  const found = all.filter(
    ({ ResourceType, LogicalResourceId }) =>
      ResourceType === type && LogicalResourceId?.startsWith(idStart),
  );
  const [only, ...others] = found.map(({ PhysicalResourceId }) => PhysicalResourceId);
  if (only === undefined || others.length > 0)
    throw new Error(`the stack has ${found.length} of ${type} ${idStart}*, not one`);
  return only;
};
