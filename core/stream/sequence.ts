/**
 * The order of two sequence numbers, which are decimal texts of up to 129 digits: the longer is the
 * larger, and among equals the texts compare as the numbers do. Emulators fill them with zeros.
 */
export const compareSequences = (a: string, b: string): -1 | 0 | 1 => {
  if (a === b) return 0;
  // Of equal lengths the texts compare as the numbers do, whatever they begin with.
  if (a.length === b.length) return a < b ? -1 : 1;
  const [left, right] = [digitsOf(a), digitsOf(b)];
  if (left === right) return 0;
  const isLess = left.length === right.length ? left < right : left.length < right.length;
  return isLess ? -1 : 1;
};

const digitsOf = (text: string): string =>
  text.startsWith('0') ? text.replace(/^0+(?=.)/, '') : text;

/** What Kinesis gives out as a sequence number. */
export const isSequence = (text: string): boolean => /^\d{1,129}$/.test(text);
