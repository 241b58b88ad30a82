import { problems } from '../api/problem.ts';

export type Json = Readonly<Record<string, unknown>>;

const all = Object.entries(problems).map(([name, problem]) => ({ name, ...problem }));
/** Every status of a refusal. */
export const statuses = [...new Set(all.map(({ status }) => status))].sort();
const urnOf = ({ name }: (typeof all)[number]): string => `urn:headgate:problem:${name}`;
/** The response of a status among the components. */
export const named = (status: number): string => `Problem${status}`;

/** As RFC 9457 has it. */
export const problemSchema: Json = {
  type: 'object',
  properties: {
    type: { type: 'string', enum: all.map(urnOf) },
    status: { type: 'integer' },
    title: { type: 'string', description: 'What the problem is called in general.' },
    detail: { type: 'string', description: 'Of this call; never a value of a record.' },
    pointer: { type: 'string', description: 'Where in the body, as JSON Pointer has it.' },
  },
  required: ['type', 'status', 'title', 'detail'],
};

/** The response to a refusal of a status. */
export const refusal = (status: number): Json => {
  const own = all.filter((problem) => problem.status === status);
  return {
    description: own.map(({ name, title }) => `${name}: ${title}`).join(' '),
    ...(status === 503
      ? { headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'string' } } } }
      : {}),
    content: {
      'application/problem+json': {
        schema: {
          allOf: [{ $ref: '#/components/schemas/Problem' }],
          properties: {
            type: { enum: own.map(urnOf) },
            status: { const: status },
          },
        },
      },
    },
  };
};

/** What names the response to a refusal of a status. */
export const refusalOf = (status: number): Json => ({
  $ref: `#/components/responses/${named(status)}`,
});

/** The responses that every operation of a sender may have, by their status. */
export const refusals: Json = Object.fromEntries(
  statuses.map((status) => [String(status), refusalOf(status)]),
);
