/**
 * Small typed arrays cut from a common slab: one of its own costs V8 an allocation outside its heap and a finalizer,
 * several times what decoding the few cells of a point read costs. A slab is never used twice, so arrays begin as zeros.
 */

const SLAB_BYTES = 1 << 16;
/** Longer arrays are made alone: a slab lives as long as the last array cut from it. */
const SMALL_BYTES = 2048;

let slab = new ArrayBuffer(SLAB_BYTES);
let used = 0;

/** Offset of `bytes` free bytes in the slab, aligned to 8. */
function cut(bytes: number): number {
  if (used + bytes > SLAB_BYTES) {
    slab = new ArrayBuffer(SLAB_BYTES);
    used = 0;
  }
  const at = used;
  used = (at + bytes + 7) & ~7;
  return at;
}

export function uint8s(n: number): Uint8Array {
  if (n > SMALL_BYTES) return new Uint8Array(n);
  const at = cut(n);
  return new Uint8Array(slab, at, n);
}

export function int32s(n: number): Int32Array {
  if (n * 4 > SMALL_BYTES) return new Int32Array(n);
  const at = cut(n * 4);
  return new Int32Array(slab, at, n);
}

export function float64s(n: number): Float64Array {
  if (n * 8 > SMALL_BYTES) return new Float64Array(n);
  const at = cut(n * 8);
  return new Float64Array(slab, at, n);
}
