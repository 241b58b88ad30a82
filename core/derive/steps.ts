import { transformOf } from '../transforms/index.ts';
import type { Transform } from '../transforms/transform.ts';

/** The columns that a step adds. */
export const addedBy = (use: Transform): readonly string[] => transformOf(use).adds(use);

/** A step in its kind's own sentence. */
export const stepWords = (use: Transform): string => transformOf(use).says(use);
