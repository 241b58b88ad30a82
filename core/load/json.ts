/**
 * JSON that keeps int64. Other writers (Spark, Athena, Glue's optimizer) give snapshots 63-bit ids;
 * JSON.parse rounds them, and a commit on a rounded id is refused, or worse, is not.
 */
declare global {
  interface JSON {
    /** ES2025; Node has it, TypeScript's es2024 library does not say so yet. */
    rawJSON(text: string): unknown;
  }
}

const isInteger = /^-?\d+$/;

/** Reads JSON; integers a double cannot hold become bigint, and `*snapshot-id` always does. */
export const parseJson = (text: string): unknown =>
  JSON.parse(text, (key: string, value: unknown, context?: { readonly source?: string }) => {
    const source = context?.source;
    if (typeof value !== 'number' || source === undefined || !isInteger.test(source)) return value;
    // Always bigint for ids, so that === never compares a number with a bigint.
    return key.endsWith('snapshot-id') || !Number.isSafeInteger(value) ? BigInt(source) : value;
  });

/** Writes JSON with every bigint as the plain integer it is. */
export const writeJson = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? JSON.rawJSON(part.toString()) : part,
  );
