import type { Walked } from './walker.ts';

/** Memory that both threads see, for one batch. */
export type Slot = { readonly buffer: SharedArrayBuffer };

/** To a walker in a thread of its own: rows to take, or that there are no more. */
export type ToWalker =
  | ({ readonly kind: 'rows'; readonly bytes: number } & Slot)
  | { readonly kind: 'end' };

/** From it: a slot may be filled again, or what became of all rows. */
export type FromWalker =
  | ({ readonly kind: 'taken' } & Slot)
  | { readonly kind: 'walked'; readonly walked: Walked };
