import * as z from 'zod';
import type { Problem } from '../api/problem.ts';
import type { Dataset } from '../dataset.ts';
import { sha256 } from '../hash.ts';
import { DatasetName } from '../ids.ts';
import { limits } from '../limits.ts';
import { Announced, unreadable } from './announced.ts';
import { fileNameProblem } from './file-name.ts';

/** An upload that was let in, as the clean zone keeps it; the first one of a call stands. */
export const Upload = z.object({
  upload: z.string().regex(/^[0-9a-f]{32}$/),
  dataset: DatasetName,
  sender: z.string(),
  /** Of what was announced: tells a repeat from another call. */
  announced_sha256: z.string(),
  file_name: z.string(),
  size_bytes: z.number(),
  content_type: z.string(),
  /** Base64, as S3 wants it. */
  checksum_sha256: z.string(),
  /** Where the file lands. */
  key: z.string(),
  /** Null where the file is sent in one piece. */
  multipart: z
    .object({
      /** As S3 calls the upload. */
      id: z.string(),
      part_size: z.number(),
      /** Base64, one for each part; null where the sender did not tell. */
      checksums: z.array(z.string()).nullable(),
    })
    .nullable(),
});
export type Upload = z.infer<typeof Upload>;

export type Plan =
  | { readonly kind: 'plan'; readonly upload: Omit<Upload, 'multipart'>; readonly parts: Parts }
  | { readonly kind: 'refused'; readonly problem: Problem };
type Parts = Omit<NonNullable<Upload['multipart']>, 'id'> | null;

const refused = (problem: Problem): Plan => ({ kind: 'refused', problem });

/** Where uploads land below a dataset's prefix: files as any, each in a folder of its own. */
const uploadsFolder = '_uploads';
/** What is written there, and in the clean zone, for rights. */
export const uploadsPattern = `*/${uploadsFolder}/*`;
/** Where an upload is written down in the clean zone. */
export const uploadKey = (dataset: DatasetName, id: string): string =>
  `${dataset}/${uploadsFolder}/${id}.json`;

/** Judges what was announced; nothing of the file itself is here yet. */
export const planUpload = (
  { name: dataset, files }: Pick<Dataset, 'name' | 'files'>,
  { sender, key, body }: { readonly sender: string; readonly key: string; readonly body: unknown },
): Plan => {
  const parsed = Announced.safeParse(body);
  if (!parsed.success) return refused(unreadable(parsed.error.issues[0]));
  const announced = parsed.data;
  const { file_name, size_bytes } = announced;
  const nameProblem = fileNameProblem(file_name, dataset, files.formats);
  if (nameProblem !== undefined) return refused(nameProblem);
  if (size_bytes > limits.fileBytesMax)
    return refused({
      name: 'too-large',
      pointer: '/size_bytes',
      detail: `a file has at most ${limits.fileBytesMax} bytes; split it`,
    });
  const parts = partsAsked(announced);
  if (parts !== null && 'problem' in parts) return refused(parts.problem);
  const id = sha256(['upload', sender, dataset, key].join('\0')).slice(0, 32);
  return {
    kind: 'plan',
    upload: {
      ...{ upload: id, dataset, sender, file_name, size_bytes },
      announced_sha256: sha256(JSON.stringify(announced)),
      content_type: announced.content_type,
      checksum_sha256: asBase64(announced.checksum_sha256),
      key: `${dataset}/${uploadsFolder}/${id}/${file_name}`,
    },
    parts,
  };
};

/** How the file is cut; null where it is sent in one piece. */
const partsAsked = (announced: Announced): Parts | { readonly problem: Problem } => {
  const { size_bytes, part_size = limits.uploadPartBytes, parts_sha256 } = announced;
  const isWhole = size_bytes <= (announced.part_size ?? limits.uploadSingleBytesMax);
  const count = Math.ceil(size_bytes / part_size);
  const bad = (pointer: string, detail: string) => ({
    problem: { name: 'bad-request', pointer, detail } as const,
  });
  if (part_size < limits.uploadPartBytesMin || count > limits.uploadPartsMax)
    return bad(
      '/part_size',
      `part_size is at least ${limits.uploadPartBytesMin} bytes, and so large that there are ` +
        `at most ${limits.uploadPartsMax} parts`,
    );
  const checksums = parts_sha256?.map(asBase64) ?? null;
  const wanted = isWhole ? 0 : count;
  if (checksums !== null && checksums.length !== wanted)
    return bad(
      '/parts_sha256',
      `parts_sha256 has ${checksums.length} checksums for ${wanted} parts`,
    );
  return isWhole ? null : { part_size, checksums };
};

const asBase64 = (digest: string): string =>
  digest.length === 64
    ? btoa(
        String.fromCharCode(...(digest.match(/../g) ?? []).map((two) => Number.parseInt(two, 16))),
      )
    : digest;

/** The parts of an upload, by their numbers from 1 on. */
export const partsOf = ({
  size_bytes,
  multipart,
}: Pick<Upload, 'size_bytes' | 'multipart'>): readonly PlannedPart[] => {
  if (multipart === null) return [];
  const { part_size, checksums } = multipart;
  return Array.from({ length: Math.ceil(size_bytes / part_size) }, (_, at) => ({
    number: at + 1,
    size_bytes: Math.min(part_size, size_bytes - at * part_size),
    checksum: checksums?.[at] ?? null,
  }));
};
export type PlannedPart = {
  readonly number: number;
  readonly size_bytes: number;
  readonly checksum: string | null;
};

/** A part as S3 has it. */
export type UploadedPart = {
  readonly number: number;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly checksum: string | null;
};

export type Judged =
  | { readonly kind: 'whole' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'missing'; readonly numbers: readonly number[] };

/** Compares what S3 has with what was announced: each part by its size, and so the whole. */
export const judgeParts = (
  planned: readonly PlannedPart[],
  uploaded: readonly UploadedPart[],
): Judged => {
  const total = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0);
  const announced = total(planned.map(({ size_bytes }) => size_bytes));
  if (total(uploaded.map(({ sizeBytes }) => sizeBytes)) > announced) return { kind: 'too-large' };
  const found = new Map(uploaded.map(({ number, sizeBytes }) => [number, sizeBytes]));
  const numbers = planned
    .filter(({ number, size_bytes }) => found.get(number) !== size_bytes)
    .map(({ number }) => number);
  return numbers.length === 0 ? { kind: 'whole' } : { kind: 'missing', numbers };
};
