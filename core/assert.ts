/** Marks a branch no value can reach; a new union member makes the call a type error. */
export const assertNever = (value: never): never => {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
};

/** States what must hold; stays on in production, because a wrong commit costs more than a stop. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
