/** Is handed a row piece by piece. */
export type FieldMeter = {
  pass(bytes: Buffer): void;
  /** Bytes of the largest field so far. */
  widest(): number;
};

/**
 * Finds the bytes of the largest field of a row, which need not lie in memory. A row that it is
 * asked for is refused anyway, so a quote anywhere opens or closes.
 */
export const fieldMeter = (separator: string, quote: string | null): FieldMeter => {
  const edge = separator.charCodeAt(0);
  const mark = quote?.charCodeAt(0);
  let quoted = false;
  let field = 0;
  let widest = 0;
  const pass = (bytes: Buffer): void => {
    for (const byte of bytes) {
      if (byte === mark) quoted = !quoted;
      field = byte === edge && !quoted ? 0 : field + 1;
      if (field > widest) widest = field;
    }
  };
  return { pass, widest: () => widest };
};
