const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Numbers as bars between the least and the largest; numbers that are all the same lie low. */
export const sparkline = (values: readonly number[]): string => {
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  const at = (value: number): number =>
    span === 0 ? 0 : Math.round(((value - low) / span) * (BARS.length - 1));
  return values.map((value) => BARS[at(value)] ?? BARS[0]).join('');
};
