import { limits } from '../limits.ts';
import { fromBase64 } from './base64.ts';
import { type OpenObject, readObject, rowLine, textIn } from './object.ts';
import { type Opened, openedRow, type ReadBody, type RowMeta, refusedAs } from './opened.ts';

const VERSION = '1.0';

/**
 * A CloudEvent in structured mode: the row is its data, as it stands there, or read from its bytes
 * where they are no JSON.
 */
export const openCloudEvent = (
  payload: Uint8Array,
  keepsControls: boolean,
  readBody?: ReadBody,
): Opened => {
  const found = readObject(payload, limits.envelopeDepthMax);
  if (found.kind === 'refused') return found;
  const meta = metaOf(found.object);
  const data = dataOf(found.object, readBody !== undefined);
  if (meta === undefined || data === undefined) return refusedAs('E_ENVELOPE');
  return openedRow((readBody ?? rowLine)(data, keepsControls), meta);
};

/** What every event must say of itself, and may not leave empty. */
const metaOf = (event: OpenObject): RowMeta | undefined => {
  if (textIn(event, 'specversion') !== VERSION) return undefined;
  const [id, source, type] = ['id', 'source', 'type'].map((name) => textIn(event, name));
  if (!id || !source || !type) return undefined;
  return { kind: 'event', id, source, type, time: textIn(event, 'time') ?? null };
};

/** Of the two forms of data exactly one, of bytes the second; without data there is no row. */
const dataOf = (event: OpenObject, isBinary: boolean): Uint8Array | undefined => {
  const { bytes, members } = event;
  const data = members.get('data');
  if (data === undefined) return fromBase64(textIn(event, 'data_base64') ?? '-');
  return isBinary || members.has('data_base64') ? undefined : bytes.subarray(data.start, data.end);
};
