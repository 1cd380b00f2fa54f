import { cellComparator as jsonComparator } from '../chunk/compare.js';
import type { NumVector, Vector } from '../chunk/vector.js';
import { BytesVector } from '../chunk/vector.js';
import { collationOf } from '../types/collation.js';
import type { FieldType } from '../types/field-type.js';
import { TypeCode } from '../types/field-type.js';
import { cellComparator, compareCells, type RowComparator } from './row-order.js';

/** A column to sort by, as `orderable` makes it: its strings order as bytes. */
export interface RadixKey {
  readonly vector: Vector;
  readonly type: FieldType;
  readonly desc: boolean;
}

/** Runs of this many rows or fewer are sorted by comparing. */
const SMALL = 24;
/** Rows of a run that images are sorted in by insertion. */
const INSERTED = 8;
/** Rows worked on between two chances to let others use the thread: a few milliseconds even where the code is not compiled yet. */
const STEP_ROWS = 1 << 15;
/** Fewer rows than this are sorted by merging: a pass over digits visits all buckets. */
const MERGED = 1 << 10;
const BITS = 11;
const BUCKETS = 1 << BITS;
/** Bytes of a string that a key takes at a time: the eighth says how many there are. */
const STRING_BYTES = 7;

/**
 * Row numbers 0 … n-1 in the order of the keys, rows that tie in their own; NULLs first where a key ascends and last where it
 * descends. A radix sort, least significant digit first, on 64-bit images of the first key (of strings: of seven bytes); runs
 * of equal images go on with the next seven bytes or the next key. Yields every few milliseconds.
 */
export function* sortSteps(keys: readonly RadixKey[], n: number): Generator<void, Int32Array> {
  const order = new Int32Array(n);
  for (let at = 0; at < n; at += STEP_ROWS) {
    if (at > 0) yield;
    for (let i = at, to = Math.min(n, at + STEP_ROWS); i < to; i++) order[i] = i;
  }
  if (n < 2 || keys.length === 0) return order;
  const encoders: Encoder[] = [];
  for (const key of keys) encoders.push(yield* encoderOf(key));
  const sorter = new RadixSorter(keys, order, encoders);
  yield* sorter.sort(0, n, 0, 0);
  return order;
}

class RadixSorter {
  private hi = new Uint32Array(0);
  private lo = new Uint32Array(0);
  private hi2 = new Uint32Array(0);
  private lo2 = new Uint32Array(0);
  private order2 = new Int32Array(0);
  private readonly counts = new Int32Array(BUCKETS);
  /** Order by the keys from number k on, ties by row. */
  private readonly comparators: readonly RowComparator[];
  private since = 0;

  constructor(
    private readonly keys: readonly RadixKey[],
    private readonly order: Int32Array,
    private readonly encoders: readonly Encoder[],
  ) {
    const cells = keys.map(({ vector: v, type }) =>
      type.tp === TypeCode.Json ? jsonComparator(v, type) : cellComparator(v, v, type),
    );
    this.comparators = keys.map((_, from) => (i, j) => {
      for (let k = from; k < cells.length; k++) {
        const c = keys[k]!.desc ? cells[k]!(j, i) : cells[k]!(i, j);
        if (c !== 0) return c;
      }
      return i - j;
    });
  }

  /** Sorts order[from … to-1], whose rows tie in all keys before number `k` and in the first `offset` bytes of that. */
  *sort(from: number, to: number, k: number, offset: number): Generator<void, void> {
    const n = to - from;
    const encode = this.encoders[k]!;
    if (encode === null) {
      this.order.subarray(from, to).sort(this.comparators[k]);
      return;
    }
    // Runs within runs need room of their own: what is here is done with by then.
    this.reserve(n);
    const { order, hi, lo } = this;
    const flip = this.keys[k]!.desc ? 0xffffffff : 0;
    for (let at = 0; at < n; at += STEP_ROWS) {
      const end = Math.min(n, at + STEP_ROWS);
      encode(order, from, at, end, offset, hi, lo, flip);
      if (n > STEP_ROWS) yield;
    }
    if (n < MERGED) this.merge(from, n);
    else yield* this.radix(from, n);
    const text = this.keys[k]!.vector.kind === 'bytes' && this.codesOf(k) === null;
    if (!text && k + 1 === this.keys.length) return;
    yield* this.ties(from, n, k, offset, text, flip);
  }

