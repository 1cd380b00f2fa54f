import { hashColumns } from '../chunk/hash.js';
import { slice } from '../chunk/slice.js';
import type { Vector } from '../chunk/vector.js';
import type { FieldType } from '../types/field-type.js';
import { sharedInt32 } from './columnar/shared-array.js';
import { filterEqual } from './key-equality.js';

/** Direct addressing pays when the keys lie this densely: slots per key at most, and never more slots than this. */
const MAX_SPREAD = 8;
const MIN_DIRECT_SLOTS = 1 << 12;
/** Rows entered at once: about half a millisecond. */
const STEP_ROWS = 1 << 14;
/** Rows whose range is looked for at once: a few milliseconds even where the code is not compiled yet. */
const RANGE_ROWS = 1 << 15;

/** What a JoinTable is made of. */
export interface JoinTableLayout {
  readonly heads: Int32Array;
  readonly next: Int32Array;
  /** Null under direct addressing. */
  readonly hashes: Int32Array | null;
  readonly nullRows: Int32Array;
  readonly direct: { readonly min: number; readonly slots: number } | null;
  readonly repeated: boolean;
}

/** Tables of more rows than this lie in memory that threads can share. */
const SHARED_ROWS = 1 << 12;

function emptyLayout(
  n: number,
  isNull: Uint8Array | null,
  direct: { readonly min: number; readonly slots: number } | null,
): JoinTableLayout {
  const array = (length: number): Int32Array =>
    n > SHARED_ROWS ? sharedInt32(length) : new Int32Array(length);
  let nulls = 0;
  if (isNull !== null) for (let i = 0; i < n; i++) nulls += isNull[i]!;
  const nullRows = new Int32Array(nulls);
  if (isNull !== null) for (let i = 0, at = 0; i < n; i++) if (isNull[i] === 1) nullRows[at++] = i;
  let buckets = 16;
  if (direct !== null) buckets = direct.slots;
  else while (buckets < n * 2) buckets *= 2;
  return {
    heads: array(buckets).fill(-1),
    next: array(n),
    hashes: direct === null ? array(n) : null,
    nullRows,
    direct,
    repeated: false,
  };
}

/**
 * The build side's keys, found by hash: buckets of chained rows in typed arrays. A single integer key of a dense range needs no
 * hash: its value is the bucket. A fraction that is looked up finds no element, and one that is lost where the least key is taken from
 * it (1e-300 + 128 is 128) must not: bucket + min is the value.
 *
 *     heads[bucket] -> row -> next[row] -> ... -> -1
 */
export class JoinTable {
  private readonly heads: Int32Array;
  private readonly next: Int32Array;
  private readonly hashes: Int32Array | null;
  private readonly mask: number;
  private repeated: boolean;
  /** Smallest key and count of buckets under direct addressing. */
  private readonly direct: { readonly min: number; readonly slots: number } | null;
  /** Rows with a NULL among keys compared by `=`: in no bucket. */
  readonly nullRows: Int32Array;

  private constructor(
    readonly keys: readonly Vector[],
    private readonly types: readonly FieldType[],
    private readonly nullEq: readonly boolean[],
    readonly rows: number,
    layout: JoinTableLayout,
  ) {
    this.heads = layout.heads;
    this.next = layout.next;
    this.hashes = layout.hashes;
    this.mask = layout.hashes === null ? 0 : layout.heads.length - 1;
    this.nullRows = layout.nullRows;
    this.direct = layout.direct;
    this.repeated = layout.repeated;
  }

  /** A table that was built elsewhere. */
  static of(
    keys: readonly Vector[],
    types: readonly FieldType[],
    nullEq: readonly boolean[],
    rows: number,
    layout: JoinTableLayout,
  ): JoinTable {
    return new JoinTable(keys, types, nullEq, rows, layout);
  }

  get layout(): JoinTableLayout {
    const { heads, next, hashes, nullRows, direct, repeated } = this;
    return { heads, next, hashes, nullRows, direct, repeated };
  }

