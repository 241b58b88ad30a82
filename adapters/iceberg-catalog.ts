import { Sha256 } from '@aws-crypto/sha256-js';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod';
import { PermanentError, TransientError } from '../core/errors.ts';
import type { Catalog, CatalogReply } from '../core/load/commit.ts';
import { parseJson, writeJson } from '../core/load/json.ts';
import { TableMetadata } from '../core/load/table.ts';

type Credentials = ConstructorParameters<typeof SignatureV4>[0]['credentials'];

/** Where the catalogue is, and who asks. */
export type RestCatalogOptions = {
  /** Of the Iceberg REST service; see `catalogEndpoint`. */
  readonly endpoint: string;
  /** The catalogue's id: for AWS Glue the account. */
  readonly catalogId: string;
  readonly database: string;
  readonly region: string;
  /** @default the chain every AWS SDK goes through */
  readonly credentials?: Credentials;
  /** Name the requests are signed for. */
  readonly service: 'glue';
  /** @default the global one; tests lose replies with their own */
  readonly fetch?: typeof fetch;
  /** After this a request counts as unanswered. @default 20 s: Glue writes metadata up to 20 MB */
  readonly timeoutMs?: number;
};

/** Where Glue's Iceberg REST service is; an emulator has it under its one address. */
export const catalogEndpoint = (region: string, awsEndpointUrl?: string): string =>
  awsEndpointUrl === undefined
    ? `https://glue.${region}.amazonaws.com/iceberg`
    : `${awsEndpointUrl.replace(/\/$/, '')}/iceberg`;

type Answer =
  | { readonly kind: 'answer'; readonly status: number; readonly text: string }
  | { readonly kind: 'none'; readonly detail: string };

/** Sends one signed request below the catalogue's prefix. Also how tests make their database. */
export const catalogRequest = (options: RestCatalogOptions) => {
  const { region, service, timeoutMs = 20_000 } = options;
  const credentials = options.credentials ?? defaultProvider();
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const base = new URL(options.endpoint);
  const send = options.fetch ?? fetch;
  const prefix = `${base.pathname.replace(/\/$/, '')}/v1/catalogs/${options.catalogId}`;
  return async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> => {
    const text = body === undefined ? undefined : writeJson(body);
    const signed = await signer.sign({
      method,
      protocol: base.protocol,
      hostname: base.hostname,
      ...(base.port === '' ? {} : { port: Number(base.port) }),
      path: prefix + path,
      headers: { host: base.host, 'content-type': 'application/json' },
      ...(text === undefined ? {} : { body: text }),
    });
    try {
      const reply = await send(base.origin + prefix + path, {
        method,
        headers: signed.headers,
        body: text ?? null,
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { kind: 'answer', status: reply.status, text: await reply.text() };
    } catch (error) {
      // Also when the answer broke off half way: it may have been applied.
      return { kind: 'none', detail: error instanceof Error ? error.message : String(error) };
    }
  };
};

const Reply = z.object({ metadata: TableMetadata });

const metadataOf = (text: string): TableMetadata => {
  const reply = Reply.safeParse(parseJson(text));
  if (reply.success) return reply.data.metadata;
  const { message } = reply.error;
  throw new PermanentError(`the catalogue's table metadata is not understood: ${message}`);
};

/** What a reply says of itself, without what it may repeat of the request. */
const ErrorReply = z.object({ error: z.object({ type: z.string(), message: z.string() }) });
const errorTextMax = 300;
const described = (status: number, text: string): string => {
  let said = text;
  try {
    const { error } = ErrorReply.parse(JSON.parse(text));
    said = `${error.type}: ${error.message}`;
  } catch {
    // Proxies and gateways answer in their own words; those will do.
  }
  return `${status} ${said.slice(0, errorTextMax)}`;
};

const isThrottle = (status: number, text: string): boolean =>
  status === 429 || (status === 400 && /throttl|rate exceeded/i.test(text));

/** The right each call needs on the catalog, the database and the table. */
type Right = 'glue:GetTable' | 'glue:CreateTable' | 'glue:UpdateTable';

/** Adapts AWS Glue's Iceberg REST service, and any other that signs like it, to the port. */
export function restCatalog(options: RestCatalogOptions): Catalog {
  const request = catalogRequest(options);
  const { database, catalogId } = options;
  const tables = `/namespaces/${encodeURIComponent(database)}/tables`;
  const pathOf = (table: string) => `${tables}/${encodeURIComponent(table)}`;

  const refused = (status: number, text: string, right: Right, table: string): PermanentError => {
    const what = `table ${database}.${table} of catalogue ${catalogId}`;
    const said = described(status, text);
    return status === 401 || status === 403
      ? new PermanentError(
          `${right} on the catalogue, database and ${what} is missing, or the credentials are ` +
            `not valid (${said}). Grant it to this function's role, also in Lake Formation ` +
            'where that governs the database.',
        )
      : new PermanentError(`the catalogue refused ${right} of ${what}: ${said}`);
  };

  const written = async (right: Right, table: string, path: string, body: unknown) => {
    const answer = await request('POST', path, body);
    if (answer.kind === 'none') return { kind: 'unknown', detail: answer.detail } as const;
    const { status, text } = answer;
    if (status >= 200 && status < 300) {
      return { kind: 'committed', metadata: metadataOf(text) } as const;
    }
    const outcome = writeOutcome(status, text);
    if (outcome !== undefined) return outcome;
    throw refused(status, text, right, table);
  };

  return {
    load: async (table) => {
      const answer = await request('GET', pathOf(table));
      const what = `table ${database}.${table} could not be read`;
      if (answer.kind === 'none') throw new TransientError(`${what}: ${answer.detail}`);
      const { status, text } = answer;
      if (status === 200) return metadataOf(text);
      // A 404 can also mean that the database, or the path itself, does not exist.
      if (status === 404 && text.includes('NoSuchTable')) return undefined;
      if (status >= 500 || isThrottle(status, text)) {
        throw new TransientError(`${what}: ${described(status, text)}`);
      }
      throw refused(status, text, 'glue:GetTable', table);
    },
    create: (body) => written('glue:CreateTable', body.name, tables, body),
    commit: (table, requirements, updates) =>
      written('glue:UpdateTable', table, pathOf(table), {
        identifier: { namespace: [database], name: table },
        requirements,
        updates,
      }),
  };
}

/** What a refused write means for the table; undefined when it is no race and no accident. */
const writeOutcome = (
  status: number,
  text: string,
): Exclude<CatalogReply, { kind: 'committed' }> | undefined => {
  const detail = described(status, text);
  if (status >= 500) return { kind: 'unknown', detail };
  // The id comes from the run id: if it exists, an earlier try or a twin was here.
  if (status === 400 && /snapshot already exists/i.test(text)) return { kind: 'unknown', detail };
  if (status === 409 || isThrottle(status, text)) return { kind: 'conflict', detail };
  // Right after a create a catalogue may not see the table yet.
  if (status === 404 && text.includes('NoSuchTable')) return { kind: 'conflict', detail };
  return undefined;
};
