import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { TransientError } from '../core/errors.ts';
import type { Announcer } from '../core/ports.ts';
import { calling } from './aws-errors.ts';

/** Puts events on the account's default bus. PutEvents answers 200 also for entries it refused. */
export const eventBridgeAnnouncer = (client: EventBridgeClient): Announcer => ({
  announce: async ({ type, source, detail, at }) => {
    const doing = `announce ${type}`;
    const entry = {
      Source: source,
      DetailType: type,
      Detail: JSON.stringify(detail),
      Time: new Date(at),
    };
    const reply = await calling(doing, () =>
      client.send(new PutEventsCommand({ Entries: [entry] })),
    );
    const code = reply.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined)?.ErrorCode;
    if (code !== undefined || (reply.FailedEntryCount ?? 0) > 0)
      throw new TransientError(`${doing}: the bus refused it (${code ?? 'no code'})`);
  },
});
