import * as z from 'zod';
import { currencies, statuses } from '../../generate/words.ts';

/** The messages below are codes, so that both sides name a fault alike. */
export const RowCode = z.enum(['E_REQUIRED', 'E_TYPE', 'E_RANGE', 'E_ONE_OF', 'E_LENGTH']);
const code = (it: z.infer<typeof RowCode>): string => it;
const required = () =>
  z
    .string()
    .trim()
    .min(1, { error: code('E_REQUIRED'), abort: true });

const NUMBER = /^[+-]?\d+(\.\d{1,2})?$/;
const INSTANT = /^\d{4}-\d\d-(\d\d)T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const FIRST = Date.UTC(2020, 0, 1);
const LAST = Date.UTC(2030, 0, 1);

/** Date.parse reads 30 February as 1 March, so the day is compared. */
const instantOf = (text: string): number => {
  const [, day] = INSTANT.exec(text) ?? [];
  const at = day === undefined ? Number.NaN : Date.parse(text);
  return new Date(at).getUTCDate() === Number(day) ? at : Number.NaN;
};

/** The rules of datasets/orders.ts, written once more by hand: this is what a peer has to do. */
export const OrderRow = z.object({
  order_id: required(),
  customer_id: required(),
  email: required()
    .toLowerCase()
    .regex(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, code('E_TYPE')),
  product_id: required(),
  quantity: required()
    .regex(/^[+-]?\d+$/, { error: code('E_TYPE'), abort: true })
    .transform(Number)
    .pipe(z.number().min(1, code('E_RANGE')).max(100_000, code('E_RANGE'))),
  unit_price: required()
    .regex(NUMBER, { error: code('E_TYPE'), abort: true })
    .transform(Number)
    .pipe(z.number().min(0, code('E_RANGE'))),
  currency: required().pipe(z.enum(currencies, code('E_ONE_OF'))),
  status: required().pipe(z.enum(statuses, code('E_ONE_OF'))),
  ordered_at: required()
    .transform(instantOf)
    .pipe(z.number(code('E_TYPE')).min(FIRST, code('E_RANGE')).max(LAST, code('E_RANGE'))),
  country: required().toUpperCase(),
  notes: z
    .string()
    .trim()
    .max(500, code('E_LENGTH'))
    .transform((text) => (text === '' ? null : text)),
});
export type OrderRow = z.infer<typeof OrderRow>;
