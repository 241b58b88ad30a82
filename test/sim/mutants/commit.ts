import { type Mutant, mutant } from './mutant.ts';

const commit = 'core/load/commit.ts';

/** What makes a run one snapshot. */
export const commitMutants: readonly Mutant[] = [
  {
    name: 'no-run-id-check',
    says: 'a commit does not look for the run’s snapshot, and makes another',
    edits: [
      { file: commit, find: 'if (found !== undefined) {', replace: 'if (found === null) {' },
      {
        file: commit,
        find: 'snapshotId: snapshotIdOf(runId),',
        replace: 'snapshotId: snapshotIdOf(runId + world.random()),',
      },
    ],
  },
  mutant(
    'no-ref-assertion',
    'a commit does not say which snapshot it builds on',
    commit,
    'prepared.requirements, prepared.updates',
    "prepared.requirements.filter(({ type }) => type !== 'assert-ref-snapshot-id')," +
      ' prepared.updates',
  ),
  mutant(
    'cleanup-on-unknown',
    'what a commit wrote is taken away when its outcome is unknown',
    commit,
    "return reply.kind === 'committed'",
    "if (reply.kind === 'unknown')\n" +
      "    for (const { uri } of prepared.files) await world.store.put(uri, '');\n" +
      "  return reply.kind === 'committed'",
  ),
  {
    name: 'stale-reload',
    isRare: true,
    says: 'a lost race is tried again with the files of the first look',
    edits: [
      {
        file: commit,
        find: 'const change = await job.decide(base);',
        replace:
          'const looks = (globalThis.looks ??= new WeakMap());\n' +
          '  const first = looks.get(job) ?? base;\n  looks.set(job, first);\n' +
          '  base = { ...base, manifests: first.manifests };\n' +
          '  const change = await job.decide(base);',
      },
    ],
  },
  mutant(
    'unknown-is-success',
    'a commit without an answer counts as done',
    commit,
    "return reply.kind === 'committed'",
    "return reply.kind !== 'conflict'",
  ),
  mutant(
    'older-replaces-newer',
    'an older whole-table file replaces a newer one',
    'functions/load/handler.ts',
    'if (published > order) {',
    "if (published > order && order === '') {",
  ),
  mutant(
    'given-up-unread',
    'a run is given up without a look into its table',
    'core/failure.ts',
    "if (failure.run.state === 'LOADING') {",
    "if (failure.run.state === 'CREATED') {",
  ),
  mutant(
    'published-unloaded',
    'a run is published before it is committed',
    'lib/pipeline-definition.ts',
    "'Load' },",
    "'Publish' },",
  ),
  mutant(
    'empty-replacement-changes-nothing',
    'a table that is replaced by a file without rows keeps its old ones',
    'functions/owned-run.ts',
    "write.kind === 'replace' || commits(transformed, replayed)",
    'commits(transformed, replayed)',
  ),
  {
    isRare: true,
    ...mutant(
      'a-snapshot-that-says-nothing-is-older',
      'a snapshot of another writer hides how new a table is',
      'functions/load/handler.ts',
      "const parent = snapshot['parent-snapshot-id'];",
      'const parent = null;',
    ),
  },
  mutant(
    'given-up-in-words-only',
    'a given-up attempt may still commit what it has sent',
    'functions/handle-failure.ts',
    'const found = await giveUpAttempt(deps.world, dataset, runId, fence);',
    'const found = null as Snapshot | null;',
  ),
];
