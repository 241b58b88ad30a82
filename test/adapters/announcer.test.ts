import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { eventBridgeAnnouncer } from '../../adapters/announcer.ts';
import { at } from '../support/landed.ts';

const bus = mockClient(EventBridgeClient);
const announcer = eventBridgeAnnouncer(new EventBridgeClient({ region: 'us-east-1' }));
const event = { type: 'Dataset Updated', source: 'headgate', detail: { rows: 1 }, at: at(0) };

beforeEach(() => bus.reset());

test('an event is put as it is', async () => {
  bus.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
  await announcer.announce(event);
  expect(bus.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries).toEqual([
    {
      Source: 'headgate',
      DetailType: 'Dataset Updated',
      Detail: '{"rows":1}',
      Time: new Date(at(0)),
    },
  ]);
});

test('an entry that the bus refused inside a good reply is tried again', async () => {
  const Entries = [{ ErrorCode: 'InternalFailure' }];
  bus.on(PutEventsCommand).resolves({ FailedEntryCount: 1, Entries });
  await expect(announcer.announce(event)).rejects.toMatchObject({
    name: 'TransientError',
    message: 'announce Dataset Updated: the bus refused it (InternalFailure)',
  });
});

test('many events are put ten at a time, which is as many as one call takes', async () => {
  bus.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [] });
  await announcer.announceAll(Array.from({ length: 25 }, () => event));
  const calls = bus.commandCalls(PutEventsCommand);
  expect(calls.map(({ args }) => args[0].input.Entries?.length)).toEqual([10, 10, 5]);
});
