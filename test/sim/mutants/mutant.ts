/** A fault put into Headgate, which the simulator must find. */
export type Mutant = {
  readonly name: string;
  /** What is wrong with it. */
  readonly says: string;
  /** So many seeds find it that only the release's check looks for it. */
  readonly isRare?: boolean;
  readonly edits: readonly {
    /** Ends the path of the file. */
    readonly file: string;
    /** Stands in it exactly once. */
    readonly find: string;
    readonly replace: string;
  }[];
};

/** Most mutants change one place. */
export const mutant = (
  name: string,
  says: string,
  file: string,
  find: string,
  replace: string,
): Mutant => ({ name, says, edits: [{ file, find, replace }] });
