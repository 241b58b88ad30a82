import * as z from 'zod';
import type { Problem } from '../api/problem.ts';
import { limits } from '../limits.ts';

const Digest = z.union([
  z.string().regex(/^[0-9a-fA-F]{64}$/),
  z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
]);

/** What a sender says of the file that it wants to upload. */
export const Announced = z.strictObject({
  file_name: z.string(),
  size_bytes: z.number().int().positive(),
  content_type: z
    .string()
    .max(100)
    .regex(/^[\w.+-]+\/[\w.+-]+(; ?[\w-]+=[\w.-]+)*$/)
    .default('application/octet-stream'),
  checksum_sha256: Digest,
  part_size: z.number().int().optional(),
  parts_sha256: z.array(Digest).max(limits.uploadPartsMax).optional(),
});
export type Announced = z.infer<typeof Announced>;

/** Where in the body something is wrong, and what is allowed there; never what was sent. */
export const unreadable = (issue: z.core.$ZodIssue | undefined): Problem => {
  const path = issue?.path.map(String) ?? [];
  const allowed: Readonly<Record<string, string>> = {
    file_name: 'a text',
    size_bytes: 'a whole number of bytes, at least 1',
    content_type: 'a media type',
    checksum_sha256: 'a SHA-256 as base64 or hex',
    part_size: 'a whole number of bytes',
    parts_sha256: `a list of at most ${limits.uploadPartsMax} SHA-256 as base64 or hex`,
  };
  const [member] = path;
  const known = member === undefined ? undefined : allowed[member];
  return {
    name: 'bad-request',
    pointer: path.map((part) => `/${part}`).join(''),
    detail:
      member === undefined || known === undefined
        ? `the body is no object of ${Object.keys(allowed).join(', ')}`
        : `${member} is not ${known}`,
  };
};
