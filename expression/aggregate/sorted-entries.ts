import { compareRange } from '../../types/collation-bytes.js';
import { sortNumbers } from './sort-numbers.js';

/** Entries whose first bytes are sorted as numbers, four of them and the number of the entry in one; fewer bits would not do for more. */
const NUMBER_BITS = 21;
const FEW = 64;
/** Entries between two chances to let others use the thread. */
const STEP = 1 << 14;

/** `entries` (of the strings bytes[offsets[e], offsets[e + 1])) in the order of their bytes, in place and in steps. */
export function* sortEntries(
  entries: Int32Array,
  bytes: Uint8Array,
  offsets: Int32Array,
): Generator<void, void> {
  const compare = (a: number, b: number): number =>
    compareRange(bytes, offsets[a]!, offsets[a + 1]!, bytes, offsets[b]!, offsets[b + 1]!);
  const n = entries.length;
  if (n <= FEW || n > 1 << NUMBER_BITS) {
    entries.sort(compare);
    return;
  }
  // What all begin with tells none from another.
  const first = entries[0]!;
  let shared = offsets[first + 1]! - offsets[first]!;
  for (let i = 1; i < n && shared > 0; i++) {
    const from = offsets[entries[i]!]!;
    const most = Math.min(shared, offsets[entries[i]! + 1]! - from);
    let k = 0;
    while (k < most && bytes[from + k] === bytes[offsets[first]! + k]) k++;
    shared = k;
  }
  const scale = 2 ** NUMBER_BITS;
  let numbers: Float64Array = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const e = entries[i]!;
    const to = offsets[e + 1]!;
    let head = 0;
    for (let k = 0, p = offsets[e]! + shared; k < 4; k++, p++) head = head * 256 + (p < to ? bytes[p]! : 0);
    numbers[i] = head * scale + i;
    if (i % STEP === STEP - 1) yield;
  }
  numbers = yield* sortNumbers(numbers);
  const before = entries.slice();
  let head = -1;
  let from = 0;
  for (let i = 0; i <= n; i++) {
    const h = i < n ? Math.floor(numbers[i]! / scale) : -2;
    if (i < n) entries[i] = before[numbers[i]! % scale]!;
    if (i % STEP === STEP - 1) yield;
    if (h === head) continue;
    if (i - from > 1) entries.subarray(from, i).sort(compare);
    head = h;
    from = i;
  }
}
