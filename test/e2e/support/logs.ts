import * as z from 'zod';
import { signedPost } from './signed.ts';

const call = async (action: string, input: object): Promise<unknown> =>
  JSON.parse(
    await signedPost('logs', JSON.stringify(input), {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `Logs_20140328.${action}`,
    }),
  );

const Groups = z.object({ logGroups: z.array(z.object({ logGroupName: z.string() })) });
const Events = z.object({
  events: z.array(z.object({ message: z.string() })),
  nextToken: z.string().optional(),
});

/** Names of all log groups. */
export const logGroups = async (): Promise<readonly string[]> =>
  Groups.parse(await call('DescribeLogGroups', {})).logGroups.map((group) => group.logGroupName);

/** Every line of a log group. */
export const logLines = async (logGroupName: string): Promise<readonly string[]> => {
  const lines: string[] = [];
  let nextToken: string | undefined;
  do {
    const more = nextToken === undefined ? {} : { nextToken };
    const page = Events.parse(await call('FilterLogEvents', { logGroupName, ...more }));
    lines.push(...page.events.map(({ message }) => message));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return lines;
};
