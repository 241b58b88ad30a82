import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { TransientError } from '../core/errors.ts';
import type { Announcer } from '../core/ports.ts';
import { calling } from './aws-errors.ts';

/** Events of one call. */
const entriesMax = 10;

/** Puts events on the account's default bus. PutEvents answers 200 also for entries it refused. */
export const eventBridgeAnnouncer = (client: EventBridgeClient): Announcer => {
  const put = async (events: Parameters<Announcer['announceAll']>[0]): Promise<void> => {
    const doing = `announce ${[...new Set(events.map(({ type }) => type))].join(', ')}`;
    const Entries = events.map(({ type, source, detail, at }) => ({
      Source: source,
      DetailType: type,
      Detail: JSON.stringify(detail),
      Time: new Date(at),
    }));
    const reply = await calling(doing, () => client.send(new PutEventsCommand({ Entries })));
    const code = reply.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined)?.ErrorCode;
    if (code !== undefined || (reply.FailedEntryCount ?? 0) > 0)
      throw new TransientError(`${doing}: the bus refused it (${code ?? 'no code'})`);
  };
  return {
    announce: (event) => put([event]),
    announceAll: async (events) => {
      for (let at = 0; at < events.length; at += entriesMax)
        await put(events.slice(at, at + entriesMax));
    },
  };
};
