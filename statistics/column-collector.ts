import type { ColumnInfo } from '../catalog/model.js';
import type { BytesVector, Vector } from '../chunk/vector.js';
import { collationOf, type Collation } from '../types/collation.js';
import type { Datum } from '../types/datum.js';
import type { CompareDatums } from './estimate.js';
import { FmSketch } from './fm-sketch.js';
import { KeySampler } from './key-sample.js';
import { hashNumber } from './value-hash.js';

/** Order of a column's values as its collation has it. */
export function columnCompare(info: Pick<ColumnInfo, 'type'>): CompareDatums {
  const c = collationOf(info.type);
  return (a, b) => {
    if (a instanceof Uint8Array) return c.compare(a, b as Uint8Array);
    return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
  };
}

const BINARY = collationOf({ collate: 'binary' });

/** The collation that a column's values are ordered by. */
export const columnCollation = (info: Pick<ColumnInfo, 'type'>): Collation =>
  info.type.charset === 'binary' ? BINARY : collationOf(info.type);

/** The hash that a collector gives a value that is not NULL. */
export function hashDatum(info: Pick<ColumnInfo, 'type'>, v: Exclude<Datum, null>): number {
  if (v instanceof Uint8Array) return columnCollation(info).hashAt(v, 0, v.length) | 0;
  return hashNumber(typeof v === 'bigint' ? Number(BigInt.asIntN(64, v)) : v);
}

/** What ANALYZE learns of a column from every row: NULLs, bytes, distinct values, rows of some values. */
export class ColumnCollector {
  readonly sketch = new FmSketch();
  readonly keys = new KeySampler();
  nulls = 0;
  bytes = 0;
  readonly compare: CompareDatums;
  /** Hashes of the rows of the chunk taken last, equal for values that the collation holds equal; 0 for NULL. */
  hashes = new Int32Array(0);
  private readonly collation: Collation;
  /** Hashes of a dictionary's entries as they are met, and which are known. */
  private offsets: Int32Array | null = null;
  private entries = new Int32Array(0);
  private known = new Uint8Array(0);

  constructor(readonly info: ColumnInfo) {
    this.collation = columnCollation(info);
    this.compare = columnCompare(info);
  }

  /** Takes the rows of a vector: those that `sel` names, or the first `n`. */
  add(v: Vector, sel: Int32Array | null, n: number): void {
    if (this.hashes.length < n) this.hashes = new Int32Array(Math.max(1024, n));
    const { hashes } = this;
    switch (v.kind) {
      case 'num': {
        const { data } = v;
        for (let k = 0; k < n; k++) hashes[k] = hashNumber(data[sel === null ? k : sel[k]!]!);
        break;
      }
      case 'wide': {
        const { data } = v;
        for (let k = 0; k < n; k++)
          hashes[k] = hashNumber(Number(BigInt.asIntN(64, data[sel === null ? k : sel[k]!]!)));
        break;
      }
      default:
        if (v.codes === null) this.hashBytes(v, sel, n);
        else this.hashCodes(v, v.codes, sel, n);
    }
    this.sketchRows(v, sel, n);
  }

  private sketchRows(v: Vector, sel: Int32Array | null, n: number): void {
    const { hashes, sketch, keys } = this;
    const { nulls } = v;
    if (nulls === null) {
      for (let k = 0; k < n; k++) {
        sketch.add(hashes[k]!);
        keys.add(hashes[k]!);
      }
      if (v.kind !== 'bytes') this.bytes += 8 * n;
      return;
    }
    let present = 0;
    for (let k = 0; k < n; k++) {
      if (nulls[sel === null ? k : sel[k]!] === 1) {
        hashes[k] = 0;
        continue;
      }
      present++;
      sketch.add(hashes[k]!);
      keys.add(hashes[k]!);
    }
    this.nulls += n - present;
    if (v.kind !== 'bytes') this.bytes += 8 * present;
  }

  private hashBytes(v: BytesVector, sel: Int32Array | null, n: number): void {
    const { hashes, collation } = this;
    const { bytes, offsets, nulls } = v;
    for (let k = 0; k < n; k++) {
      const i = sel === null ? k : sel[k]!;
      if (nulls !== null && nulls[i] === 1) continue;
      const from = offsets[i]!;
      const to = offsets[i + 1]!;
      hashes[k] = collation.hashAt(bytes, from, to) | 0;
      this.bytes += to - from;
    }
  }

  private hashCodes(v: BytesVector, codes: Int32Array, sel: Int32Array | null, n: number): void {
    const { hashes, collation } = this;
    const { bytes, offsets, nulls } = v;
    if (this.offsets !== offsets) {
      this.offsets = offsets;
      if (this.entries.length < offsets.length) {
        this.entries = new Int32Array(offsets.length);
        this.known = new Uint8Array(offsets.length);
      } else this.known.fill(0);
    }
    const { entries, known } = this;
    for (let k = 0; k < n; k++) {
      const i = sel === null ? k : sel[k]!;
      if (nulls !== null && nulls[i] === 1) continue;
      const e = codes[i]!;
      if (known[e] === 0) {
        known[e] = 1;
        entries[e] = collation.hashAt(bytes, offsets[e]!, offsets[e + 1]!) | 0;
      }
      hashes[k] = entries[e]!;
      this.bytes += offsets[e + 1]! - offsets[e]!;
    }
  }
}
