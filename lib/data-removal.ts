import { Annotations, RemovalPolicy } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export interface TwoKeys {
  /** The first key. @default false */
  readonly destroyData?: boolean;
  /** The second key: the stack's own name. @default - not turned */
  readonly confirmDestroyData?: string;
}

/**
 * What becomes of the data when the stack goes. It stays, unless both keys are turned: one alone
 * is too easily left over in a cdk.json or a shell history.
 */
export const dataRemoval = (scope: Construct, stackName: string, keys: TwoKeys): RemovalPolicy => {
  const { destroyData = false, confirmDestroyData } = keys;
  const isConfirmed = confirmDestroyData === stackName;
  const notes = Annotations.of(scope);
  if (destroyData && isConfirmed) {
    notes.addWarningV2(
      'headgate:data-is-destroyed',
      `Deleting the stack ${stackName} now deletes its ledger, its tables and its key. ` +
        'Buckets must be emptied first.',
    );
    return RemovalPolicy.DESTROY;
  }
  if (destroyData || confirmDestroyData !== undefined) {
    notes.addWarningV2(
      'headgate:data-is-kept',
      'Only one of two keys is turned, so all data is kept when the stack is deleted. To destroy ' +
        `it: -c headgate:destroyData=true -c headgate:confirmDestroyData=${stackName}`,
    );
  }
  // On create too, a first deploy that failed would leave empty resources in the way of the next.
  return RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
};
