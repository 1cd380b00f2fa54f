import { GroupTable } from '../../chunk/group-key.js';
import type { BytesVector, Vector } from '../../chunk/vector.js';
import { NumVector } from '../../chunk/vector.js';
import { vectorOf } from '../../chunk/vector-builder.js';
import { encodeUtf8 } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import { evalType, TypeCode, type FieldType } from '../../types/field-type.js';
import { datumToString } from '../../types/format.js';
import { JsonType } from '../../types/json/value.js';
import { intType, jsonType, stringType } from '../type-inference.js';
import { atOnce } from '../../types/steps.js';
import { grown, type Aggregator, type HeldPortion, type HeldRows } from './aggregator.js';
import { PORTION, PortionBuilder } from './held-portion.js';
import { copy, JsonCells, put32 } from './json-cells.js';
import { sortEntries } from './sorted-entries.js';

/** Bytes of a container in front of its entries, and of an entry of an array, an object's value and its key. */
const HEADER = 8;
const VALUE_ENTRY = 5;
const KEY_ENTRY = 6;
/** Entries between two chances to let others use the thread. */
const STEP = 1 << 14;

/** A container of so many entries, of `size` bytes, its type in front. */
function container(type: number, count: number, size: number): Uint8Array {
  const out = new Uint8Array(1 + size);
  out[0] = type;
  put32(out, 1, count);
  put32(out, 5, size);
  return out;
}

/** JSON_ARRAYAGG(value): NULLs are kept; no rows give NULL. */
export class JsonArrayAggregator implements Aggregator, HeldRows {
  readonly held = this;
  readonly types = [jsonType()];
  readonly order = [];
  private cells: JsonCells;
  /** By group: its first and last cell, and how many there are. */
  private first = new Int32Array(0);
  private last = new Int32Array(0);
  private counts = new Int32Array(0);

  constructor(
    private readonly type: FieldType,
    private readonly input: FieldType,
  ) {
    this.cells = new JsonCells(input);
  }

  get bytes(): number {
    return this.cells.memory;
  }

  *take(): Generator<HeldPortion | void, void> {
    const { cells, counts, first } = this;
    const portion = new PortionBuilder(this.types);
    for (let g = 0; g < counts.length; g++) {
      if (counts[g] === 0) continue;
      for (let k = first[g]!; k >= 0; k = cells.next[k]!)
        if (portion.add(g, cells.encoded(k)) === PORTION) yield portion.finish();
    }
    yield portion.finish();
    this.clear();
  }

  restore(groups: Int32Array, [values]: readonly Vector[]): void {
    for (let i = 0; i < groups.length; i++)
      this.append(groups[i]!, this.cells.addEncoded(values!.get(i) as Uint8Array));
  }

  /** Nothing stays of any group. */
  clear(): void {
    this.cells = new JsonCells(this.input);
    this.counts.fill(0);
  }

  resize(groups: number): void {
    this.first = grown(this.first, groups);
    this.last = grown(this.last, groups);
    this.counts = grown(this.counts, groups);
  }

  update(ids: Int32Array | null, inputs: readonly Vector[], n: number, sel: Int32Array | null): void {
    const v = inputs[0]!;
    const { cells } = this;
    const rows = sel === null ? n : sel.length;
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      this.append(ids === null ? 0 : ids[i]!, cells.add(v.get(i)));
    }
  }

  private append(g: number, k: number): void {
    if (this.counts[g]!++ === 0) this.first[g] = k;
    else this.cells.next[this.last[g]!] = k;
    this.last[g] = k;
  }

  result(from: number, to: number): Vector[] {
    return atOnce(this.resultSteps(from, to));
  }

  *resultSteps(from: number, to: number): Generator<void, Vector[]> {
    const out: Datum[] = [];
    for (let g = from; g < to; g++) out.push(yield* this.array(g));
    return [vectorOf(out, this.type)];
  }

  private *array(g: number): Generator<void, Uint8Array | null> {
    const { cells } = this;
    const n = this.counts[g]!;
    if (n === 0) return null;
    let size = HEADER + n * VALUE_ENTRY;
    let since = 0;
    for (let k = this.first[g]!; k >= 0; k = cells.next[k]!) {
      size += cells.bodyLength(k);
      if (++since % STEP === 0) yield;
    }
    const out = container(JsonType.Array, n, size);
    let entry = 1 + HEADER;
    let body = entry + n * VALUE_ENTRY;
    for (let k = this.first[g]!; k >= 0; k = cells.next[k]!) {
      body = cells.write(k, out, 1, entry, body);
      entry += VALUE_ENTRY;
      if (++since % STEP === 0) yield;
    }
    return out;
  }

  memory(): number {
    return this.cells.memory + this.first.byteLength * 3;
  }
}

const KEY_TYPES: readonly FieldType[] = [intType(), stringType(-1, 'binary', 'binary')];
const MAX_KEY = 0xffff;

/** JSON_OBJECTAGG(key, value): the last value of a key stays; a NULL key is error 3158. */
export class JsonObjectAggregator implements Aggregator, HeldRows {
  readonly held = this;
  readonly types = [KEY_TYPES[1]!, jsonType()];
  readonly order = [];
  /** (group, key); by entry, the cell of its value and the next entry of its group. */
  private keys = new GroupTable(KEY_TYPES);
  private cells: JsonCells;
  private values = new Int32Array(0);
  private next = new Int32Array(0);
  /** By group: its last entry, and how many there are. */
  private last = new Int32Array(0);
  private counts = new Int32Array(0);
  private readonly plainKeys: boolean;