  /** Bytes of a table of `n` rows, at most (direct addressing of sparse keys aside). */
  static bytesFor(n: number): number {
    let size = 16;
    while (size < n * 2) size *= 2;
    return size * 4 + n * 8;
  }

  /** Builds the table in steps of some ten thousand rows. */
  static *build(
    keys: readonly Vector[],
    types: readonly FieldType[],
    nullEq: readonly boolean[],
    rows: number,
  ): Generator<void, JoinTable> {
    const isNull = keyNulls(keys, nullEq, rows);
    const range = nullEq.length === 1 && nullEq[0] === true ? null : yield* directRange(keys, rows, isNull);
    const table = new JoinTable(keys, types, nullEq, rows, emptyLayout(rows, isNull, range));
    // Backwards, so that chains run forwards.
    for (let to = rows; to > 0; to -= STEP_ROWS) {
      const from = Math.max(0, to - STEP_ROWS);
      if (range !== null) table.insertDirect(from, to, isNull, range.min);
      else table.insertHashed(from, to, isNull);
      if (from > 0) yield;
    }
    return table;
  }

  private insertDirect(from: number, to: number, isNull: Uint8Array | null, min: number): void {
    const { heads, next } = this;
    let repeated = false;
    const { data } = this.keys[0] as { data: Int32Array | Float64Array };
    for (let i = to - 1; i >= from; i--) {
      if (isNull !== null && isNull[i] === 1) continue;
      const b = data[i]! - min;
      if (heads[b]! >= 0) repeated = true;
      next[i] = heads[b]!;
      heads[b] = i;
    }
    if (repeated) this.repeated = true;
  }

  /** Directly addressed keys of which no two are equal: `lookUp` finds all there is. */
  get unique(): boolean {
    return this.direct !== null && !this.repeated;
  }

  /**
   * out[i] = the build row of probe row i, for the selected rows; -1 for rows without a match, rows with `skip` set and rows that are
   * not selected. Gives the number of matches. For unique tables.
   */
  lookUp(
    key: Vector,
    sel: Int32Array | null,
    length: number,
    skip: Uint8Array | null,
    out: Int32Array,
  ): number {
    const { heads } = this;
    const { min, slots } = this.direct!;
    const data = key.kind === 'bytes' ? null : key.data;
    if (sel === null && key.nulls === null && skip === null && data instanceof Int32Array)
      return lookUpInt32(data, heads, min, slots, length, out);
    out.fill(-1, 0, length);
    if (data === null) return 0;
    const n = sel === null ? length : sel.length;
    const { nulls } = key;
    let m = 0;
    for (let k = 0; k < n; k++) {
      const i = sel === null ? k : sel[k]!;
      if ((nulls !== null && nulls[i] === 1) || (skip !== null && skip[i] === 1)) continue;
      const x = Number(data[i]!);
      const b = x - min;
      const r = b >= 0 && b < slots && b + min === x ? (heads[b] ?? -1) : -1;
      out[i] = r;
      if (r >= 0) m++;
    }
    return m;
  }

  private insertHashed(from: number, to: number, isNull: Uint8Array | null): void {
    const { heads, next, mask } = this;
    const hashes = this.hashes!;
    const part = this.keys.map((v) => slice(v, from, to));
    hashColumns(part, this.types, null, to - from, hashes.subarray(from, to));
    for (let i = to - 1; i >= from; i--) {
      if (isNull !== null && isNull[i] === 1) continue;
      const b = hashes[i]! & mask;
      next[i] = heads[b]!;
      heads[b] = i;
    }
  }

  get bytes(): number {
    return this.heads.byteLength + this.next.byteLength + (this.hashes?.byteLength ?? 0);
  }

  probe(): JoinProbe {
    return new JoinProbe(
      this.keys,
      this.types,
      this.nullEq,
      this.heads,
      this.next,
      this.hashes,
      this.mask,
      this.direct,
    );
  }
}

