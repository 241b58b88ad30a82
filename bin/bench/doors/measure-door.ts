import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { Output } from '../../console/output.ts';
import { type Spread, spreadOf } from '../figures.ts';
import { runMeasured } from '../runner.ts';

/** The functions behind the doors, each with a peer of its own. */
export const doorNames = ['stream', 'api'] as const;
export type DoorName = (typeof doorNames)[number];

export const peerOf: Readonly<Record<DoorName, string>> = {
  stream: 'JSON.parse and a check by hand',
  api: 'JSON.parse and zod',
};

/** A warm function beside its peer; the figures are null where it failed. */
export type DoorFigures = {
  readonly door: DoorName;
  readonly records: number;
  readonly turns: number;
  readonly oursMs: Spread | null;
  readonly peerMs: Spread | null;
  /** Headgate's rate as a share of the peer's, turn by turn. */
  readonly share: Spread | null;
  readonly faults: readonly string[];
};

const Printed = z.object({
  records: z.number(),
  oursMs: z.array(z.number()),
  peerMs: z.array(z.number()),
});
const script = fileURLToPath(new URL('warm-doors.ts', import.meta.url));

type Plan = { readonly turns: number; readonly pin: readonly string[] };

/** Runs one door in a process of its own; both sides take turns in it. */
export const measureDoor = async (
  door: DoorName,
  { turns, pin }: Plan,
  out: Output,
): Promise<DoorFigures> => {
  const end = await runMeasured({ args: [script, door, `${turns}`] }, pin);
  if (end.kind === 'failed') {
    const none = { oursMs: null, peerMs: null, share: null };
    return { door, records: 0, turns, ...none, faults: [end.why] };
  }
  const { records, oursMs, peerMs } = Printed.parse(JSON.parse(end.stdout));
  const share = spreadOf(oursMs.map((ms, at) => (peerMs[at] ?? Number.NaN) / ms));
  out.note(`  ${door}: ${turns} turns of ${records} records`);
  return {
    ...{ door, records, turns, share, faults: [] },
    ...{ oursMs: spreadOf(oursMs), peerMs: spreadOf(peerMs) },
  };
};
