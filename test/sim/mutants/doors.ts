import { type Mutant, mutant } from './mutant.ts';

const stream = 'functions/stream/handler.ts';
const take = 'functions/take-records.ts';

const decided = "if ((await deps.shards.move(entry.turn, next)) === 'fenced') return 'fenced';";
const landed = 'await land(deps, work);';
const ended = "if ((await deps.shards.move(entry.turn, ended)) === 'fenced') return 'fenced';";

/** What makes a record that is sent or streamed land once. */
export const doorMutants: readonly Mutant[] = [
  mutant(
    'segment-decided-after-it-landed',
    'the objects of a segment are written before the ledger knows of it',
    stream,
    decided,
    `const early = placed(\n    segment,\n    decided.placed.map(({ reading }) => reading),\n  );\n  await land(deps, { entry, segment, left: segment.records, placed: early });\n  ${decided}`,
  ),
  {
    name: 'checkpoint-before-objects',
    says: 'a shard moves on before its segment has landed',
    edits: [
      { file: stream, find: `  ${landed}\n`, replace: '' },
      { file: stream, find: ended, replace: `${ended}\n  ${landed}` },
    ],
  },
  mutant(
    'segment-as-the-batch-has-it',
    'what a batch lacks of a segment is not read from the shard',
    stream,
    'if (own.length === segment.records) return own;',
    'if (own.length > 0) return own;',
  ),
  mutant(
    'segments-written-over',
    'an object of a segment is written over',
    stream,
    'await deps.store.putOnce(s3Uri(deps.landingBucket, key)',
    'await deps.store.put(s3Uri(deps.landingBucket, key)',
  ),
  {
    name: 'receipt-after-landing',
    says: 'the records of a call land before its receipt is decided',
    edits: [
      {
        file: take,
        find: 'const receipt = await decide(deps, receiptOf(deps, dataset, request));',
        replace: 'const receipt = receiptOf(deps, dataset, request);',
      },
      {
        file: take,
        find: "deps.log.info('records landed', {",
        replace: "await decide(deps, receipt);\n  deps.log.info('records landed', {",
      },
    ],
  },
  mutant(
    'receipt-written-over',
    'whoever repeats a call writes a receipt of its own',
    take,
    "if ((await store.putOnce(uri, JSON.stringify(own))) === 'written') return own;",
    "await store.put(uri, JSON.stringify(own));\n  if (uri !== '') return own;",
  ),
];
