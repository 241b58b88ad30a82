import { apiKeyCommand } from './api-key.ts';
import type { MakeCommand } from './command.ts';
import { contractCommand } from './contract.ts';
import { datasetsCommand } from './datasets.ts';
import { deployCommand } from './deploy.ts';
import { discardCommand } from './discard.ts';
import { downCommand } from './down.ts';
import { entitiesCommand } from './entities.ts';
import { entityCommand } from './entity.ts';
import { inferCommand } from './infer.ts';
import { landCommand } from './land.ts';
import { processCommand } from './process.ts';
import { pushCommand } from './push.ts';
import { qualityCommand } from './quality.ts';
import { queryCommand } from './query.ts';
import { reconcileCommand } from './reconcile.ts';
import { redriveCommand } from './redrive.ts';
import { rejectsCommand } from './rejects.ts';
import { releaseCommand } from './release.ts';
import { replayCommand } from './replay.ts';
import { runCommand } from './run.ts';
import { runsCommand } from './runs.ts';
import { startCommand } from './start.ts';
import { statusCommand } from './status.ts';
import { testCommand } from './test.ts';
import { upCommand } from './up.ts';
import { uploadCommand } from './upload.ts';

/** Every command, in the order `headgate --help` lists them. A new one is one file and one line. */
export const commands: readonly MakeCommand[] = [
  startCommand,
  upCommand,
  downCommand,
  deployCommand,
  statusCommand,
  datasetsCommand,
  landCommand,
  pushCommand,
  uploadCommand,
  apiKeyCommand,
  runsCommand,
  runCommand,
  releaseCommand,
  discardCommand,
  reconcileCommand,
  redriveCommand,
  replayCommand,
  qualityCommand,
  rejectsCommand,
  queryCommand,
  entityCommand,
  entitiesCommand,
  processCommand,
  testCommand,
  contractCommand,
  inferCommand,
];