  private codesOf(k: number): Int32Array | null {
    const { vector } = this.keys[k]!;
    return vector.kind === 'bytes' ? vector.codes : null;
  }

  private reserve(n: number): void {
    if (this.hi.length >= n) return;
    this.hi = new Uint32Array(n);
    this.lo = new Uint32Array(n);
    this.hi2 = new Uint32Array(n);
    this.lo2 = new Uint32Array(n);
    this.order2 = new Int32Array(n);
  }

  /** Sorts hi, lo and order[from …] together; leaves the images in `hi` and `lo`. */
  private *radix(from: number, n: number): Generator<void, void> {
    // Digits in which no two images differ need no pass.
    let hiBits = 0;
    let loBits = 0;
    const h0 = this.hi[0]!;
    const l0 = this.lo[0]!;
    for (let at = 0; at < n; at += STEP_ROWS) {
      if (at > 0) yield;
      for (let i = at, to = Math.min(n, at + STEP_ROWS); i < to; i++) {
        hiBits |= this.hi[i]! ^ h0;
        loBits |= this.lo[i]! ^ l0;
      }
    }
    let inOrder = true;
    const order = this.order.subarray(from, from + n);
    for (let pass = 0; pass < 6; pass++) {
      const high = pass >= 3;
      const shift = (pass % 3) * BITS;
      if ((((high ? hiBits : loBits) >>> shift) & (BUCKETS - 1)) === 0) continue;
      const { counts } = this;
      counts.fill(0);
      const digits = high ? this.hi : this.lo;
      for (let at = 0; at < n; at += STEP_ROWS) {
        if (at > 0) yield;
        for (let i = at, to = Math.min(n, at + STEP_ROWS); i < to; i++)
          counts[(digits[i]! >>> shift) & (BUCKETS - 1)]!++;
      }
      for (let b = 0, sum = 0; b < BUCKETS; b++) {
        const c = counts[b]!;
        counts[b] = sum;
        sum += c;
      }
      const source = inOrder ? order : this.order2;
      const target = inOrder ? this.order2 : order;
      for (let at = 0; at < n; at += STEP_ROWS) {
        const end = Math.min(n, at + STEP_ROWS);
        scatter(digits, shift, counts, at, end, this.hi, this.lo, source, this.hi2, this.lo2, target);
        if (n > STEP_ROWS) yield;
      }
      this.swap();
      inOrder = !inOrder;
    }
    if (!inOrder) order.set(this.order2.subarray(0, n));
  }

  /** The same for a few rows: runs sorted by insertion, merged in pairs. */
  private merge(from: number, n: number): void {
    const { hi, lo } = this;
    const order = this.order.subarray(from, from + n);
    for (let start = 0; start < n; start += INSERTED) {
      const end = Math.min(n, start + INSERTED);
      for (let i = start + 1; i < end; i++) {
        const h = hi[i]!;
        const l = lo[i]!;
        const row = order[i]!;
        let j = i - 1;
        while (j >= start && (hi[j]! > h || (hi[j] === h && lo[j]! > l))) {
          hi[j + 1] = hi[j]!;
          lo[j + 1] = lo[j]!;
          order[j + 1] = order[j]!;
          j--;
        }
        hi[j + 1] = h;
        lo[j + 1] = l;
        order[j + 1] = row;
      }
    }
    const { order2 } = this;
    let inOrder = true;
    for (let width = INSERTED; width < n; width *= 2) {
      const source = inOrder ? order : order2;
      const target = inOrder ? order2 : order;
      const { hi: h, lo: l, hi2, lo2 } = this;
      for (let start = 0; start < n; start += 2 * width) {
        const middle = Math.min(n, start + width);
        const end = Math.min(n, middle + width);
        for (let a = start, b = middle, out = start; out < end; out++) {
          const left = a < middle && (b === end || h[a]! < h[b]! || (h[a] === h[b] && l[a]! <= l[b]!));
          const i = left ? a++ : b++;
          hi2[out] = h[i]!;
          lo2[out] = l[i]!;
          target[out] = source[i]!;
        }
      }
      this.swap();
      inOrder = !inOrder;
    }
    if (!inOrder) order.set(order2.subarray(0, n));
  }

