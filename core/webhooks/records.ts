import { membersAt } from '../json/members.ts';
import { type Cursor, skipBlanks } from '../json/text.ts';
import { limits } from '../limits.ts';
import { type SplitBody, splitJson } from '../push/body.ts';

/** The records of a delivery: what lies under the names, as the bytes that were sent. */
export const splitDelivery = (body: Uint8Array, names: readonly string[]): SplitBody => {
  let bytes = body;
  let pointer = '';
  for (const name of names) {
    pointer += `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const cursor: Cursor = {
      ...{ bytes, end: bytes.length, depthMax: limits.bodyDepthMax, fault: 0, escaped: false },
    };
    const member = membersAt(cursor, skipBlanks(cursor, 0))?.members.get(name);
    if (member === undefined)
      return { kind: 'refused', pointer, detail: 'the body has no such member' };
    bytes = bytes.subarray(member.start, member.end);
  }
  const split = splitJson(bytes);
  return split.kind === 'records' ? split : { ...split, pointer: pointer + split.pointer };
};
