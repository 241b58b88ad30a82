/**
 * Two lists in order as one; what is in both stands once, as `both` makes it. Sketches grow by one
 * event at a time, and sorting them anew for each would take most of the time there is.
 */
export const mergeOrdered = <T>(
  a: readonly T[],
  b: readonly T[],
  compare: (one: T, other: T) => number,
  both: (one: T, other: T) => T,
): readonly T[] => {
  const merged: T[] = [];
  let at = 0;
  for (const next of b) {
    for (let one = a[at]; one !== undefined && compare(one, next) < 0; one = a[at]) {
      merged.push(one);
      at += 1;
    }
    const one = a[at];
    const isSame = one !== undefined && compare(one, next) === 0;
    merged.push(isSame ? both(one, next) : next);
    if (isSame) at += 1;
  }
  return [...merged, ...a.slice(at)];
};

/** The order of numbers, or of texts by their UTF-16 units. */
export const ascending = <T extends string | number | bigint>(a: T, b: T): number => {
  if (a === b) return 0;
  return a < b ? -1 : 1;
};
