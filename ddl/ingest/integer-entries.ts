import type { IndexInfo, TableInfo } from '../../catalog/model.js';
import { arrayPart, descendingParts, indexedType } from '../../catalog/table-layout.js';
import type { NumVector, Vector } from '../../chunk/vector.js';
import { complement, DatumFlag } from '../../kv/codec/datum-codec.js';
import { PLAIN_INDEX_VALUE } from '../../kv/codec/index-value.js';
import type { Descending } from '../../kv/codec/table-key.js';
import { ValueKind, valueKindOf } from '../../kv/codec/value-kind.js';
import type { RunBuilder } from './entry-run.js';

const TWO_TO_32 = 2 ** 32;
/** A flag and eight bytes. */
const INTEGER_BYTES = 9;
const HANDLE_BYTES = 8;

/**
 * Entries of an index over whole integer columns of a table with integer handles, from the columns' vectors straight to their bytes. They are
 * those that IndexMutations makes.
 */
export class IntegerEntries {
  private constructor(
    private readonly positions: readonly number[],
    private readonly unsigned: readonly boolean[],
    private readonly descending: Descending | undefined,
    private readonly unique: boolean,
  ) {}

  /** Null for an index of another kind. `offsets`: the columns that the vectors given to `append` are of. */
  static of(table: TableInfo, index: IndexInfo, offsets: readonly number[]): IntegerEntries | null {
    if (table.isCommonHandle || index.global === true || arrayPart(table, index) >= 0) return null;
    const kinds = index.columns.map((c) => valueKindOf(indexedType(table, c)));
    const whole = index.columns.every((c) => c.length < 0);
    if (!whole || kinds.some((k) => k !== ValueKind.Int && k !== ValueKind.Uint)) return null;
    const positions = index.columns.map((c) => offsets.indexOf(c.offset));
    return new IntegerEntries(
      positions,
      kinds.map((k) => k === ValueKind.Uint),
      descendingParts(index),
      index.unique,
    );
  }

  /** Appends the entries of all rows; false, and nothing is done, where some values are beyond 2^53. */
  append(builder: RunBuilder, columns: readonly Vector[], handles: Float64Array, rows: number): boolean {
    const { positions, unsigned, unique, descending } = this;
    const parts: NumVector[] = [];
    for (const p of positions) {
      const column = columns[p]!;
      if (column.kind !== 'num') return false;
      parts.push(column);
    }
    const most = (parts.length + 1) * INTEGER_BYTES + HANDLE_BYTES;
    for (let r = 0; r < rows; r++) {
      let at = builder.begin(most);
      const { buf } = builder.writer;
      let distinct = unique;
      for (let c = 0; c < parts.length; c++) {
        const { data, nulls } = parts[c]!;
        const start = at;
        if (nulls !== null && nulls[r] === 1) {
          buf[at++] = DatumFlag.Nil;
          distinct = false;
        } else {
          const isUnsigned = unsigned[c]!;
          buf[at] = isUnsigned ? DatumFlag.Uint : DatumFlag.Int;
          writeInteger(buf, at + 1, data[r]!, isUnsigned ? 0 : 0x80);
          at += INTEGER_BYTES;
        }
        if (descending?.[c] === true) complement(buf, start, at);
      }
      const handle = handles[r]!;
      if (distinct) {
        writeInteger(buf, at, handle, 0);
        builder.endAt(at, at + HANDLE_BYTES);
      } else {
        buf[at] = DatumFlag.Int;
        writeInteger(buf, at + 1, handle, 0x80);
        at += INTEGER_BYTES;
        buf[at] = PLAIN_INDEX_VALUE[0]!;
        builder.endAt(at, at + 1);
      }
    }
    return true;
  }
}

/** Eight bytes, big-endian, two's complement; `flip` is what the first is combined with. */
function writeInteger(buf: Uint8Array, at: number, v: number, flip: number): void {
  // ToInt32 takes the low 32 bits of a number of any size, and of a negative one those of its two's complement.
  const high = Math.floor(v / TWO_TO_32) | 0;
  const lower = v | 0;
  buf[at] = (high >>> 24) ^ flip;
  buf[at + 1] = high >>> 16;
  buf[at + 2] = high >>> 8;
  buf[at + 3] = high;
  buf[at + 4] = lower >>> 24;
  buf[at + 5] = lower >>> 16;
  buf[at + 6] = lower >>> 8;
  buf[at + 7] = lower;
}
