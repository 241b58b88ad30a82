import type { Problem } from '../api/problem.ts';
import type { DatasetName } from '../ids.ts';
import { decideArrival } from '../landing/arrival.ts';
import type { Format } from '../landing/file-options.ts';
import { limits } from '../limits.ts';

/** What files of a format are called. Their bytes decide in the end; these names do not lie. */
const endings: Readonly<Record<Format, readonly string[]>> = {
  csv: ['csv', 'tsv', 'txt'],
  fixed: ['txt', 'dat', 'fwf'],
  jsonl: ['jsonl', 'ndjson', 'json'],
  json: ['json'],
  parquet: ['parquet'],
  avro: ['avro'],
  excel: ['xlsx'],
  xml: ['xml'],
};

const packings = ['gz', 'gzip', 'zst', 'zstd', 'zip'];

/** Nothing that a tool, a log or a file system could take for more than a letter of a name. */
const unsafe = /[/\\\p{Cc}\p{Cs}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;

/** Why a file cannot be uploaded under this name to a dataset; undefined where it can. */
export const fileNameProblem = (
  name: string,
  dataset: DatasetName,
  formats: readonly Format[],
): Problem | undefined => {
  const bad = (detail: string): Problem => ({ name: 'bad-request', pointer: '/file_name', detail });
  const max = limits.fileNameCharsMax;
  if (name === '' || [...name].length > max || unsafe.test(name) || /^\.{1,2}$/.test(name))
    return bad(`file_name is not 1 to ${max} characters without a path or a control character`);
  if (new TextEncoder().encode(name).length > limits.fileNameBytesMax)
    return bad(`file_name has more than ${limits.fileNameBytesMax} bytes as UTF-8`);
  const arrival = decideArrival({ key: `${dataset}/${name}`, sizeBytes: 1 }, [dataset]);
  if (arrival.kind === 'ignored')
    return bad(`a file of this name would be passed over in landing (${arrival.rule}); rename it`);
  const ending = endingOf(name);
  const allowed = [...new Set(formats.flatMap((format) => endings[format]))];
  if (ending === undefined || allowed.includes(ending)) return undefined;
  return {
    name: 'unsupported-type',
    pointer: '/file_name',
    detail:
      `the name's ending is of no format that ${dataset} takes; allowed are ` +
      `${allowed.map((one) => `.${one}`).join(', ')}, each also with .${packings.join(', .')}`,
  };
};

/** In small letters, without that of a packing; undefined of a name that promises nothing. */
const endingOf = (name: string): string | undefined => {
  const parts = name.toLowerCase().split('.').slice(1);
  if (packings.includes(parts.at(-1) ?? '')) parts.pop();
  return parts.at(-1);
};
