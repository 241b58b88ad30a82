import { assertNever } from '../assert.ts';
import { openCloudEvent } from './cloud-events.ts';
import { openDebezium } from './debezium.ts';
import { openDynamodb } from './dynamodb.ts';
import { rowLine } from './object.ts';
import { type Opened, openedRow, type ReadBody } from './opened.ts';

/** What stands around the row in a record; a dataset declares one. All but the first are JSON. */
export const envelopes = ['json', 'cloudevents', 'debezium', 'dynamodb'] as const;
export type Envelope = (typeof envelopes)[number];

/** The part of a record that an envelope is read from. */
export type Enveloped = { readonly payload: Uint8Array; readonly partitionKey: string };

/**
 * The row of a record as one line of JSON. Where nothing is around it, and inside of an envelope
 * as well, it is judged as a line of a file is, and has the same codes.
 */
export const openEnvelope = (
  envelope: Envelope,
  { payload, partitionKey }: Enveloped,
  /** True: of the control characters only NUL is a fault. */
  keepsControls = false,
  /** Reads a body that is no JSON; only these two envelopes may have one. */
  readBody?: ReadBody,
): Opened => {
  switch (envelope) {
    case 'json':
      return openedRow((readBody ?? rowLine)(payload, keepsControls), { kind: 'none' });
    case 'cloudevents':
      return openCloudEvent(payload, keepsControls, readBody);
    case 'debezium':
      return openDebezium(payload, partitionKey, keepsControls);
    case 'dynamodb':
      return openDynamodb(payload, keepsControls);
    default:
      return assertNever(envelope);
  }
};
