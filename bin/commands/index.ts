import type { MakeCommand } from './command.ts';
import { deployCommand } from './deploy.ts';
import { downCommand } from './down.ts';
import { upCommand } from './up.ts';

/** Every command, in the order `headgate --help` lists them. A new one is one file and one line. */
export const commands: readonly MakeCommand[] = [upCommand, downCommand, deployCommand];