  private swap(): void {
    [this.hi, this.hi2] = [this.hi2, this.hi];
    [this.lo, this.lo2] = [this.lo2, this.lo];
  }

  /** Goes on with the runs of equal images: strings that are longer with their next bytes, others with the next key. */
  private *ties(
    from: number,
    n: number,
    k: number,
    offset: number,
    text: boolean,
    flip: number,
  ): Generator<void, void> {
    const large: number[] = [];
    const { hi, lo, order } = this;
    for (let s = 0; s < n;) {
      let e = s + 1;
      const h = hi[s]!;
      const l = lo[s]!;
      while (e < n && lo[e] === l && hi[e] === h) e++;
      const more = text && ((l ^ flip) & 0xff) === STRING_BYTES + 2;
      const next = more ? k : k + 1;
      if (e - s > 1 && next < this.keys.length) {
        if (e - s <= SMALL) insertionSort(order, from + s, from + e, this.comparators[next]!);
        else large.push(from + s, from + e, next, more ? offset + STRING_BYTES : 0);
      }
      this.since += e - s;
      s = e;
      if (this.since >= STEP_ROWS >> 2) {
        this.since = 0;
        yield;
      }
    }
    for (let r = 0; r < large.length; r += 4) {
      yield* this.sort(large[r]!, large[r + 1]!, large[r + 2]!, large[r + 3]!);
      this.since += large[r + 1]! - large[r]!;
      if (this.since < STEP_ROWS >> 2) continue;
      this.since = 0;
      yield;
    }
  }
}

function scatter(
  digits: Uint32Array,
  shift: number,
  counts: Int32Array,
  from: number,
  to: number,
  hi: Uint32Array,
  lo: Uint32Array,
  order: Int32Array,
  hi2: Uint32Array,
  lo2: Uint32Array,
  order2: Int32Array,
): void {
  for (let i = from; i < to; i++) {
    const at = counts[(digits[i]! >>> shift) & (BUCKETS - 1)]!++;
    hi2[at] = hi[i]!;
    lo2[at] = lo[i]!;
    order2[at] = order[i]!;
  }
}

function insertionSort(order: Int32Array, from: number, to: number, compare: RowComparator): void {
  for (let i = from + 1; i < to; i++) {
    const row = order[i]!;
    let j = i - 1;
    while (j >= from && compare(order[j]!, row) > 0) {
      order[j + 1] = order[j]!;
      j--;
    }
    order[j + 1] = row;
  }
}

/** Images of the rows order[from + at …], at < end, from byte `offset` of strings on. 0 is the image of NULL alone; all bits flipped where the key descends. */
type Encoder =
  | ((
      order: Int32Array,
      from: number,
      at: number,
      end: number,
      offset: number,
      hi: Uint32Array,
      lo: Uint32Array,
      flip: number,
    ) => void)
  | null;

/** Null where rows have to be compared. */
function* encoderOf({ vector: v, type }: RadixKey): Generator<void, Encoder> {
  if (type.tp === TypeCode.Json || v.kind === 'wide') return null;
  if (v.kind === 'bytes') {
    const pad = collationOf(type).padSpace;
    return v.codes === null ? strings(v, pad) : int32s(yield* ranked(v, v.codes, pad), v.nulls);
  }
  if (v.data instanceof Int32Array) return int32s(v.data, v.nulls);
  const small = yield* asInt32(v);
  return small === null ? doubles(v.data, v.nulls) : int32s(small, v.nulls);
}

