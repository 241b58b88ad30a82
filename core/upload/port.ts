import type { EpochMs } from '../ids.ts';
import type { PlannedPart, Upload, UploadedPart } from './upload.ts';

/** A request that whoever has it may make once, or as often as S3 lets it, until it expires. */
export type SignedRequest = {
  readonly method: 'PUT';
  readonly url: string;
  /** Each of them is signed: sent otherwise, S3 refuses the request. */
  readonly headers: Readonly<Record<string, string>>;
};

/** Uploads into landing by others than us, by keys of the landing bucket. */
export type Uploads = {
  /** Bytes of the object; undefined where there is none. */
  size(key: string): Promise<number | undefined>;
  /** Signs the one request that makes the object; never over one that is there. */
  signPut(of: Omit<Upload, 'multipart'>, now: EpochMs): Promise<SignedRequest>;
  signPart(at: Place, part: PlannedPart, now: EpochMs): Promise<SignedRequest>;
  /** Begins an upload in parts; its id as S3 gives it. */
  begin(of: Omit<Upload, 'multipart'>, hasChecksums: boolean): Promise<string>;
  /** Undefined: there is no such upload any more. */
  parts(at: Place): Promise<readonly UploadedPart[] | undefined>;
  /** Makes the object of its parts. `exists`: one is there; `refused`: S3 found parts wrong. */
  finish(
    at: Place,
    parts: readonly UploadedPart[],
    sizeBytes: number,
  ): Promise<'landed' | 'exists' | 'gone' | 'refused'>;
  /** Again: an upload that is gone is no error. */
  abort(at: Place): Promise<void>;
};
export type Place = { readonly key: string; readonly id: string };
