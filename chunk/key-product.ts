import { TypeCode, type FieldType } from '../types/field-type.js';
import type { GroupTable } from './group-key.js';
import { BytesVector, NumVector, type Vector } from './vector.js';

/** Largest product of the columns' numbers of values. */
const PRODUCT_LIMIT = 1 << 16;
/** Values that each column has places for from the beginning. */
const FIRST_CAP = 4;
/** Columns whose first places are no more than that. */
const MOST_COLUMNS = Math.log2(PRODUCT_LIMIT) / Math.log2(FIRST_CAP);

/** Whether an id per column is likely cheap: dictionary codes or numbers in every column. */
export function suitsProduct(columns: readonly Vector[], types: readonly FieldType[]): boolean {
  return (
    columns.length <= MOST_COLUMNS &&
    columns.every((v, c) =>
      v instanceof BytesVector
        ? v.codes !== null && v.offsets.length <= 4096
        : v instanceof NumVector && types[c]!.tp !== TypeCode.Double,
    )
  );
}

/** Keys of several columns of few values each: an id per column, and the ids combined into a place of one array. */
export class KeyProduct {
  /** id + 1 by place. */
  ids = new Int32Array(0);
  private partIds: Int32Array[] = [];
  private strides: number[] = [];
  private readonly caps: number[];

  constructor(
    /** Of each column. */
    private readonly parts: readonly GroupTable[],
    /** The keys of all groups, by id. */
    private readonly keys: () => readonly Vector[],
  ) {
    this.caps = parts.map(() => FIRST_CAP);
    this.rebuild(0);
  }

  get bytes(): number {
    let n = this.ids.byteLength;
    for (const p of this.parts) n += p.bytes;
    return n;
  }

  /**
   * The place of each of the `n` selected rows in `ids`, where there are `groups` so far: -1 for NULLs that are skipped, and for values that
   * are unknown and not entered. Null when there are too many places.
   */
  places(
    columns: readonly Vector[],
    sel: Int32Array | null,
    n: number,
    groups: number,
    insert: boolean,
  ): Int32Array | null {
    const { parts } = this;
    for (let c = 0; c < parts.length; c++) {
      let ids = this.partIds[c];
      if (ids === undefined || ids.length < n) ids = this.partIds[c] = new Int32Array(n);
      if (insert) parts[c]!.assign([columns[c]!], sel, n, ids);
      else parts[c]!.find([columns[c]!], sel, n, ids);
    }
    let grown = false;
    let total = 1;
    for (let c = 0; c < parts.length; c++) {
      while (this.caps[c]! < parts[c]!.size) {
        this.caps[c]! *= 2;
        grown = true;
      }
      total *= this.caps[c]!;
    }
    if (total > PRODUCT_LIMIT) return null;
    if (grown) this.rebuild(groups);
    const at = this.partIds[0]!;
    // Fold the ids into one index in the first column's buffer; -1 stays negative.
    for (let c = 1; c < parts.length; c++) {
      const ids = this.partIds[c]!;
      const stride = this.strides[c]!;
      for (let k = 0; k < n; k++) {
        const a = at[k]!;
        const b = ids[k]!;
        at[k] = a < 0 || b < 0 ? -1 : a + b * stride;
      }
    }
    return at;
  }

  private rebuild(groups: number): void {
    this.strides = [];
    let total = 1;
    for (const c of this.caps) {
      this.strides.push(total);
      total *= c;
    }
    this.ids = new Int32Array(total);
    if (groups === 0) return;
    const at = new Int32Array(groups);
    const ids = new Int32Array(groups);
    this.keys().forEach((v, c) => {
      this.parts[c]!.find([v], null, groups, ids);
      for (let g = 0; g < groups; g++) at[g]! += ids[g]! * this.strides[c]!;
    });
    for (let g = 0; g < groups; g++) this.ids[at[g]!] = g + 1;
  }
}
