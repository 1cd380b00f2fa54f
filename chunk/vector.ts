import type { Datum } from '../types/datum.js';
import { intDatum } from '../types/datum.js';

/**
 * Column vectors. A cell means what the Datum of its FieldType means (types/datum.ts). Each class is monomorphic in its
 * fields; generated kernels specialise on the class and on the class of `data`. The contents of rows whose null mask is 1
 * are unspecified but harmless (0 or empty).
 *
 * Vectors are immutable once they are part of a chunk: operators share them freely and never write into them.
 */
export type Vector = NumVector | WideVector | BytesVector;

/** One byte a row, 1 = NULL; `null` when the vector has no NULL. Length >= the vector's length. */
export type NullMask = Uint8Array | null;

/** Numbers exact in a double: integers within 2^53, doubles, scaled decimals, packed times. */
export class NumVector {
  readonly kind = 'num';
  constructor(
    readonly data: Float64Array | Int32Array,
    readonly length: number,
    readonly nulls: NullMask = null,
  ) {}

  isNull(i: number): boolean {
    return this.nulls !== null && this.nulls[i] === 1;
  }

  get(i: number): Datum {
    return this.nulls !== null && this.nulls[i] === 1 ? null : this.data[i]!;
  }
}

/** Values some of which exceed 2^53: wide integers in typed arrays (shareable), wide decimals as bigints. */
export class WideVector {
  readonly kind = 'wide';
  constructor(
    readonly data: BigInt64Array | BigUint64Array | bigint[],
    readonly length: number,
    readonly nulls: NullMask = null,
  ) {}

  isNull(i: number): boolean {
    return this.nulls !== null && this.nulls[i] === 1;
  }

  get(i: number): Datum {
    return this.nulls !== null && this.nulls[i] === 1 ? null : intDatum(this.data[i]!);
  }
}

/**
 * Byte strings in Arrow's layout: cell i is bytes[offsets[i], offsets[i+1]). With `codes` the vector is
 * dictionary-coded: cell i is entry codes[i] of the dictionary that offsets/bytes describe.
 */
export class BytesVector {
  readonly kind = 'bytes';
  constructor(
    readonly bytes: Uint8Array,
    /** Length + 1 entries (dictionary size + 1 when coded), ascending. */
    readonly offsets: Int32Array,
    readonly length: number,
    readonly nulls: NullMask = null,
    readonly codes: Int32Array | null = null,
  ) {}

  isNull(i: number): boolean {
    return this.nulls !== null && this.nulls[i] === 1;
  }

  /** A view, not a copy; do not write to it. */
  get(i: number): Datum {
    return this.nulls !== null && this.nulls[i] === 1 ? null : this.slice(i);
  }

  slice(i: number): Uint8Array {
    const e = this.codes === null ? i : this.codes[i]!;
    return this.bytes.subarray(this.offsets[e]!, this.offsets[e + 1]!);
  }
}
