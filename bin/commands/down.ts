import { Command } from 'commander';
import { defaultDir, stopLocalAws } from '../local/local-aws.ts';
import { profileNames } from '../local/profiles.ts';
import { type MakeCommand, withExamples } from './command.ts';

/** `headgate down`: ends every local AWS of this clone; another clone's is none of our business. */
export const downCommand: MakeCommand = ({ out }) => {
  const command = new Command('down')
    .description('end the local AWS of this clone; what is in it is gone')
    .action(async () => {
      let stopped = 0;
      for (const profile of profileNames) {
        const end = await stopLocalAws(defaultDir(profile));
        if (end === 'not-running') continue;
        stopped += 1;
        out.line(`Ended the local AWS (profile ${profile}).`);
      }
      if (stopped === 0) out.line('The local AWS is not running.');
    });
  return withExamples(command, ['down']);
};
