/**
 * Whether min … min + length - 1 are 32-bit integers. Then `(x - min) >>> 0` is less than `length` for those of the 32-bit x that lie
 * among them and no others, although the difference wraps around: one comparison in place of two, and none of doubles.
 */
export const isInt32Range = (min: number, length: number): boolean =>
  min >= -(2 ** 31) && min + length <= 2 ** 31;
