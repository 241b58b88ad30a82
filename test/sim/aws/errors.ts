/** A service's refusal as the SDK throws it; without a status no answer came at all. */
export const refusal = (name: string, status: number | undefined): Error => {
  const error = new Error(`${name} by the simulator`);
  error.name = name;
  const $metadata = status === undefined ? {} : { httpStatusCode: status };
  return Object.assign(error, { $metadata });
};
