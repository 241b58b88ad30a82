import { limits } from '../limits.ts';
import { type OpenObject, objectIn, readObject, textIn } from './object.ts';

/**
 * The text of an attribute of a record; `source.table` is one inside another. A change with its
 * schema around it is looked into as one without.
 */
export const attributeOf = (payload: Uint8Array): ((name: string) => string | undefined) => {
  const read = readObject(payload, limits.envelopeDepthMax);
  if (read.kind === 'refused') return () => undefined;
  const inner = read.object.members.has('payload') ? objectIn(read.object, 'payload') : read;
  return (name) =>
    textAt(read.object, name) ?? (inner.kind === 'object' ? textAt(inner.object, name) : undefined);
};

const textAt = (object: OpenObject, name: string): string | undefined => {
  const text = textIn(object, name);
  const dot = name.indexOf('.');
  if (text !== undefined || dot === -1) return text;
  const found = objectIn(object, name.slice(0, dot));
  return found.kind === 'object' ? textAt(found.object, name.slice(dot + 1)) : undefined;
};
