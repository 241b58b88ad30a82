/** The shortest literal of a double. What JSON has no literal for becomes a text. */
export const numberText = (value: number): string => {
  if (!Number.isFinite(value)) return `"${value}"`;
  return Object.is(value, -0) ? '-0' : String(value);
};

const FLOAT_DIGITS_MAX = 9;

/** The shortest literal of a float: as a double it would have digits that nobody wrote. */
export const floatText = (value: number): string => {
  for (let digits = 6; digits < FLOAT_DIGITS_MAX && Number.isFinite(value); digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return numberText(short);
  }
  return numberText(Number.isFinite(value) ? Number(value.toPrecision(FLOAT_DIGITS_MAX)) : value);
};