/** Ranks of the rows' dictionary entries; equal entries share one. */
function* ranked(v: BytesVector, codes: Int32Array, pad: boolean): Generator<void, Int32Array> {
  const entries = v.offsets.length - 1;
  const dictionary = new BytesVector(v.bytes, v.offsets, entries);
  const order = Int32Array.from({ length: entries }, (_, i) => i);
  order.sort((a, b) => compareCells(dictionary, a, dictionary, b, pad));
  const ranks = new Int32Array(entries);
  let rank = 0;
  for (let k = 0; k < entries; k++) {
    if (k > 0 && compareCells(dictionary, order[k - 1]!, dictionary, order[k]!, pad) !== 0) rank++;
    ranks[order[k]!] = rank;
  }
  const out = new Int32Array(v.length);
  for (let at = 0; at < out.length; at += STEP_ROWS) {
    yield;
    for (let i = at, to = Math.min(out.length, at + STEP_ROWS); i < to; i++) out[i] = ranks[codes[i]!] ?? 0;
  }
  return out;
}

/** Doubles that are integers of 32 bits. */
function* asInt32(v: NumVector): Generator<void, Int32Array | null> {
  const d = v.data;
  const out = new Int32Array(v.length);
  for (let at = 0; at < out.length; at += STEP_ROWS) {
    if (at > 0) yield;
    for (let i = at, to = Math.min(out.length, at + STEP_ROWS); i < to; i++) {
      const x = d[i]!;
      const y = x | 0;
      if (x !== y) return null;
      out[i] = y;
    }
  }
  return out;
}

function int32s(d: Int32Array, nulls: Uint8Array | null): Encoder {
  return (order, from, at, end, _offset, hi, lo, flip) => {
    for (let p = at; p < end; p++) {
      const i = order[from + p]!;
      const none = nulls !== null && nulls[i] === 1;
      hi[p] = (none ? 0 : 1) ^ flip;
      lo[p] = (none ? 0 : d[i]! ^ 0x80000000) ^ flip;
    }
  };
}

function doubles(d: Float64Array | Int32Array, nulls: Uint8Array | null): Encoder {
  const one = new Float64Array(1);
  const words = new Uint32Array(one.buffer);
  return (order, from, at, end, _offset, hi, lo, flip) => {
    for (let p = at; p < end; p++) {
      const i = order[from + p]!;
      if (nulls !== null && nulls[i] === 1) {
        hi[p] = flip;
        lo[p] = flip;
        continue;
      }
      // -0 is 0.
      one[0] = d[i]! + 0;
      const l = words[0]!;
      const h = words[1]!;
      const negative = h >>> 31 === 1;
      hi[p] = (negative ? ~h : h ^ 0x80000000) ^ flip;
      lo[p] = (negative ? ~l : l) ^ flip;
    }
  };
}

/** Seven bytes and how many there are from there on, plus one: 9 for more than seven. */
function strings(v: BytesVector, padSpace: boolean): Encoder {
  const { bytes, offsets, nulls } = v;
  return (order, from, at, end, offset, hi, lo, flip) => {
    for (let p = at; p < end; p++) {
      const i = order[from + p]!;
      if (nulls !== null && nulls[i] === 1) {
        hi[p] = flip;
        lo[p] = flip;
        continue;
      }
      const start = offsets[i]!;
      let stop = offsets[i + 1]!;
      if (padSpace) while (stop > start && bytes[stop - 1] === 0x20) stop--;
      const b = start + offset;
      const left = stop - b;
      let h = 0;
      let l = 0;
      if (left >= STRING_BYTES) {
        h = (bytes[b]! << 24) | (bytes[b + 1]! << 16) | (bytes[b + 2]! << 8) | bytes[b + 3]!;
        l = (bytes[b + 4]! << 24) | (bytes[b + 5]! << 16) | (bytes[b + 6]! << 8);
      } else {
        for (let q = 0; q < left; q++) {
          if (q < 4) h |= bytes[b + q]! << (24 - 8 * q);
          else l |= bytes[b + q]! << (24 - 8 * (q - 4));
        }
      }
      l |= left > STRING_BYTES ? STRING_BYTES + 2 : Math.max(0, left) + 1;
      hi[p] = h ^ flip;
      lo[p] = l ^ flip;
    }
  };
}
