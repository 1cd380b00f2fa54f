/** Ranges estimated one by one; more are taken to be like every so manieth of them. */
const MAX_RANGES = 200;

/** Every so manieth of the ranges, and for how many each of these stands. */
export function rangesTried<T>(ranges: readonly T[]): {
  readonly tried: readonly T[];
  readonly each: number;
} {
  if (ranges.length <= MAX_RANGES) return { tried: ranges, each: 1 };
  const tried: T[] = [];
  for (let i = 0; i < MAX_RANGES; i++) tried.push(ranges[Math.floor((i * ranges.length) / MAX_RANGES)]!);
  return { tried, each: ranges.length / MAX_RANGES };
}
