/** Bytes that are written between two steps: 64 pages of 4 KB. */
const STEP_BYTES = 1 << 18;

/**
 * Writes all of a large array that is new, in steps. The kernel gives memory page by page at the first write, for microseconds each: a
 * hash table of megabytes would have them all taken by its first few thousand entries, which are anywhere in it.
 */
export function* touched(a: Int32Array | Float64Array, value = 0): Generator<void> {
  const step = STEP_BYTES / a.BYTES_PER_ELEMENT;
  for (let from = 0; from < a.length; from += step) {
    a.fill(value, from, Math.min(a.length, from + step));
    yield;
  }
}
