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

export type ComparePlan = {
  readonly data: BenchData;
  readonly peers: readonly PeerId[];
  readonly reps: number;
  readonly folder: string;
  readonly pin: readonly string[];
};

/** A loop over rows takes minutes above this; one repetition is enough to see by how much. */
const SLOW_ROWS = 2_000_000;
const SLOW_PEERS: ReadonlySet<PeerId> = new Set(['zod']);

/** Each repetition starts with another peer: a disk or a CPU that warms up favours nobody. */
export const rotated = <T>(list: readonly T[], by: number): T[] => {
  const start = list.length === 0 ? 0 : by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
};

const takesPart = (peer: PeerId, rep: number, rows: number): boolean =>
  rep === 0 || rows <= SLOW_ROWS || !SLOW_PEERS.has(peer);

/** Runs the peers by turns on one file, and checks every output. */
export const compare = async (plan: ComparePlan, out: Output): Promise<Comparison> => {
  const { data, reps } = plan;
  const samples = new Map<PeerId, Sample[]>(plan.peers.map((id) => [id, []]));
  const faults = new Map<PeerId, string[]>(plan.peers.map((id) => [id, []]));
  for (let rep = 0; rep < reps; rep++) {
    for (const id of rotated(plan.peers, rep)) {
      if (!takesPart(id, rep, data.rows)) continue;
      const { sample, wrong } = await runOnce(id, plan);
      if (sample) samples.get(id)?.push(sample);
      faults.get(id)?.push(...wrong.map((fault) => `repetition ${rep + 1}: ${fault}`));
      out.note(`  ${data.rows} rows, ${rep + 1}/${reps}: ${told(peers[id], sample, wrong)}`);
    }
  }
  const results = plan.peers.map((peer) => ({
    peer,
    samples: samples.get(peer) ?? [],
    faults: faults.get(peer) ?? [],
  }));
  return { rows: data.rows, bytes: data.expected.bytes, results };
};

const runOnce = async (
  id: PeerId,
  { data, folder, pin }: ComparePlan,
): Promise<{ sample?: Sample; wrong: readonly string[] }> => {
  const peer: Peer = peers[id];
  const out = join(folder, `out-${id}`);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  try {
    const end = await runMeasured(peer.run({ ...data, out }), pin);
    if (end.kind === 'failed') return { wrong: [end.why] };
    const wrong = peer.validates ? await verifyOutput(out, data.expected) : [];
    return { sample: end.sample, wrong };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
};

const told = (peer: Peer, sample: Sample | undefined, wrong: readonly string[]): string => {
  const figures = sample
    ? `${sample.wallSeconds.toFixed(2)} s, ${sample.peakMegabytes.toFixed(0)} MB`
    : 'failed';
  const verdict = peer.validates ? 'every planted row found' : 'not checked';
  return `${peer.name} ${figures}; ${wrong.length === 0 ? verdict : wrong.join('; ')}`;
};
