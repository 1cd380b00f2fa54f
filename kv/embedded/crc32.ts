import zlib from 'node:zlib';

/** CRC-32 (IEEE 802.3, reflected polynomial 0xEDB88320), as zlib's; `zlib.crc32` exists from Node 20.15 on. */
const TABLE = ((): Int32Array => {
  const table = new Int32Array(256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    table[n] = c;
  }
  return table;
})();

export function crc32Table(bytes: Uint8Array, seed = 0): number {
  let c = ~seed;
  for (let i = 0; i < bytes.length; i++) c = TABLE[(c ^ bytes[i]!) & 255]! ^ (c >>> 8);
  return ~c >>> 0;
}

const builtIn = (zlib as unknown as { crc32?: (bytes: Uint8Array, seed?: number) => number }).crc32;

export const crc32: (bytes: Uint8Array, seed?: number) => number = builtIn ?? crc32Table;
