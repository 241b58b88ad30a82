import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileIdOf } from '../../core/landing/file-id.ts';
import type { FileEntry } from '../../core/ledger.ts';
import { UserError } from '../console/errors.ts';
import type { Output } from '../console/output.ts';
import { productsCsv } from '../generate/products.ts';
import { writeOrders } from '../generate/write-orders.ts';
import { findTarget } from '../local/target.ts';
import { type DeployedStack, withStack } from '../world.ts';
import { percentile } from './figures.ts';

export type Latency =
  | { readonly kind: 'skipped'; readonly why: string }
  | {
      readonly kind: 'measured';
      readonly where: string;
      readonly drops: number;
      readonly p50Ms: number;
      readonly p95Ms: number;
      readonly eachMs: readonly number[];
    };

export type LatencyPlan = {
  readonly drops: number;
  readonly stack: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

const ROWS_PER_DROP = 100;
const POLL_MS = 20;
const WAIT_MS_MAX = 60_000;
/** Far from every order a user has: these rows stay in the local table. */
const FIRST_ORDER = 5_000_000_000;

const START_ONE = 'Start a local AWS with: npx headgate up';

type Landed = { readonly key: string; readonly path: string };

/** From before the upload to the ledger's last word, in milliseconds. */
const timeDrop = async (stack: DeployedStack, { key, path }: Landed): Promise<number> => {
  const bucket = stack.outputs.LandingBucket;
  const started = performance.now();
  const versionId = await stack.drop({ bucket, key, path });
  const fileId = fileIdOf({ bucket, key, versionId });
  const tookMs = (): number => performance.now() - started;
  for (;;) {
    const entry: FileEntry | undefined = await stack.ledger.file(fileId);
    if (entry?.state === 'PUBLISHED' || entry?.state === 'DUPLICATE') return tookMs();
    if (entry !== undefined && entry.state !== 'CLAIMED')
      throw new UserError({ what: `${key} ended as ${entry.state}: ${entry.reason?.detail}` });
    if (tookMs() > WAIT_MS_MAX)
      throw new UserError({ what: `${key} was not published within ${WAIT_MS_MAX / 1000} s.` });
    await sleep(POLL_MS);
  }
};

const dropMany = async (
  stack: DeployedStack,
  { drops }: LatencyPlan,
  out: Output,
): Promise<number[]> => {
  const dir = mkdtempSync(join(tmpdir(), 'headgate-latency-'));
  // Content seen before is a duplicate, which ends sooner: every round has orders of its own.
  const round = Math.floor(Date.now() / 1000);
  try {
    const products = join(dir, 'products.csv');
    writeFileSync(products, productsCsv());
    await timeDrop(stack, { key: `products/bench/${round}.csv`, path: products });
    const times: number[] = [];
    // The first drop starts the functions; it is not counted.
    for (let drop = 0; drop <= drops; drop++) {
      const path = join(dir, `${drop}.csv`);
      const firstOrder = FIRST_ORDER + drop * ROWS_PER_DROP;
      writeOrders(path, { rows: ROWS_PER_DROP, format: 'csv', seed: round + drop, firstOrder });
      const ms = await timeDrop(stack, { key: `orders/bench/${round}-${drop}.csv`, path });
      out.note(`  drop ${drop}/${drops}: ${ms.toFixed(0)} ms`);
      if (drop > 0) times.push(ms);
    }
    return times;
  } finally {
    rmSync(dir, { recursive: true });
  }
};

/** Drops small files one after another; never on a real AWS, where the rows would stay. */
export const measureLatency = async (plan: LatencyPlan, out: Output): Promise<Latency> => {
  const target = await findTarget(plan.env);
  if (target.kind === 'aws')
    return { kind: 'skipped', why: `No local AWS is running. ${START_ONE}` };
  const { stack: name, env } = plan;
  try {
    return await withStack({ out, env }, name, async (stack) => {
      const eachMs = await dropMany(stack, plan, out);
      return {
        kind: 'measured',
        where: target.label,
        drops: eachMs.length,
        p50Ms: percentile(eachMs, 0.5),
        p95Ms: percentile(eachMs, 0.95),
        eachMs,
      };
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: 'skipped', why: error.message };
  }
};
