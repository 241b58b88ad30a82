import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { Output } from '../console/output.ts';
import type { BenchData } from './data.ts';
import { type Spread, spreadOf } from './figures.ts';
import { runMeasured } from './runner.ts';
import { verifyOutput } from './verify.ts';

/** How long a warm process takes for a small file; null where it failed. */
export type Small = {
  readonly rows: number;
  readonly calls: number;
  readonly ms: Spread | null;
  readonly faults: readonly string[];
};

export type SmallPlan = {
  readonly data: BenchData;
  readonly calls: number;
  readonly folder: string;
  readonly pin: readonly string[];
};

const Printed = z.object({ eachMs: z.array(z.number()) });
const warmScript = fileURLToPath(new URL('warm.ts', import.meta.url));

/** Calls the engine again and again in one process, and checks what every call wrote. */
export const measureSmall = async (plan: SmallPlan, output: Output): Promise<Small> => {
  const { data, calls, folder, pin } = plan;
  const { rows, input, products, expected } = data;
  const out = join(folder, 'out-small');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  try {
    const end = await runMeasured({ args: [warmScript, input, products, out, `${calls}`] }, pin);
    if (end.kind === 'failed') return { rows, calls, ms: null, faults: [end.why] };
    const { eachMs } = Printed.parse(JSON.parse(end.stdout));
    const faults: string[] = [];
    for (const call of eachMs.keys()) {
      const wrong = await verifyOutput(join(out, String(call)), expected);
      faults.push(...wrong.map((fault) => `call ${call + 1}: ${fault}`));
    }
    const ms = spreadOf(eachMs);
    output.note(`  ${rows} rows, ${calls} calls: ${ms.median.toFixed(1)} ms`);
    return { rows, calls, ms, faults };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
};