function lookUpInt32(
  data: Int32Array,
  heads: Int32Array,
  min: number,
  slots: number,
  n: number,
  out: Int32Array,
): number {
  let m = 0;
  for (let i = 0; i < n; i++) {
    const b = data[i]! - min;
    const r = b >= 0 && b < slots ? heads[b]! : -1;
    out[i] = r;
    if (r >= 0) m++;
  }
  return m;
}

function keyNulls(keys: readonly Vector[], nullEq: readonly boolean[], n: number): Uint8Array | null {
  let out: Uint8Array | null = null;
  for (let k = 0; k < keys.length; k++) {
    const nulls = keys[k]!.nulls;
    if (nulls === null || nullEq[k] === true) continue;
    if (out === null) out = nulls.slice(0, n);
    else for (let i = 0; i < n; i++) out[i]! |= nulls[i]!;
  }
  return out;
}

function* directRange(
  keys: readonly Vector[],
  n: number,
  isNull: Uint8Array | null,
): Generator<void, { min: number; slots: number } | null> {
  if (keys.length !== 1 || keys[0]!.kind !== 'num' || n === 0) return null;
  const data = keys[0]!.data;
  let min = Infinity;
  let max = -Infinity;
  for (let from = 0; from < n; from += RANGE_ROWS) {
    if (from > 0) yield;
    const to = Math.min(n, from + RANGE_ROWS);
    if (data instanceof Int32Array) {
      for (let i = from; i < to; i++) {
        if (isNull !== null && isNull[i] === 1) continue;
        const v = data[i]!;
        if (v < min) min = v;
        if (v > max) max = v;
      }
    } else {
      for (let i = from; i < to; i++) {
        if (isNull !== null && isNull[i] === 1) continue;
        const v = data[i]!;
        if (v !== Math.floor(v)) return null;
        if (v < min) min = v;
        if (v > max) max = v;
      }
    }
  }
  if (min > max || !Number.isSafeInteger(min) || !Number.isSafeInteger(max)) return null;
  const slots = max - min + 1;
  if (!(slots <= Math.max(MIN_DIRECT_SLOTS, n * MAX_SPREAD))) return null;
  return { min, slots };
}

/**
 * Looks chunks up in a JoinTable. `start` takes the keys of a chunk; each `step` gives the next match of every row that
 * still has one, as pairs.
 */
export class JoinProbe {
  /** Result of the last step: `count` pairs of probe row and build row. */
  probeRows: Int32Array = new Int32Array(0);
  buildRows: Int32Array = new Int32Array(0);
  count = 0;

  /** Hashes by physical row, and as hashColumns packs them. */
  private hashes: Int32Array = new Int32Array(0);
  private packed: Int32Array = new Int32Array(0);
  private active: Int32Array = new Int32Array(0);
  private candidates: Int32Array = new Int32Array(0);
  private activeCount = 0;
  private keys: readonly Vector[] = [];

  constructor(
    private readonly buildKeys: readonly Vector[],
    private readonly types: readonly FieldType[],
    private readonly nullEq: readonly boolean[],
    private readonly heads: Int32Array,
    private readonly nextRow: Int32Array,
    private readonly buildHashes: Int32Array | null,
    private readonly mask: number,
    private readonly direct: { readonly min: number; readonly slots: number } | null,
  ) {}

  /** More matches may follow. */
  get pending(): boolean {
    return this.activeCount > 0;
  }

  /** Probes the rows of `sel` (or all `length`); rows with `skip` set are left out. */
  start(keys: readonly Vector[], sel: Int32Array | null, length: number, skip: Uint8Array | null): void {
    this.keys = keys;
    const n = sel === null ? length : sel.length;
    if (this.active.length < n) {
      this.active = new Int32Array(n);
      this.candidates = new Int32Array(n);
      this.probeRows = new Int32Array(n);
      this.buildRows = new Int32Array(n);
    }
    if (this.direct !== null) this.startDirect(keys[0]!, sel, n, skip);
    else this.startHash(keys, sel, n, length, skip);
  }

