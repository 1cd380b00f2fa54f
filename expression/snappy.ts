/** The bytes in Snappy's block format as one literal after the other: for small things, which need no compression. */
export function snappyLiterals(src: Uint8Array): Uint8Array {
  const LONGEST = 1 << 16;
  const parts: Uint8Array[] = [];
  const length: number[] = [];
  for (let n = src.length; ; n = Math.floor(n / 128)) {
    length.push(n < 128 ? n : (n % 128) + 128);
    if (n < 128) break;
  }
  parts.push(Uint8Array.from(length));
  for (let at = 0; at < src.length; at += LONGEST) {
    const literal = src.subarray(at, at + LONGEST);
    const n = literal.length - 1;
    parts.push(Uint8Array.from(n < 60 ? [n << 2] : [61 << 2, n & 255, n >> 8]), literal);
  }
  return Buffer.concat(parts);
}

/**
 * Snappy's block format (google/snappy, format_description.txt): the length as a varint, then literals and copies. Null where the
 * bytes are not of that form.
 */
export function snappyDecompress(src: Uint8Array, limit = 1 << 26): Uint8Array | null {
  let p = 0;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    if (p >= src.length || shift > 28) return null;
    const c = src[p++]!;
    length += (c & 127) * 2 ** shift;
    if (c < 128) break;
  }
  if (length > limit) return null;
  const out = new Uint8Array(length);
  let at = 0;
  const little = (bytes: number): number => {
    let v = 0;
    for (let k = 0; k < bytes; k++) v += (src[p + k] ?? NaN) * 2 ** (8 * k);
    p += bytes;
    return v;
  };
  while (p < src.length) {
    const tag = src[p++]!;
    if ((tag & 3) === 0) {
      const n = tag >>> 2;
      const count = (n < 60 ? n : little(n - 59)) + 1;
      if (!(p + count <= src.length) || at + count > length) return null;
      out.set(src.subarray(p, p + count), at);
      p += count;
      at += count;
      continue;
    }
    let count: number;
    let back: number;
    if ((tag & 3) === 1) {
      count = ((tag >>> 2) & 7) + 4;
      back = ((tag >>> 5) << 8) + little(1);
    } else {
      count = (tag >>> 2) + 1;
      back = little((tag & 3) === 2 ? 2 : 4);
    }
    if (!(back > 0 && back <= at) || at + count > length) return null;
    // A copy may reach into what it writes.
    for (let k = 0; k < count; k++, at++) out[at] = out[at - back]!;
  }
  return at === length ? out : null;
}
