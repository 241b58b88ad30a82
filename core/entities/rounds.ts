/**
 * The items in rounds: the first of each name, then the second of each, and so on. What is of one
 * name is dealt with in its order, and what is of others at the same time.
 */
export const rounds = <T>(items: readonly T[], nameOf: (item: T) => string): readonly T[][] => {
  const found: T[][] = [];
  const seen = new Map<string, number>();
  for (const item of items) {
    const name = nameOf(item);
    const round = seen.get(name) ?? 0;
    seen.set(name, round + 1);
    const own = found[round];
    if (own === undefined) found[round] = [item];
    else own.push(item);
  }
  return found;
};
