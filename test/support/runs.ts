/**
 * How often a property is tried: less often on each mutant, of which there are thousands, and where
 * the first row that both engines judge differently is enough.
 */
export const runs = (usual: number, least = 1): number =>
  process.env.HEADGATE_MUTANTS === undefined ? usual : Math.max(least, Math.ceil(usual / 6));
