import { contractVersion } from '../../core/contract.ts';
import { executionName } from '../../core/execution-name.ts';
import { EpochMs } from '../../core/ids.ts';
import type { Executions, LandedVersions, ListedVersion, Notices } from '../../core/ports.ts';
import { deadLetters } from '../../functions/dead-letters/handler.ts';
import { reconcile } from '../../functions/reconcile/handler.ts';
import { landingBucket, sqsRecord } from './events.ts';
import { type Fault, faulty } from './faults.ts';
import type { memoryStack } from './memory-stack.ts';

type Stack = ReturnType<typeof memoryStack>;

const noFault: Fault = () => undefined;
/** Small, so that tests walk over several pages. */
const versionsPerPage = 2;

/** Reconcile and the dead letters beside a stack in memory, each port with its faults. */
export const reconciling = (stack: Stack) => {
  /** Notices that were sent to intake, and nobody has taken in. */
  const queue: string[] = [];
  /** Executions that were stopped, or lost, before they did anything. */
  const lost = { ended: new Set<string>(), forgotten: new Set<string>() };
  const landing: LandedVersions = {
    versions: async (prefix, from) => {
      const all = [...stack.versions].flatMap(([name, object]) => listed(name, object));
      const found = all.filter(({ key }) => key.startsWith(prefix));
      const start = Number(from ?? 0);
      const next = start + versionsPerPage;
      const more = next < found.length ? String(next) : null;
      return { versions: found.slice(start, next), next: more };
    },
  };
  const executions: Executions = {
    status: async (name) => {
      if (lost.forgotten.has(name)) return 'unknown';
      if (lost.ended.has(name)) return 'ended';
      const started = [...stack.pipeline.started].find(
        ([, pointer]) => executionName(pointer) === name,
      );
      if (started === undefined) return 'unknown';
      return stack.ran.has(started[0]) ? 'ended' : 'running';
    },
  };
  const notices: Notices = { send: async (body) => void queue.push(body) };
  const worker = (fault: Fault = noFault) => {
    const { wrap, passed } = faulty(fault);
    const call = reconcile({
      ...{ ...stack.telemetry, ...stack.names, now: stack.now, pipelineArn: 'arn:pipeline' },
      ledger: wrap(stack.ledger),
      landing: wrap(landing),
      store: wrap(stack.store),
      world: { ...stack.world, catalog: wrap(stack.catalog) },
      executions: wrap(executions),
      pipeline: wrap(stack.pipeline),
      notices: wrap(notices),
      datasets: stack.datasets.map(({ name }) => name),
      contracts: new Map(stack.datasets.map((each) => [each.name, contractVersion(each)])),
    });
    return { call, passed };
  };
  /** Takes in what was sent, and runs what that started. */
  const settle = async (): Promise<void> => {
    await stack.deliver(queue.splice(0));
    await stack.execute();
  };
  const bury = (messages: readonly (readonly [id: string, body: string])[], fault = noFault) => {
    const { wrap } = faulty(fault);
    return deadLetters({
      ...{ ...stack.telemetry, now: stack.now, landingBucket, versionsOf: async () => [] },
      ledger: wrap(stack.ledger),
    })({ Records: messages.map(([id, body]) => sqsRecord(id, body)) });
  };
  return { queue, lost, landing, executions, notices, worker, settle, bury };
};

const listed = (
  name: string,
  object: Stack['versions'] extends ReadonlyMap<string, infer Object> ? Object : never,
): ListedVersion[] => {
  if (typeof object === 'string') return [];
  const at = name.lastIndexOf('@');
  const [key, versionId] = [name.slice(0, at), name.slice(at + 1)];
  const sizes = { sizeBytes: object.bytes.length, landedAt: EpochMs.parse(object.at) };
  return [{ bucket: landingBucket, key, versionId, etag: 'e', ...sizes }];
};
