import type { Duration } from '../windows/duration.ts';
import type { Body } from './bodies.ts';
import type { Envelope } from './envelope.ts';

/** How records of the stream become rows of a dataset. */
export type StreamOptions = {
  /** What stands around the row. @default 'json': nothing */
  readonly envelope: Envelope;
  /** What the row is written in. @default JSON */
  readonly body: Body;
  /**
   * Which records are this dataset's: those whose attribute has this text; `source.table` is one
   * inside another. Without it, all that no other dataset asks for; only one dataset may do so.
   */
  readonly when?: { readonly attribute: string; readonly is: string };
  /**
   * Keeps the history of each key and its current state beside the table. Envelopes of changes say
   * the order themselves (`true`); of others a field does, and each record is an upsert.
   */
  readonly entities?: true | { readonly order: string };
  /** A record whose key has come within that time is set aside, as a repeat of its producer. */
  readonly repeats?: { readonly within: Duration };
};

/** Takes rows from the stream, beside those of files. */
export const fromStream = (options: Partial<StreamOptions> = {}): StreamOptions => ({
  envelope: 'json',
  body: { kind: 'json' },
  ...options,
});

/** Whether payloads are bytes that stand for nothing else: no JSON around them, and none inside. */
export const isBinary = (stream: StreamOptions | undefined): boolean =>
  stream !== undefined && stream.envelope === 'json' && stream.body.kind !== 'json';

/** Checks that each record is asked for by one dataset at most; throws with the names of two. */
export const checkRoutes = (
  datasets: readonly { readonly name: string; readonly stream?: StreamOptions }[],
): void => {
  const asked = new Map<string, { readonly name: string; readonly stream: StreamOptions }>();
  for (const { name, stream } of datasets) {
    if (stream === undefined) continue;
    const { when } = stream;
    const what = when === undefined ? 'all other records' : `${when.attribute} = '${when.is}'`;
    const other = asked.get(what);
    if (other !== undefined)
      throw new Error(
        `datasets '${other.name}' and '${name}' both ask for ${what} of the stream; ${nextOf(other.stream, stream)}`,
      );
    asked.set(what, { name, stream });
  }
};

const nextOf = (...both: readonly StreamOptions[]): string =>
  both.every(isBinary)
    ? 'bodies of Avro and Protobuf have no attribute to tell them apart: send those of one as CloudEvents, and say there when'
    : 'say in one of them when';
