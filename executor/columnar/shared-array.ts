/** Arrays of memory that worker threads can share: columns live there for long. */
export const sharedInt32 = (n: number): Int32Array => new Int32Array(new SharedArrayBuffer(n * 4));
export const sharedFloat64 = (n: number): Float64Array => new Float64Array(new SharedArrayBuffer(n * 8));
export const sharedBytes = (n: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(n));

export function shareBytes(b: Uint8Array): Uint8Array {
  const out = sharedBytes(b.length);
  out.set(b);
  return out;
}