  private startDirect(key: Vector, sel: Int32Array | null, n: number, skip: Uint8Array | null): void {
    const { heads, active, candidates } = this;
    const { min, slots } = this.direct!;
    const nulls = key.nulls;
    const data = key.kind === 'bytes' ? null : key.data;
    let m = 0;
    if (data instanceof Int32Array || data instanceof Float64Array) {
      for (let k = 0; k < n; k++) {
        const i = sel === null ? k : sel[k]!;
        if ((nulls !== null && nulls[i] === 1) || (skip !== null && skip[i] === 1)) continue;
        const x = data[i]!;
        const b = x - min;
        if (b >= 0 && b < slots && b + min === x && heads[b]! >= 0) {
          active[m] = i;
          candidates[m++] = heads[b]!;
        }
      }
    } else if (data !== null) {
      for (let k = 0; k < n; k++) {
        const i = sel === null ? k : sel[k]!;
        if ((nulls !== null && nulls[i] === 1) || (skip !== null && skip[i] === 1)) continue;
        const x = Number(data[i]!);
        const b = x - min;
        if (b >= 0 && b < slots && b + min === x && heads[b]! >= 0) {
          active[m] = i;
          candidates[m++] = heads[b]!;
        }
      }
    }
    this.activeCount = m;
  }

  private startHash(
    keys: readonly Vector[],
    sel: Int32Array | null,
    n: number,
    length: number,
    skip: Uint8Array | null,
  ): void {
    if (this.hashes.length < length) {
      this.hashes = new Int32Array(length);
      this.packed = new Int32Array(length);
    }
    const { heads, active, candidates, hashes, packed, mask, nullEq } = this;
    hashColumns(keys, this.types, sel, n, packed);
    const isNull = keyNulls(keys, nullEq, length);
    let m = 0;
    for (let k = 0; k < n; k++) {
      const i = sel === null ? k : sel[k]!;
      if ((isNull !== null && isNull[i] === 1) || (skip !== null && skip[i] === 1)) continue;
      const h = packed[k]!;
      const head = heads[h & mask]!;
      if (head >= 0) {
        hashes[i] = h;
        active[m] = i;
        candidates[m++] = head;
      }
    }
    this.activeCount = m;
  }

  /**
   * The next match of each row that has candidates left. Rows whose `done` is set are dropped first (a semi join needs one match).
   */
  step(done: Uint8Array | null): void {
    const { active, candidates, nextRow, probeRows, buildRows, buildHashes, hashes } = this;
    const n = this.activeCount;
    let m = 0;
    let left = 0;
    if (buildHashes === null) {
      for (let k = 0; k < n; k++) {
        const i = active[k]!;
        if (done !== null && done[i] === 1) continue;
        const c = candidates[k]!;
        probeRows[m] = i;
        buildRows[m++] = c;
        const after = nextRow[c]!;
        if (after >= 0) {
          active[left] = i;
          candidates[left++] = after;
        }
      }
      this.activeCount = left;
      this.count = m;
      return;
    }
    for (let k = 0; k < n; k++) {
      const i = active[k]!;
      if (done !== null && done[i] === 1) continue;
      const h = hashes[i]!;
      let c = candidates[k]!;
      while (c >= 0 && buildHashes[c] !== h) c = nextRow[c]!;
      if (c < 0) continue;
      probeRows[m] = i;
      buildRows[m++] = c;
      const after = nextRow[c]!;
      if (after >= 0) {
        active[left] = i;
        candidates[left++] = after;
      }
    }
    this.activeCount = left;
    for (let k = 0; k < this.keys.length && m > 0; k++) {
      m = filterEqual(
        this.keys[k]!,
        this.buildKeys[k]!,
        this.types[k]!,
        this.nullEq[k]!,
        probeRows,
        buildRows,
        m,
      );
    }
    this.count = m;
  }
}
