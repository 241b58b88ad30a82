import * as z from 'zod';

const events = ['view', 'click', 'add_to_cart', 'purchase', 'rating'] as const;
const FIRST_AT = Date.UTC(2026, 2, 4, 5);
const BAD_EVERY = 50;
const VISITORS = 60;
const PRODUCTS = 400;

const interactionAt = (at: number) => {
  const event = events[at % events.length] ?? 'view';
  return {
    event_id: `event-${at}-of-the-bench`,
    event: at % BAD_EVERY === BAD_EVERY - 1 ? 'stare' : event,
    visitor: `visitor-${at % VISITORS}`,
    product_id: `P-${String(at % PRODUCTS).padStart(4, '0')}`,
    ...(event === 'rating' ? { rating: 1 + (at % 5) } : {}),
    occurred_at: new Date(FIRST_AT + at * 1_000).toISOString(),
  };
};

/** How many of the first so many interactions the contract rejects. */
export const badOf = (interactions: number): number => Math.floor(interactions / BAD_EVERY);

/** A body of one call: an array of interactions. */
export const interactionBody = (interactions: number): Buffer =>
  Buffer.from(JSON.stringify(Array.from({ length: interactions }, (_, at) => interactionAt(at))));

/** The contract of clickstream, written once more by hand. */
const Interaction = z
  .object({
    event_id: z.string().min(1).max(40),
    event: z.enum(events),
    visitor: z.string().min(1).max(40),
    product_id: z.string().min(1).max(40),
    rating: z.int().min(1).max(5).optional(),
    occurred_at: z.iso.datetime({ offset: true }),
  })
  .refine(({ event, rating }) => event !== 'rating' || rating !== undefined);

/** Bare JSON.parse and zod: nothing lands, there is no receipt, and digits are lost. */
export const checkInteractions = (body: Buffer): { accepted: number; rejected: number } => {
  const checked = { accepted: 0, rejected: 0 };
  for (const value of z.array(z.unknown()).parse(JSON.parse(body.toString('utf8'))))
    checked[Interaction.safeParse(value).success ? 'accepted' : 'rejected'] += 1;
  return checked;
};
