import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod';
import { RunId } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import { askedTime, timeWords } from '../asked-time.ts';
import type { CallerContext } from '../caller.ts';
import { type Answer, refused } from './deps.ts';

/** What the function needs of an event of API Gateway. */
export type OperateEvent = Pick<
  APIGatewayProxyEvent,
  | 'httpMethod'
  | 'resource'
  | 'pathParameters'
  | 'queryStringParameters'
  | 'headers'
  | 'body'
  | 'isBase64Encoded'
> & { readonly requestContext: CallerContext };

/** A call whose caller is known. */
export type Call = { readonly event: OperateEvent; readonly by: string };

type Read<T> = { readonly kind: 'read'; readonly value: T } | Extract<Answer, { kind: 'problem' }>;

const badRequest = (detail: string) => {
  const problem = { name: 'bad-request', detail } as const;
  return { kind: 'problem', problem } as const;
};

/** A part of the path, as it stands there. */
export const pathPart = ({ event }: Call, name: string): string =>
  event.pathParameters?.[name] ?? '';

/** The run of the path; what is no run id is no run. */
export const runIdOf = (call: Call): RunId | undefined =>
  RunId.safeParse(pathPart(call, 'run')).data;

/** Whole numbers from 1 on, as a query or a body has them. */
export const wholeUpTo = (max: number, usual: number) =>
  z
    .union(
      [
        z.number(),
        z
          .string()
          .regex(/^\d{1,6}$/)
          .transform(Number),
      ],
      {
        error: `it is a whole number from 1 to ${max}`,
      },
    )
    .pipe(
      z
        .number({ error: `it is a whole number from 1 to ${max}` })
        .int()
        .min(1)
        .max(max),
    )
    .default(usual);

/** A day or an instant. */
export const Time = z
  .string()
  .transform((text, context) => {
    const at = askedTime(text);
    if (at !== undefined) return at;
    context.addIssue({ code: 'custom', message: `it is ${timeWords}` });
    return z.NEVER;
  })
  .optional()
  .transform((at) => at ?? null);

/** Reads the query; names that no one knows are refused, since a filter that is ignored lies. */
export const readQuery = <S extends z.ZodType>({ event }: Call, schema: S): Read<z.infer<S>> =>
  parsed(schema, event.queryStringParameters ?? {}, 'query');

/** Reads the body, which may be missing. */
export const readBody = <S extends z.ZodType>({ event }: Call, schema: S): Read<z.infer<S>> => {
  const bytes = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > limits.askedBytesMax) {
    const detail = `the body has more than ${limits.askedBytesMax} bytes`;
    return { kind: 'problem', problem: { name: 'too-large', detail } };
  }
  if (bytes.length === 0) return parsed(schema, {}, 'body');
  try {
    return parsed(schema, JSON.parse(bytes.toString('utf8')), 'body');
  } catch {
    return badRequest('the body is no JSON');
  }
};

const parsed = <S extends z.ZodType>(
  schema: S,
  value: unknown,
  where: 'query' | 'body',
): Read<z.infer<S>> => {
  const found = schema.safeParse(value);
  if (found.success) return { kind: 'read', value: found.data };
  const [issue] = found.error.issues;
  if (issue?.code === 'unrecognized_keys')
    return badRequest(
      `the ${where} has a name that is not known here; the document tells which are`,
    );
  const name = issue?.path.join('.') ?? '';
  return badRequest(name === '' ? `the ${where} is no object` : `${name}: ${issue?.message}`);
};

/** Whether the caller has this very answer already. */
export const hasAlready = ({ headers }: OperateEvent, etag: string): boolean => {
  const [, asked] =
    Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'if-none-match') ?? [];
  const tags = (asked ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
};

/** A place in a list, so that only we can make one. */
export const cursorOf = (...parts: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');

/** What a cursor holds, once it is known to be one of ours. */
export const Cursor = <S extends z.ZodType>(parts: S) =>
  z
    .string()
    .max(1_000, 'it is none that a page has given')
    .transform((text): unknown => {
      try {
        return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
      } catch {
        return null;
      }
    })
    .pipe(
      z.custom<z.infer<S>>((found) => parts.safeParse(found).success, {
        error: 'it is none that a page has given',
      }),
    )
    .optional();

/** The place of an entry of the ledger; see core/operate/pages.ts. */
export const Place = z.string().regex(/^\d{4}-\d{2}-\d{2}T[\d:.]{12}Z#[\w-]{1,100}$/);

/** What the problem was, as an answer. */
export const asAnswer = ({ problem }: Extract<Read<unknown>, { kind: 'problem' }>): Answer =>
  refused(problem);
