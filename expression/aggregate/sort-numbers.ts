/** Numbers that are sorted at once, and that are merged at once. */
const RUN = 1 << 14;

/** Sorts numbers in steps; in place, or in the array that is given back. */
export function* sortNumbers(numbers: Float64Array): Generator<void, Float64Array> {
  const n = numbers.length;
  for (let at = 0; at < n; at += RUN) {
    numbers.subarray(at, at + RUN).sort();
    yield;
  }
  let from: Float64Array = numbers;
  let to: Float64Array = new Float64Array(n <= RUN ? 0 : n);
  for (let run = RUN; run < n; run *= 2) {
    for (let at = 0; at < n; at += 2 * run)
      yield* merge(from, at, Math.min(n, at + run), Math.min(n, at + 2 * run), to);
    [from, to] = [to, from];
  }
  return from;
}

/** Merges from[at, middle) and from[middle, end) into `to`. */
function* merge(
  from: Float64Array,
  at: number,
  middle: number,
  end: number,
  to: Float64Array,
): Generator<void, void> {
  let a = at;
  let b = middle;
  for (let k = at; k < end;) {
    for (const stop = Math.min(end, k + 4 * RUN); k < stop; k++)
      to[k] = b >= end || (a < middle && from[a]! <= from[b]!) ? from[a++]! : from[b++]!;
    yield;
  }
}
