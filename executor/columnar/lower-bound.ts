/** Place of the first of ascending values that is not below `v`. */
export function lowerBound(sorted: Int32Array | Float64Array, v: number): number {
  let low = 0;
  for (let high = sorted.length; low < high;) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < v) low = middle + 1;
    else high = middle;
  }
  return low;
}
