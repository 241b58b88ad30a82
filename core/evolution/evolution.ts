/**
 * What is done when a file is not what its dataset declares. In every mode each value that came in
 * is published, stands in the raw bytes of a rejected row, or is set aside with its place.
 */
export const evolutionModes = [
  /** The table follows the file: what is new becomes a column of texts. */
  'evolve',
  /** The row is rejected. */
  'quarantine_row',
  /** The row is published without the value, which is set aside. */
  'quarantine_value',
  /** The file is refused. */
  'freeze',
  /** As `quarantine_value`, and the run is held until someone releases it. */
  'hold',
] as const;
export type EvolutionMode = (typeof evolutionModes)[number];

/** How files may differ from a dataset; see docs/datasets.md for the table. */
export type Evolution = {
  /** A column, or a key of JSON, that no field or alias names. @default 'freeze' */
  readonly newColumns: EvolutionMode;
  /** A declared field that the file has no column for. @default 'evolve' */
  readonly missingColumns: EvolutionMode;
  /** A value that is none of its field's kind (E_TYPE). @default 'quarantine_row' */
  readonly changedTypes: EvolutionMode;
};

export const defaultEvolution: Evolution = {
  newColumns: 'freeze',
  missingColumns: 'evolve',
  changedTypes: 'quarantine_row',
};
