import { type Mutant, mutant } from './mutant.ts';

const validate = 'functions/validate/handler.ts';

/** What the stages and the queue keep to. */
export const stageMutants: readonly Mutant[] = [
  mutant(
    'documents-written-over',
    'a stage that runs twice writes over its document',
    'functions/run-documents.ts',
    '(await store.putOnce(uri(key), JSON.stringify(document)))',
    "(await store.put(uri(key), JSON.stringify(document)).then(() => 'written'))",
  ),
  mutant(
    'one-name-for-all',
    'a stage that runs twice writes over its data files',
    'core/layout.ts',
    'Math.floor(random() * 2 ** 32)',
    'Math.floor(random() * 0)',
  ),
  mutant(
    'failed-items-acknowledged',
    'a notice is deleted although its file could not be taken in',
    'functions/batch.ts',
    'batchItemFailures.push({ itemIdentifier: record.messageId });',
    '',
  ),
  mutant(
    'one-size-of-worker',
    'what kills a small worker is given up without a large one',
    'lib/pipeline-definition.ts',
    'errors: outgrown, output: item }, failed]',
    "errors: ['Nothing'], output: item }, failed]",
  ),
  mutant(
    'any-version',
    'the newest version is read instead of the announced one',
    'adapters/landing.ts',
    'VersionId: versionId,\n});',
    '});',
  ),
  {
    name: 'content-by-size',
    says: 'files of one size count as the same content',
    edits: [
      {
        file: validate,
        find: 'await claimed(deps, dataset, file, inflated.contentId)',
        replace:
          'await claimed(deps, dataset, file, ' +
          "String(file.sizeBytes).padStart(64, '0') as ContentId)",
      },
    ],
  },
  mutant(
    'old-content-is-a-duplicate',
    'a whole-table file with the bytes of an older one is left out',
    validate,
    "write.kind === 'replace'",
    "write.kind === 'append' && name === ''",
  ),
  mutant(
    'rejects-not-kept',
    'rejected rows are counted and thrown away',
    validate,
    'rejects === null\n        ? null',
    "rejects !== ''\n        ? null",
  ),
  mutant(
    'poison-takes-its-run',
    'a file that cannot be read fails its whole run',
    'functions/plan/handler.ts',
    'if (refusal !== undefined) return { fileId, was, ended: refusedAs(file, refusal) };',
    "if (refusal !== undefined) throw new Error('poison');",
  ),
  {
    isRare: true,
    ...mutant(
      'gone-is-an-error',
      'a deleted version fails its run instead of ending as GONE',
      'adapters/landing.ts',
      "['NoSuchKey', 'NoSuchVersion', 'NotFound'].includes(name)",
      "name === 'NoSuchKey'",
    ),
  },
  mutant(
    'missed-versions-stay-missed',
    'reconcile does not look for versions that no notice told of',
    'core/reconcile/versions.ts',
    'if (entry === undefined)',
    'if (entry === undefined && isExplained === true)',
  ),
  mutant(
    'dead-runs-stay-dead',
    'reconcile leaves runs alone whose execution is over',
    'core/reconcile/runs.ts',
    'if (isLeftAlone(run, now)) return null;',
    "if (isLeftAlone(run, now) || status === 'ended') return null;",
  ),
  mutant(
    'stranded-duplicates-stay',
    'the duplicate of a file that is gone publishes nothing',
    'core/reconcile/versions.ts',
    "owner?.state === 'GONE'",
    "owner?.state === 'CLAIMED'",
  ),
];
