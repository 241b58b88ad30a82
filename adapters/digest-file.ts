import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** SHA-256 of a file and of each of its parts, in one reading; hex. */
export const digestFile = async (
  path: string,
  partBytes: number,
): Promise<{
  readonly sha256: string;
  readonly parts: readonly string[];
  readonly bytes: number;
}> => {
  const whole = createHash('sha256');
  const parts: string[] = [];
  let part = createHash('sha256');
  let [bytes, inPart] = [0, 0];
  for await (const chunk of createReadStream(path)) {
    const data: Buffer = Buffer.from(chunk);
    whole.update(data);
    bytes += data.length;
    for (let at = 0; at < data.length; ) {
      const piece = data.subarray(at, at + partBytes - inPart);
      part.update(piece);
      at += piece.length;
      inPart += piece.length;
      if (inPart < partBytes) continue;
      parts.push(part.digest('hex'));
      [part, inPart] = [createHash('sha256'), 0];
    }
  }
  if (inPart > 0) parts.push(part.digest('hex'));
  return { sha256: whole.digest('hex'), parts, bytes };
};
