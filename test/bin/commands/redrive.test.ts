import { describe, expect, test } from 'vitest';
import { redriveLetters } from '../../../bin/commands/redrive.ts';
import { letterOf } from '../../../core/dead-letter.ts';
import { limits } from '../../../core/limits.ts';
import { landingBucket, objectCreated } from '../../support/events.ts';
import { at } from '../../support/landed.ts';
import { fakeStack } from '../fake-stack.ts';

const sound = objectCreated({ key: 'orders/a.csv' });
const filler = ' '.repeat(limits.letterCharsMax);
const clock = () => at(9);
const ask = { id: [] as string[], all: false, dismiss: false, dryRun: false };

const world = (bodies: Readonly<Record<string, string>>) => {
  const fake = fakeStack();
  for (const [messageId, body] of Object.entries(bodies)) {
    const message = { messageId, body, undelivered: null };
    const tied = { fileId: null, entry: undefined };
    fake.letters.set(messageId, letterOf(message, landingBucket, tied, at(1)));
  }
  const redrive = async (request: Partial<typeof ask>) =>
    (await redriveLetters(fake.stack, { ...ask, ...request }, clock)).map(
      ({ letter, outcome }) => `${letter.messageId} ${outcome}`,
    );
  const states = () => [...fake.letters.values()].map((one) => `${one.messageId} ${one.state}`);
  return { ...fake, redrive, states };
};

describe('redrive', () => {
  test('lists, and does nothing, when it is not told which', async () => {
    const { redrive, states, sent } = world({ m1: sound });
    expect(await redrive({})).toEqual(['m1 open']);
    expect([states(), sent]).toEqual([['m1 open'], []]);
  });

  test('sends all that a delivery may mend, each as it came or made again, once', async () => {
    const { redrive, states, sent } = world({
      ...{ m1: sound, m2: 'hello', m3: filler + sound, m4: `hello${filler}` },
    });
    const outcomes = await redrive({ all: true });
    expect(outcomes.sort()).toEqual(['m1 sent', 'm2 left', 'm3 sent', 'm4 left']);
    expect(states()).toEqual(['m1 redriven', 'm2 open', 'm3 redriven', 'm4 open']);
    expect(sent).toContain(sound);
    expect(sent).toHaveLength(2);
    await redrive({ all: true });
    expect(await redrive({ id: ['m1'] })).toEqual(['m1 left']);
    expect(sent).toHaveLength(2);
  });

  test('sends what is named even if nobody thinks that it helps', async () => {
    const { redrive, sent } = world({ m2: 'hello' });
    expect(await redrive({ id: ['m2'] })).toEqual(['m2 sent']);
    expect(sent).toEqual(['hello']);
  });

  test('closes what is dismissed, and sends nothing', async () => {
    const { redrive, states, sent } = world({ m2: 'hello' });
    expect(await redrive({ id: ['m2'], dismiss: true })).toEqual(['m2 dismissed']);
    expect([states(), sent]).toEqual([['m2 resolved'], []]);
  });

  test('changes nothing on a dry run', async () => {
    const { redrive, states, sent } = world({ m1: sound });
    expect(await redrive({ all: true, dryRun: true })).toEqual(['m1 sent']);
    expect(await redrive({ id: ['m1'], dismiss: true, dryRun: true })).toEqual(['m1 dismissed']);
    expect([states(), sent]).toEqual([['m1 open'], []]);
  });

  test('that dies between sending and noting it sends once more, and loses nothing', async () => {
    const { stack, letters, sent } = world({ m1: sound });
    const moveLetter = async () => {
      throw new Error('the worker died');
    };
    const dying = { ...stack, ledger: { ...stack.ledger, moveLetter } };
    await expect(redriveLetters(dying, { ...ask, all: true }, clock)).rejects.toThrow('died');
    expect(letters.get('m1')?.state).toBe('open');
    await redriveLetters(stack, { ...ask, all: true }, clock);
    expect(sent).toEqual([sound, sound]);
  });

  test('names a letter that is not there', async () => {
    await expect(world({}).redrive({ id: ['m9'] })).rejects.toThrow(/no dead letter m9/);
  });
});