  constructor(
    private readonly type: FieldType,
    private readonly key: FieldType,
    private readonly value: FieldType,
  ) {
    this.cells = new JsonCells(value);
    this.plainKeys =
      evalType(key) === 'string' &&
      key.charset === 'utf8mb4' &&
      key.tp !== TypeCode.Enum &&
      key.tp !== TypeCode.Set;
  }

  resize(groups: number): void {
    this.last = grown(this.last, groups);
    this.counts = grown(this.counts, groups);
  }

  update(ids: Int32Array | null, inputs: readonly Vector[], n: number, sel: Int32Array | null): void {
    const [k, v] = inputs as [Vector, Vector];
    const rows = sel === null ? n : sel.length;
    for (let q = 0; q < rows; q++)
      if (k.isNull(sel === null ? q : sel[q]!)) throw mysqlError('ER_JSON_DOCUMENT_NULL_KEY');
    const { cells } = this;
    this.enter(ids ?? new Int32Array(n), this.texts(k, n, sel), n, sel, (i) => cells.add(v.get(i)));
  }

  /** Adds members; `add` puts the value of a row into a cell. */
  private enter(
    groups: Int32Array,
    texts: Vector,
    n: number,
    sel: Int32Array | null,
    add: (row: number) => number,
  ): void {
    const rows = sel === null ? n : sel.length;
    const { keys, last, counts } = this;
    const known = keys.size;
    const entries = new Int32Array(rows);
    keys.assign([new NumVector(groups, n), texts], sel, rows, entries);
    this.values = grown(this.values, keys.size);
    this.next = grown(this.next, keys.size);
    this.values.fill(-1, known, keys.size);
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      const e = entries[q]!;
      const g = groups[i]!;
      if (this.values[e]! < 0) {
        this.next[e] = counts[g]!++ === 0 ? -1 : last[g]!;
        last[g] = e;
      }
      this.values[e] = add(i);
    }
  }

  get bytes(): number {
    return this.cells.memory + this.keys.bytes + this.values.byteLength * 2;
  }

  *take(): Generator<HeldPortion | void, void> {
    const { cells, counts, last } = this;
    if (this.keys.size > 0) {
      const texts = this.keys.keys()[1]!;
      const portion = new PortionBuilder(this.types);
      for (let g = 0; g < counts.length; g++)
        for (let i = counts[g]!, e = last[g]!; i > 0; i--, e = this.next[e]!)
          if (portion.add(g, texts.get(e), cells.encoded(this.values[e]!)) === PORTION)
            yield portion.finish();
      yield portion.finish();
    }
    this.clear();
  }

  restore(groups: Int32Array, [texts, values]: readonly Vector[]): void {
    const n = groups.length;
    if (n === 0) return;
    this.enter(groups, texts!, n, null, (i) => this.cells.addEncoded(values!.get(i) as Uint8Array));
  }

  /** Nothing stays of any group. */
  clear(): void {
    this.keys = new GroupTable(KEY_TYPES);
    this.cells = new JsonCells(this.value);
    this.values = new Int32Array(0);
    this.next = new Int32Array(0);
    this.counts.fill(0);
  }

  private texts(k: Vector, n: number, sel: Int32Array | null): Vector {
    if (this.plainKeys && k.kind === 'bytes') return k;
    const out: Datum[] = new Array<Datum>(n).fill(null);
    const rows = sel === null ? n : sel.length;
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      out[i] = encodeUtf8(datumToString(k.get(i), this.key));
    }
    return vectorOf(out, KEY_TYPES[1]!);
  }

  result(from: number, to: number): Vector[] {
    return atOnce(this.resultSteps(from, to));
  }

  *resultSteps(from: number, to: number): Generator<void, Vector[]> {
    const { bytes, offsets } = this.keys.keys()[1] as BytesVector;
    const out: Datum[] = [];
    for (let g = from; g < to; g++) out.push(yield* this.object(g, bytes, offsets));
    return [vectorOf(out, this.type)];
  }

  private *object(g: number, bytes: Uint8Array, offsets: Int32Array): Generator<void, Uint8Array | null> {
    const { cells, values } = this;
    const n = this.counts[g]!;
    if (n === 0) return null;
    const entries = new Int32Array(n);
    let size = HEADER + n * (KEY_ENTRY + VALUE_ENTRY);
    for (let i = 0, e = this.last[g]!; i < n; i++, e = this.next[e]!) {
      entries[i] = e;
      const length = offsets[e + 1]! - offsets[e]!;
      if (length > MAX_KEY) throw mysqlError('ER_JSON_KEY_TOO_BIG');
      size += length + cells.bodyLength(values[e]!);
      if (i % STEP === STEP - 1) yield;
    }
    yield* sortEntries(entries, bytes, offsets);
    const out = container(JsonType.Object, n, size);
    let entry = 1 + HEADER;
    let at = entry + n * (KEY_ENTRY + VALUE_ENTRY);
    let since = 0;
    for (const e of entries) {
      const end = copy(bytes, offsets[e]!, offsets[e + 1]!, out, at);
      put32(out, entry, at - 1);
      out[entry + 4] = end - at;
      out[entry + 5] = (end - at) >>> 8;
      entry += KEY_ENTRY;
      at = end;
      if (++since % STEP === 0) yield;
    }
    for (const e of entries) {
      at = cells.write(values[e]!, out, 1, entry, at);
      entry += VALUE_ENTRY;
      if (++since % STEP === 0) yield;
    }
    return out;
  }

  memory(): number {
    return this.cells.memory + this.keys.bytes + this.values.byteLength * 2 + this.last.byteLength * 2;
  }
}
