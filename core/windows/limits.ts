/** Every limit of windows, once. Those of a declaration are refused when a dataset is loaded. */
export const windowLimits = {
  /** Rules of one dataset: each is a pass over its stream with a state of its own. */
  rulesMax: 10,
  /** Measures of one rule. A pane of so many sketches is below 400 kB still, DynamoDB's item. */
  measuresMax: 8,
  /** Fields of one group key. */
  byMax: 8,
  /** Alerts, and as many anomalies, of one rule. */
  alertsMax: 16,
  /** Panes that one sliding window is put together from: its size divided by its step. */
  panesPerWindowMax: 100,
  /** The longest duration that a rule may name, in milliseconds: a leap year. */
  durationMsMax: 366 * 86_400_000,
  /** Different values that `distinct` counts exactly; of more it estimates, 3 % off or so. */
  distinctExactMax: 1_024,
  /**
   * Bins of a quantile's histogram per sign, 115 to a decade. Of values all over more than 17
   * decades the smallest sizes share a bin, and a quantile among them is off by more than 1 %.
   */
  quantileBinsMax: 2_048,
  /**
   * Events of one group in one span that a velocity alert reckons with. More than these are an
   * alert in any case, so that nobody gets below a limit by being too many to be added up.
   */
  velocityEventsMax: 1_000,
  /** Earlier windows that an anomaly is judged by; with fewer than the least it is not judged. */
  historyWindowsMin: 8,
  historyWindowsMax: 500,
  /** Placeholder rows in one gap; what is left of a longer one is a single row, the last. */
  gapRowsMax: 1_000,
} as const;
