/**
 * The order of two sequence numbers, which are decimal texts of up to 129 digits without zeros
 * before them: the longer is the larger, and among equals the texts compare as the numbers do.
 */
export const compareSequences = (a: string, b: string): -1 | 0 | 1 => {
  if (a === b) return 0;
  const isLess = a.length === b.length ? a < b : a.length < b.length;
  return isLess ? -1 : 1;
};

/** What Kinesis gives out as a sequence number. */
export const isSequence = (text: string): boolean => /^(?:0|[1-9]\d{0,128})$/.test(text);
