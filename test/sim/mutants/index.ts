import { commitMutants } from './commit.ts';
import { doorMutants } from './doors.ts';
import { ledgerMutants } from './ledger.ts';
import type { Mutant } from './mutant.ts';
import { replayMutants } from './replay.ts';
import { stageMutants } from './stages.ts';

/** Every fault that the simulator must find. */
export const mutants: readonly Mutant[] = [
  ...ledgerMutants,
  ...commitMutants,
  ...stageMutants,
  ...replayMutants,
  ...doorMutants,
];
