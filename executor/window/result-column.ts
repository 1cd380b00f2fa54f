import { gather } from '../../chunk/gather.js';
import { slice } from '../../chunk/slice.js';
import type { Vector } from '../../chunk/vector.js';
import { NumVector } from '../../chunk/vector.js';
import { newVectorBuilder, type VectorBuilder } from '../../chunk/vector-builder.js';
import type { FieldType } from '../../types/field-type.js';

/** What a window function gives: values, or for each row the number of the row whose value it is (-1 for NULL), looked up as rows are given out. */
export type WindowColumn =
  { readonly values: Vector } | { readonly source: Vector; readonly rows: Int32Array };

export function sliceColumn(c: WindowColumn, from: number, to: number): Vector {
  return 'values' in c
    ? slice(c.values, from, to)
    : gather(c.source, c.rows.subarray(from, to), to - from, true);
}

/** Numbers appended row after row; once one is beyond 2^53, all go to a builder. */
export class ResultColumn {
  private readonly data: Float64Array;
  private nulls: Uint8Array | null = null;
  private builder: VectorBuilder | null = null;
  private n = 0;

  constructor(
    private readonly type: FieldType,
    rows: number,
  ) {
    this.data = new Float64Array(rows);
  }

  append(v: number | bigint | null): void {
    if (this.builder !== null) this.builder.append(v);
    else if (typeof v === 'number') this.data[this.n] = v;
    else if (v === null) (this.nulls ??= new Uint8Array(this.data.length))[this.n] = 1;
    else this.widen().append(v);
    this.n++;
  }

  finish(): WindowColumn {
    return { values: this.builder?.finish() ?? new NumVector(this.data, this.n, this.nulls) };
  }

  private widen(): VectorBuilder {
    const b = (this.builder = newVectorBuilder(this.type, Math.max(1, this.data.length)));
    for (let i = 0; i < this.n; i++)
      b.append(this.nulls !== null && this.nulls[i] === 1 ? null : this.data[i]!);
    return b;
  }
}
