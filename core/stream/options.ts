import type { Envelope } from './envelope.ts';

/** How records of the stream become rows of a dataset. */
export type StreamOptions = {
  /** What stands around the row. @default 'json': nothing */
  readonly envelope: Envelope;
  /**
   * Which records are this dataset's: those whose top-level attribute has this text. Without it, all
   * that no other dataset asks for; only one dataset may do so.
   */
  readonly when?: { readonly attribute: string; readonly is: string };
};

/** Takes rows from the stream, beside those of files. */
export const fromStream = (options: Partial<StreamOptions> = {}): StreamOptions => ({
  envelope: 'json',
  ...options,
});
