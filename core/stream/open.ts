import type { Dataset } from '../dataset.ts';
import { keepsAnyControls } from '../validate/characters.ts';
import { bodyReader } from './bodies.ts';
import { type Enveloped, openEnvelope } from './envelope.ts';
import type { Opened } from './opened.ts';
import { fromStream } from './options.ts';

/** The row of a record as its dataset declares it: at the door and in the run by this alone. */
export const openRecord = (dataset: Dataset, record: Enveloped): Opened => {
  const { envelope, body } = dataset.stream ?? fromStream();
  return openEnvelope(envelope, record, keepsAnyControls(dataset), bodyReader(body));
};
