/** MurmurHash3's finalizer (Appleby): every bit of the input changes half the bits of the result. */
export function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

const F64 = new Float64Array(1);
const U32 = new Uint32Array(F64.buffer);

/** 32-bit hash of a number; the finalizer over both halves of the double. */
export function hashNumber(x: number): number {
  F64[0] = x === 0 ? 0 : x;
  return mix(mix(U32[0]!) ^ U32[1]!);
}

/** 32-bit hash of bytes (MurmurHash3 x86_32). */
export function hashBytes(b: Uint8Array): number {
  let h = 0x9747b28c;
  const blocks = b.length & ~3;
  for (let i = 0; i < blocks; i += 4) {
    let k = b[i]! | (b[i + 1]! << 8) | (b[i + 2]! << 16) | (b[i + 3]! << 24);
    k = Math.imul(k, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  let k = 0;
  for (let i = b.length - 1; i >= blocks; i--) k = (k << 8) | b[i]!;
  if (blocks < b.length) {
    k = Math.imul(k, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
  }
  return mix(h ^ b.length);
}
