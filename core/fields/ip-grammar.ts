const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const HEX = '[0-9a-fA-F]{1,4}';

/** Four decimal numbers; no leading zeros, which some programs read as octal. */
export const V4 = `(?:${OCTET}\\.){3}${OCTET}`;

/** The last 32 bits of an address: two groups, or an IPv4 address. */
const TAIL = `(?:${HEX}:${HEX}|${V4})`;

/** So many groups, with a colon after each. */
const groups = (count: string): string => `(?:${HEX}:){${count}}`;

/**
 * The grammar of RFC 3986 (IPv6address), which is that of RFC 4291: eight groups, of which `::`
 * once stands for one or more of zeros; the last two may be written as an IPv4 address.
 */
export const V6 = [
  `${groups('6')}${TAIL}`,
  `::${groups('5')}${TAIL}`,
  `(?:${HEX})?::${groups('4')}${TAIL}`,
  `(?:${groups('0,1')}${HEX})?::${groups('3')}${TAIL}`,
  `(?:${groups('0,2')}${HEX})?::${groups('2')}${TAIL}`,
  `(?:${groups('0,3')}${HEX})?::${HEX}:${TAIL}`,
  `(?:${groups('0,4')}${HEX})?::${TAIL}`,
  `(?:${groups('0,5')}${HEX})?::${HEX}`,
  `(?:${groups('0,6')}${HEX})?::`,
].join('|');
