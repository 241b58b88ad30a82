const named: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' };

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');

/** Control, format and direction characters, lone halves of pairs, and whatever is not assigned. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

const escaped = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  const name = named[code];
  if (name !== undefined) return name;
  if (!unprintable.test(character)) return character;
  return code < 0x80 ? `\\x${hex(code)}` : `\\u{${code.toString(16).toUpperCase()}}`;
};

/**
 * Raw bytes as one line of text that can be read back without doubt: what is not printable, or
 * not UTF-8, is written as an escape (`\n`, `\x00`, `\xFF`), and a backslash as two.
 */
export const rawText = (bytes: Uint8Array): string => {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      text += `\\x${hex(bytes[at] ?? 0)}`;
      at += 1;
    } else {
      text += escaped(strict.decode(bytes.subarray(at, at + length)));
      at += length;
    }
  }
  return text;
};

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Length of the UTF-8 character that begins here; 0 when none does. */
const sequenceLength = (bytes: Uint8Array, at: number): number => {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  try {
    strict.decode(bytes.subarray(at, at + length));
    return at + length <= bytes.length ? length : 0;
  } catch {
    return 0;
  }
};
