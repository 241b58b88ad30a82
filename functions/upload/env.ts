import * as z from 'zod';

/** Everything the upload function reads from its environment; lib/api-uploads.ts supplies it. */
export const UploadEnv = z.object({
  LANDING_BUCKET: z.string().min(1),
  CLEAN_BUCKET: z.string().min(1),
});
export type UploadEnv = z.infer<typeof UploadEnv>;
