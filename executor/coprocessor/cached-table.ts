import { concat } from '../../chunk/concat.js';
import { GroupTable } from '../../chunk/group-key.js';
import { BytesVector, type Vector } from '../../chunk/vector.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { newFieldType, TypeCode, type FieldType } from '../../types/field-type.js';
import { nameOf } from '../dml/current-values.js';
import { vectorRowBytes } from '../row-bytes.js';
import type { HandleList } from './handle-list.js';

/** Largest dictionary, and how many rows an entry must stand for on average. */
const MAX_DICTIONARY = 1 << 16;
const MIN_REPETITION = 4;
/** Rows looked at between two looks at the size of a dictionary. */
const DICTIONARY_STEP = 8192;
const BYTES_TYPE = newFieldType(TypeCode.VarString, { charset: 'binary', collate: 'binary' });

/** Id under which the integer handle is kept as a column. */
export const HANDLE_ID = -1;

/** A column of a scan's output; id -1 = the handle. */
export interface Wanted {
  readonly id: number;
  readonly type: FieldType;
}

/** One decoded column. Kept as the scan gave it until it is first read, then as one vector. */
class CachedColumn {
  private vector: Vector | null = null;

  constructor(
    readonly type: FieldType,
    private parts: readonly Vector[],
  ) {}

  get bytes(): number {
    if (this.vector !== null) {
      const v = this.vector;
      return vectorRowBytes(v) + (v.kind === 'bytes' && v.codes !== null ? v.bytes.byteLength : 0);
    }
    let n = 0;
    for (const p of this.parts) n += vectorRowBytes(p);
    return n;
  }

  get(): Vector {
    if (this.vector === null) {
      const v = concat(this.parts);
      this.vector = v.kind === 'bytes' && v.codes === null ? (dictionaryOf(v) ?? v) : v;
      this.parts = [];
    }
    return this.vector;
  }
}

/** The vector with its distinct values in a dictionary, where they repeat enough. */
function dictionaryOf(v: BytesVector): BytesVector | null {
  const limit = Math.min(MAX_DICTIONARY, Math.floor(v.length / MIN_REPETITION));
  const table = new GroupTable([BYTES_TYPE]);
  const codes = new Int32Array(v.length);
  for (let from = 0; from < v.length; from += DICTIONARY_STEP) {
    const to = Math.min(v.length, from + DICTIONARY_STEP);
    const part = new BytesVector(v.bytes, v.offsets.subarray(from, to + 1), to - from);
    table.assign([part], null, to - from, codes.subarray(from, to));
    if (table.size > limit || (from === 0 && table.size * MIN_REPETITION > (to - from) * 3)) return null;
  }
  const keys = table.keys()[0] as BytesVector;
  return new BytesVector(keys.bytes.slice(), keys.offsets.slice(), v.length, v.nulls, codes);
}

/**
 * Columns of a table as of version `base`, and the keys written since ("delta"). A reader at `ts >= base` sees base rows that
 * are not in the delta, and the delta's keys as the row store has them at `ts`: whatever was committed after `base` is in the
 * delta, and nothing else makes a row differ from what it was at `base`.
 */
export class CachedTable {
  private readonly columns = new Map<number, CachedColumn>();
  private readonly delta = new Map<string, Uint8Array>();
  private sorted: Uint8Array[] | null = null;
  /** For LRU. */
  lastUsed = 0;

  constructor(
    readonly physicalId: number,
    readonly base: bigint,
    readonly handles: HandleList,
    /** Zone that TIMESTAMP columns are shown in. */
    readonly zone: string,
  ) {}

  get rows(): number {
    return this.handles.length;
  }

  get deltaSize(): number {
    return this.delta.size;
  }

  get bytes(): number {
    let n = this.handles.memory + this.delta.size * 120;
    for (const c of this.columns.values()) n += c.bytes;
    return n;
  }

  add(id: number, type: FieldType, parts: readonly Vector[]): void {
    this.columns.set(id, new CachedColumn(type, parts));
  }

  has(id: number, type: FieldType): boolean {
    const c = this.columns.get(id);
    return c !== undefined && sameStorage(c.type, type);
  }

  column(id: number): Vector {
    return this.columns.get(id)!.get();
  }

  /** Ids and types of the columns held. */
  held(): { readonly id: number; readonly type: FieldType }[] {
    return [...this.columns].map(([id, c]) => ({ id, type: c.type }));
  }

  /** A record was written after `base`. */
  touch(key: Uint8Array): void {
    const name = nameOf(key);
    if (this.delta.has(name)) return;
    this.delta.set(name, key.slice());
    this.sorted = null;
  }

  /** Keys of the delta, ascending. */
  deltaKeys(): readonly Uint8Array[] {
    this.sorted ??= [...this.delta.values()].sort(compareBytes);
    return this.sorted;
  }
}

/** Whether decoded cells of one type are those of the other: the column was not altered in between. */
function sameStorage(a: FieldType, b: FieldType): boolean {
  return (
    a === b ||
    (a.tp === b.tp &&
      a.flag === b.flag &&
      a.flen === b.flen &&
      a.decimal === b.decimal &&
      a.charset === b.charset &&
      a.collate === b.collate)
  );
}
