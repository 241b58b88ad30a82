import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Output } from '../console/output.ts';
import type { BenchData } from './data.ts';
import { type Peer, type PeerId, peers } from './peers.ts';
import { runMeasured, type Sample } from './runner.ts';
import { verifyOutput } from './verify.ts';

/** All runs of one peer on one file. */
export type PeerResult = {
  readonly peer: PeerId;
  /** Rows and size of its file: a capped peer has a smaller one than the others. */
  readonly rows: number;
  readonly bytes: number;
  readonly samples: readonly Sample[];
  /** What was wrong with its output or its end, in any repetition. */
  readonly faults: readonly string[];
};

/** One file, every peer. */
export type Comparison = {
  readonly rows: number;
  readonly bytes: number;
  readonly results: readonly PeerResult[];
};

/** One peer and the file it gets. */
export type Entry = { readonly peer: PeerId; readonly data: BenchData };

export type ComparePlan = {
  /** The file of this comparison; a capped peer's entry has another. */
  readonly data: BenchData;
  readonly entries: readonly Entry[];
  readonly reps: number;
  readonly folder: string;
  readonly pin: readonly string[];
  readonly python: string;
};

const SLOW_ROWS = 2_000_000;

/** Each repetition starts with another peer: a disk or a CPU that warms up favours nobody. */
export const rotated = <T>(list: readonly T[], by: number): T[] => {
  const start = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
};

const takesPart = ({ peer, data }: Entry, rep: number): boolean =>
  rep === 0 || data.rows <= SLOW_ROWS || !peers[peer].isSlow;

/** Runs the peers by turns on one file, and checks every output. */
export const compare = async (plan: ComparePlan, out: Output): Promise<Comparison> => {
  const { data, reps, entries } = plan;
  const samples = new Map<PeerId, Sample[]>(entries.map(({ peer }) => [peer, []]));
  const faults = new Map<PeerId, string[]>(entries.map(({ peer }) => [peer, []]));
  for (let rep = 0; rep < reps; rep++) {
    for (const entry of rotated(entries, rep)) {
      if (!takesPart(entry, rep)) continue;
      const { peer } = entry;
      const { sample, wrong } = await runOnce(entry, plan);
      if (sample) samples.get(peer)?.push(sample);
      faults.get(peer)?.push(...wrong.map((fault) => `repetition ${rep + 1}: ${fault}`));
      out.note(`  ${entry.data.rows} rows, ${rep + 1}/${reps}: ${told(peer, sample, wrong)}`);
    }
  }
  const results = entries.map(({ peer, data: { rows, expected } }) => ({
    peer,
    rows,
    bytes: expected.bytes,
    samples: samples.get(peer) ?? [],
    faults: faults.get(peer) ?? [],
  }));
  return { rows: data.rows, bytes: data.expected.bytes, results };
};

const runOnce = async (
  { peer: id, data }: Entry,
  { folder, pin, python }: ComparePlan,
): Promise<{ sample?: Sample; wrong: readonly string[] }> => {
  const peer: Peer = peers[id];
  const out = join(folder, `out-${id}`);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  try {
    const end = await runMeasured(peer.run({ ...data, out, python }), pin);
    if (end.kind === 'failed') return { wrong: [end.why] };
    const wrong = peer.validates ? await verifyOutput(out, data.expected) : [];
    return { sample: end.sample, wrong };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
};

const told = (id: PeerId, sample: Sample | undefined, wrong: readonly string[]): string => {
  const { name, validates } = peers[id];
  const figures = sample
    ? `${sample.wallSeconds.toFixed(2)} s, ${sample.peakMegabytes.toFixed(0)} MB`
    : 'failed';
  const verdict = validates ? 'every planted row found' : 'not checked';
  return `${name} ${figures}; ${wrong.length === 0 ? verdict : wrong.join('; ')}`;
};
