import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { classified } from './aws-errors.ts';

/** What a deployed stack says of itself, by output key; undefined when there is no such stack. */
export const stackOutputs = async (
  client: CloudFormationClient,
  stackName: string,
): Promise<Readonly<Record<string, string>> | undefined> => {
  try {
    const reply = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    const outputs = reply.Stacks?.[0]?.Outputs ?? [];
    return Object.fromEntries(
      outputs.flatMap(({ OutputKey: key, OutputValue: value }) =>
        key === undefined || value === undefined ? [] : [[key, value] as const],
      ),
    );
  } catch (error) {
    // CloudFormation has no error of its own for this; the name is ValidationError.
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw classified(error, `describe stack ${stackName}`);
  }
};
