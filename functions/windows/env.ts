import * as z from 'zod';

/** Everything the windows function reads from its environment; lib/windows.ts supplies it. */
export const WindowsEnv = z.object({
  WINDOWS_TABLE: z.string().min(1),
  LANDING_BUCKET: z.string().min(1),
});
export type WindowsEnv = z.infer<typeof WindowsEnv>;
