import * as z from 'zod';

/** Milliseconds since the Unix epoch. Core never reads a clock; callers pass this in. */
export const EpochMs = z.number().int().nonnegative().brand<'EpochMs'>();
export type EpochMs = z.infer<typeof EpochMs>;

/**
 * Also the landing prefix, the table name and the first part of a run id: hence short and plain.
 */
export const DatasetName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/, 'a dataset name is a-z, 0-9 and _, at most 40, starting a-z')
  .brand<'DatasetName'>();
export type DatasetName = z.infer<typeof DatasetName>;

/** Identity of one landed object version: the first 128 bits of a hash, as hex. */
export const FileId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .brand<'FileId'>();
export type FileId = z.infer<typeof FileId>;

/** SHA-256 of an object's bytes as they landed, hex. Never the ETag, which is no hash of them. */
export const ContentId = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<'ContentId'>();
export type ContentId = z.infer<typeof ContentId>;

/** `<dataset>-<yyyymmddThhmmssZ>-<10 hex>`: sortable, readable, and a legal execution name. */
export const RunId = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}-\d{8}T\d{6}Z-[0-9a-f]{10}$/)
  .brand<'RunId'>();
export type RunId = z.infer<typeof RunId>;

/** Grows by one with each attempt of a run; a write that carries an older one is refused. */
export const Fence = z.number().int().positive().brand<'Fence'>();
export type Fence = z.infer<typeof Fence>;
