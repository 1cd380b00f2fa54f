/** Slots of a hash table: the power of two that is `n` or the next above it, at least 1024. */
export function powerOf2(n: number): number {
  let cap = 1024;
  while (cap < n) cap *= 2;
  return cap;
}
