/** Something the user can mend; its message is one sentence that says what and one that says how. */
export class SetUpError extends Error {
  name = 'SetUpError';
}

/** Runs an entry script: whatever cannot go on ends with sentences and exit code 1, no stack. */
export const orExplain = async (main) => {
  try {
    process.exitCode = await main();
  } catch (error) {
    const known = error instanceof SetUpError;
    const text = known || !process.env.HEADGATE_DEBUG ? error.message : error.stack;
    process.stderr.write(`headgate: ${text}\n`);
    process.exitCode = 1;
  }
};
