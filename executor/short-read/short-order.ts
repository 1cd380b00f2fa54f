import type { ByteSlices } from '../../chunk/byte-slices.js';
import { cellComparator, type RowComparator } from '../../chunk/compare.js';
import { keyCollation } from '../../chunk/hash.js';
import type { Vector } from '../../chunk/vector.js';
import type { FieldType } from '../../types/field-type.js';
import type { ShortKey } from './short-plan.js';

/** Runs that are sorted by insertion before they are merged. */
const INSERTED = 8;
/** Bytes of a string that a number orders: all that a double holds exactly. */
const PREFIX_BYTES = 6;

/** Room for the rows of one short read. */
let images = new Float64Array(0);
let order = new Int32Array(0);
let other = new Int32Array(0);

function reserve(n: number): void {
  if (images.length >= n) return;
  images = new Float64Array(n);
  order = new Int32Array(n);
  other = new Int32Array(n);
}

/** Rows 0 … n-1 in the order of the keys, rows that tie in their own; NULLs as the lowest. The array is used again by the next call. */
export function sortRows(
  columns: readonly (Vector | ByteSlices)[],
  n: number,
  keys: readonly ShortKey[],
): Int32Array {
  reserve(n);
  for (let i = 0; i < n; i++) order[i] = i;
  const first = keys[0]!;
  const exact = imagesOf(columns[first.column]!, n, first);
  const tie = exact && keys.length === 1 ? null : comparator(columns, exact ? keys.slice(1) : keys);
  for (let from = 0; from < n; from += INSERTED)
    insert(order, images, from, Math.min(n, from + INSERTED), tie);
  let source = order;
  let target = other;
  for (let width = INSERTED; width < n; width *= 2) {
    for (let from = 0; from < n; from += 2 * width)
      merge(source, target, images, from, Math.min(n, from + width), Math.min(n, from + 2 * width), tie);
    const done = target;
    target = source;
    source = done;
  }
  order = source;
  other = target;
  return order.subarray(0, n);
}

/** Keeps the first of each run of rows that tie in all keys, in place; `rows` are in the order of the keys. */
export function dropEqual(
  columns: readonly (Vector | ByteSlices)[],
  rows: Int32Array,
  keys: readonly ShortKey[],
): Int32Array {
  const compare = comparator(columns, keys);
  let kept = 0;
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k]!;
    if (k > 0) {
      const last = rows[kept - 1]!;
      if (images[last] === images[row] && compare(last, row) === 0) continue;
    }
    rows[kept++] = row;
  }
  return rows.subarray(0, kept);
}

function insert(
  rows: Int32Array,
  numbers: Float64Array,
  from: number,
  to: number,
  tie: RowComparator | null,
): void {
  for (let i = from + 1; i < to; i++) {
    const row = rows[i]!;
    const image = numbers[row]!;
    let j = i - 1;
    for (; j >= from; j--) {
      const before = numbers[rows[j]!]!;
      if (before < image || (before === image && (tie === null || tie(rows[j]!, row) <= 0))) break;
      rows[j + 1] = rows[j]!;
    }
    rows[j + 1] = row;
  }
}

function merge(
  source: Int32Array,
  target: Int32Array,
  numbers: Float64Array,
  from: number,
  middle: number,
  end: number,
  tie: RowComparator | null,
): void {
  let a = from;
  let b = middle;
  for (let out = from; out < end; out++) {
    let left = b >= end;
    if (!left && a < middle) {
      const x = numbers[source[a]!]!;
      const y = numbers[source[b]!]!;
      left = x < y || (x === y && (tie === null || tie(source[a]!, source[b]!) <= 0));
    }
    target[out] = left ? source[a++]! : source[b++]!;
  }
}

/** Fills `images` with numbers of the order of the key; false when equal numbers leave the order open. */
function imagesOf(v: Vector | ByteSlices, n: number, { type, desc }: ShortKey): boolean {
  const { nulls } = v;
  const numbers = images;
  const sign = desc ? -1 : 1;
  if (v.kind === 'num') {
    for (let i = 0; i < n; i++)
      numbers[i] = nulls !== null && nulls[i] === 1 ? sign * -Infinity : sign * v.data[i]!;
    return true;
  }
  if (v.kind === 'wide') {
    numbers.fill(0, 0, n);
    return false;
  }
  const { isBinary, padSpace } = keyCollation(type);
  if (!isBinary || (v.kind === 'bytes' && v.codes !== null)) {
    numbers.fill(0, 0, n);
    return false;
  }
  for (let i = 0; i < n; i++) {
    if (nulls !== null && nulls[i] === 1) {
      numbers[i] = -sign;
      continue;
    }
    const inPlace = v.kind === 'slices';
    const bytes = inPlace ? v.sources[i]! : v.bytes;
    const start = inPlace ? v.starts[i]! : v.offsets[i]!;
    let end = inPlace ? v.ends[i]! : v.offsets[i + 1]!;
    if (padSpace) while (end > start && bytes[end - 1] === 0x20) end--;
    let p = 0;
    for (let b = start; b < start + PREFIX_BYTES; b++) p = p * 256 + (b < end ? bytes[b]! : 0);
    numbers[i] = sign * p;
  }
  return false;
}

function comparator(columns: readonly (Vector | ByteSlices)[], keys: readonly ShortKey[]): RowComparator {
  const parts = keys.map(({ column, type, desc }) => {
    const v = columns[column]!;
    const compare = v.kind === 'slices' ? sliceComparator(v, type) : cellComparator(v, type);
    return desc ? (i: number, j: number): number => compare(j, i) : compare;
  });
  if (parts.length === 1) return parts[0]!;
  return (i, j) => {
    for (const compare of parts) {
      const c = compare(i, j);
      if (c !== 0) return c;
    }
    return 0;
  };
}

function sliceComparator({ sources, starts, ends, nulls }: ByteSlices, type: FieldType): RowComparator {
  const collation = keyCollation(type);
  return (i, j) => {
    if (nulls !== null && (nulls[i] === 1 || nulls[j] === 1)) return nulls[j]! - nulls[i]!;
    return collation.compareAt(sources[i]!, starts[i]!, ends[i]!, sources[j]!, starts[j]!, ends[j]!);
  };
}
