import * as z from 'zod';

/** The region that Lambda states in every function's environment. */
export const regionOf = (environment: NodeJS.ProcessEnv): string =>
  z.object({ AWS_REGION: z.string().min(1) }).parse(environment).AWS_REGION;
