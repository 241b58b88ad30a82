const decoder = new TextDecoder('utf-8', { fatal: true });

/** Whether bytes are UTF-8. */
export const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
};

/** Whether some bytes stand anywhere in others. */
export const holds = (bytes: Uint8Array, wanted: Uint8Array): boolean => {
  const [first, second] = wanted;
  const last = bytes.length - wanted.length;
  for (let at = 0; at <= last; at += 1) {
    if (bytes[at] !== first || bytes[at + 1] !== second) continue;
    let same = 2;
    while (same < wanted.length && bytes[at + same] === wanted[same]) same += 1;
    if (same >= wanted.length) return true;
  }
  return false;
};

/** Pieces one behind the other. */
export const joined = (pieces: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
};
