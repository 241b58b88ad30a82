import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { inject } from 'vitest';
import { stackOutputs } from '../../../adapters/stack-outputs.ts';
import { defaultStackName } from '../../../bin/local/deploy.ts';
import { Outputs } from '../../../bin/local/outputs.ts';
import { type Stack, stackOf } from './clients.ts';

export { physicalId, type Stack } from './clients.ts';

/** Of the stack in the local AWS of this run; setup-env.ts has told the SDK where that is. */
export const openStack = async (): Promise<Stack> => {
  const cloudFormation = new CloudFormationClient();
  const known = inject('headgate').outputs;
  const outputs = known ?? Outputs.parse(await stackOutputs(cloudFormation, defaultStackName));
  return stackOf(outputs, cloudFormation);
};
