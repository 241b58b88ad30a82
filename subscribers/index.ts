import type { Subscriber } from '../core/entities/subscriber.ts';
import { stockRanOut } from './stock-ran-out.ts';

/** Everybody who is told of changes. A new one is one file beside this and one line here. */
export const subscribers: readonly Subscriber[] = [stockRanOut];
