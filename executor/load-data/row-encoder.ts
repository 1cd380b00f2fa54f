import { autoColumn } from '../../catalog/auto-columns.js';
import type { ColumnInfo, TableInfo } from '../../catalog/model.js';
import { isInKeyOnly, handleColumn, primaryIndex } from '../../catalog/table-layout.js';
import type { TableMutations } from '../../catalog/table-mutations.js';
import { ByteWriter } from '../../kv/codec/byte-writer.js';
import { DatumFlag } from '../../kv/codec/datum-codec.js';
import { putDecimalDigits, POW10 } from '../../kv/codec/decimal-codec.js';
import { highWord } from '../../kv/codec/number-codec.js';
import { ROW_VERSION, writeRowValue } from '../../kv/codec/row-v2.js';
import { recordPrefix, type Handle } from '../../kv/codec/table-key.js';
import { UTC_OFFSETS, type ZoneOffsets } from '../../kv/codec/time-codec.js';
import type { Transaction } from '../../kv/storage.js';
import { utf8InvalidAt } from '../../types/charset.js';
import { daysInMonth } from '../../types/calendar.js';
import type { Datum } from '../../types/datum.js';
import { TypeCode } from '../../types/field-type.js';
import type { RunBuilder } from '../../ddl/ingest/entry-run.js';
import type { Assigner } from '../dml/assignment.js';
import { encodedColumn, Quick, type EncodedColumn } from './encoded-column.js';
import { SAFE_DIGITS, type FieldReader } from './field-reader.js';
import type { LineParser } from './line-parser.js';

/** What a cell of the row being encoded is. */
const Cell = { null: 0, int: 1, uint: 2, decimal: 3, time: 4, bytes: 5, datum: 6 } as const;

const NONE = new Uint8Array(0);

const SLAB = 1 << 20;
/** Bytes of a key of 16 integers, the most that a key has. */
const PLAIN_KEY_ROOM = 16 * 9;
/** Longer values are copied by the engine: a shorter one is copied sooner than a view of it is made. */
const LONG_VALUE = 256;
/** Room in a row for the header's and the value's part of a cell that is no string: a wide decimal is the longest. */
const CELL_ROOM = 48;
const HEADER = 6;
/** Longer lines, and defaults, may need the large form of rows. */
const MAX_LINE = 12_000;
const MAX_DEFAULTS = 4000;
const PRESUME_NOT_EXISTS = { presumeNotExists: true } as const;

/**
 * From a line's bytes to a row's bytes: fields in the plain form of their type are read and written without a value being made
 * for each; all others go through the conversion that other statements use, with its warnings. For tables of plain columns, into
 * transactions that gather their writes.
 */
export class RowEncoder {
  /** Stored cells by position in ascending order of column ids. */
  private readonly stored: readonly EncodedColumn[];
  /** For each field of a line its column. */
  private readonly fields: readonly EncodedColumn[];
  private readonly slots: Int32Array;
  private readonly cells: Uint8Array;
  /** Integer; digits before the point; high word of a packed time. Then: digits behind the point; low word. */
  private readonly a: Float64Array;
  private readonly b: Float64Array;
  private readonly negative: Uint8Array;
  private readonly from: Int32Array;
  private readonly to: Int32Array;
  private readonly buffers: Uint8Array[] = [];
  private readonly datums: Datum[] = [];
  /** Datums of key columns by offset. */
  private readonly row: Datum[];
  private readonly prefix: Uint8Array;
  /** Slots of the key's columns where all are integers; null: keys are made of datums. */
  private readonly intKey: readonly number[] | null;
  private readonly single: boolean;
  private readonly autoSlot: number;
  /** Largest value given for the AUTO_INCREMENT column since it was last asked for. */
  private maxAuto = 0;
  /** Fields that were not in plain form, of all rows so far. */
  oddFields = 0;
  private slab = new Uint8Array(SLAB);
  private used = 0;
  private readonly scratch = new ByteWriter(256);
  /** The value of the row last encoded: slab[valueFrom, used). */
  private valueFrom = 0;
  private key: Uint8Array = NONE;
  private keyMade = false;

  private constructor(
    table: TableInfo,
    targets: readonly { readonly column: ColumnInfo; readonly reader: FieldReader | null }[],
    private readonly defaults: readonly Datum[],
    private readonly mutations: TableMutations,
    /** Null: rows with fields that are not in plain form are left to others. */
    private readonly assigner: Assigner | null,
    private readonly zone: ZoneOffsets,
    charset: string,
  ) {
    const key = table.isCommonHandle ? primaryIndex(table)!.columns.map((c) => c.offset) : [];
    const handle = handleColumn(table);
    if (handle !== null && !mutations.hiddenHandle) key.push(handle.offset);
    const keyed = new Set([
      ...key,
      ...mutations.indexes.flatMap((i) => i.index.columns.map((c) => c.offset)),
    ]);
    const made = new Map<number, EncodedColumn>();
    for (const c of table.columns) {
      const target = targets.find((t) => t.column.offset === c.offset);
      made.set(c.offset, encodedColumn(c, target?.reader ?? null, keyed.has(c.offset), charset));
    }
    const inRecord = table.columns.filter((c) => !isInKeyOnly(table, c)).sort((x, y) => x.id - y.id);
    // Columns of the key alone have cells behind the stored ones.
    const all = [...inRecord, ...table.columns.filter((c) => isInKeyOnly(table, c))].map((c) =>
      made.get(c.offset)!,
    );
    this.stored = all.slice(0, inRecord.length);
    this.fields = targets.map((t) => made.get(t.column.offset)!);
    const slotOf = (offset: number): number => all.findIndex((c) => c.offset === offset);
    this.slots = Int32Array.from(targets, (t) => slotOf(t.column.offset));
    const n = all.length;
    this.cells = new Uint8Array(n);
    this.a = new Float64Array(n);
    this.b = new Float64Array(n);
    this.negative = new Uint8Array(n);
    this.from = new Int32Array(n);
    this.to = new Int32Array(n);
    for (let i = 0; i < n; i++) {
      const v = defaults[all[i]!.column.offset]!;
      this.buffers.push(NONE);
      this.datums.push(v);
      this.cells[i] = v === null ? Cell.null : Cell.datum;
    }
    this.row = defaults.slice();
    this.prefix = recordPrefix(mutations.physicalId);
    const given = new Set(targets.map((t) => t.column.offset));
    const quickKey = key.length > 0 && key.every((o) => made.get(o)!.quick === Quick.int && given.has(o));
    this.intKey = quickKey ? key.map(slotOf) : null;
    this.single = handle !== null && !table.isCommonHandle;
    const auto = autoColumn(table);
    this.autoSlot = auto === null ? -1 : slotOf(auto.offset);
  }

  /** Null where rows take more than their fields: the general way is to be gone. `defaults` is a row with all columns at theirs. */
  static of(
    table: TableInfo,
    targets: readonly { readonly column: ColumnInfo; readonly reader: FieldReader | null }[],
    defaults: readonly Datum[],
    mutations: TableMutations,
    assigner: Assigner,
    zone: ZoneOffsets,
    charset: string,
  ): RowEncoder | null {
    if (targets.some((t) => t.reader === null)) return null;
    return RowEncoder.make(table, targets, defaults, mutations, assigner, zone, charset);
  }

  private static make(
    table: TableInfo,
    targets: readonly { readonly column: ColumnInfo; readonly reader: FieldReader | null }[],
    defaults: readonly Datum[],
    mutations: TableMutations,
    assigner: Assigner | null,
    zone: ZoneOffsets,
    charset: string,
  ): RowEncoder | null {
    const plain =
      table.partition === undefined &&
      table.moving === undefined &&
      table.exchanging === undefined &&
      table.temporary === undefined &&
      table.autoRandom === undefined &&
      !table.columns.some(
        (c) => c.state !== 'public' || c.generated !== '' || c.changing !== undefined || c.id > 255,
      ) &&
      !table.checks?.some((c) => c.enforced) &&
      !mutations.indexes.some((i) => i.countVaries);
    let defaultBytes = 0;
    for (const v of defaults) if (typeof v === 'object' && v !== null) defaultBytes += v.length;
    if (!plain || defaultBytes > MAX_DEFAULTS || table.columns.some((c) => defaults[c.offset] === undefined))
      return null;
    const given = new Set(targets.map((t) => t.column.offset));
    if (given.size < targets.length) return null;
    const auto = autoColumn(table);
    if (auto !== null && !given.has(auto.offset)) return null;
    return new RowEncoder(table, targets, defaults, mutations, assigner, zone, charset);
  }

  /**
   * One that takes plain rows alone, which needs nothing of a statement; null as well where a time zone matters, or row ids in index
   * entries.
   */
  static plain(
    table: TableInfo,
    columns: readonly ColumnInfo[],
    defaults: readonly Datum[],
    mutations: TableMutations,
    charset: string,
  ): RowEncoder | null {
    if (table.columns.some((c) => c.type.tp === TypeCode.Timestamp)) return null;
    if (mutations.hiddenHandle && mutations.indexes.length > 0) return null;
    const targets = columns.map((column) => ({ column, reader: null }));
    return RowEncoder.make(table, targets, defaults, mutations, null, UTC_OFFSETS, charset);
  }

  /** Takes the parser's line; false, and nothing has been done, when it needs the general way. */
  encode(parser: LineParser): boolean {
    const { fields, slots, cells, datums, assigner } = this;
    const n = fields.length;
    if (parser.count !== n || lineBytes(parser) > MAX_LINE) return false;
    if (this.autoSlot >= 0 && !this.hasOwnId(parser)) return false;
    let bytes = 0;
    for (let f = 0; f < n; f++) {
      const c = fields[f]!;
      const slot = slots[f]!;
      if (parser.nulls[f] === 1) {
        if (c.notNull && assigner === null) return false;
        const v = c.notNull ? assigner!.checkNull(null, c.column, !assigner!.strict) : null;
        this.takeDatum(c, slot, v);
        continue;
      }
      const buf = parser.buffers[f]!;
      const start = parser.starts[f]!;
      const end = parser.ends[f]!;
      if (this.quick(c, slot, buf, start, end)) {
        bytes += end - start;
        continue;
      }
      if (assigner === null) return false;
      this.oddFields++;
      let v = c.reader!(buf, start, end);
      if (v === null && c.notNull) v = assigner.checkNull(null, c.column, !assigner.strict);
      this.takeDatum(c, slot, v);
    }
    for (let i = 0; i < cells.length; i++) {
      const v = datums[i];
      if (cells[i] === Cell.datum && typeof v === 'object' && v !== null) bytes += v.length;
    }
    this.write(bytes);
    return true;
  }

  /** Writes the row last encoded. `rowId`: of a table without a key of its own. */
  put(txn: Pick<Transaction, 'set'>, rowId: number | bigint | null, presume: boolean): void {
    const { mutations } = this;
    const flags = presume ? PRESUME_NOT_EXISTS : undefined;
    const key = rowId === null ? this.recordKey : mutations.recordKey(rowId);
    const value = this.slab.subarray(this.valueFrom, this.used);
    txn.set(key, value, rowId === null ? flags : undefined);
    if (mutations.indexes.length === 0) return;
    const handle: Handle = rowId ?? this.handle();
    for (const index of mutations.indexes) {
      if (!index.writable) continue;
      txn.set(
        index.key(this.row, handle),
        index.value(this.row, handle),
        index.isDistinct(this.row) ? flags : undefined,
      );
    }
  }

  /**
   * Adds the row last encoded to what is gathered of each kind of entry: its record, and an entry of each index, in the order of
   * `TableMutations.indexes`. Keys are those without the table's or the index's prefix.
   */
  gather(records: RunBuilder, entries: readonly RunBuilder[], rowId: number | bigint | null): void {
    const { mutations, prefix, slab, valueFrom, used } = this;
    const plain = rowId === null && this.hasPlainKey();
    const key = plain ? NONE : rowId === null ? this.recordKey : mutations.recordKey(rowId);
    let at = records.begin(Math.max(key.length, PLAIN_KEY_ROOM) + used - valueFrom);
    const { buf } = records.writer;
    if (plain) at = this.putPlainKey(buf, at);
    else for (let i = prefix.length; i < key.length; i++) buf[at++] = key[i]!;
    const keyEnd = at;
    if (used - valueFrom > LONG_VALUE) buf.set(slab.subarray(valueFrom, used), at);
    else for (let i = valueFrom, q = at; i < used; i++) buf[q++] = slab[i]!;
    records.endAt(keyEnd, keyEnd + used - valueFrom);
    if (entries.length === 0) return;
    gatherEntries(mutations, this.row, rowId ?? this.handle(), entries);
  }

  /** Record key of the row last encoded; empty where rows have none of their own. */
  get recordKey(): Uint8Array {
    if (!this.keyMade) this.makeKey();
    return this.key;
  }

  /** Rows have keys of their own. */
  get hasHandle(): boolean {
    return !this.mutations.hiddenHandle;
  }

  /** Record key of a row whose id is given out by the table. */
  keyOf(rowId: number | bigint): Uint8Array {
    return this.mutations.recordKey(rowId);
  }

  /** The row last encoded, as other statements have it. */
  toRow(): Datum[] {
    const out = this.defaults.slice();
    for (let f = 0; f < this.fields.length; f++) {
      const c = this.fields[f]!;
      const slot = this.slots[f]!;
      out[c.offset] = c.keyed ? this.row[c.offset]! : this.datumOf(c, slot);
    }
    return out;
  }

  private datumOf(c: EncodedColumn, slot: number): Datum {
    const a = this.a[slot]!;
    const b = this.b[slot]!;
    switch (this.cells[slot]) {
      case Cell.null:
        return null;
      case Cell.int:
      case Cell.uint:
        return a;
      case Cell.decimal: {
        const unit = POW10[c.scale]!;
        const v = a * unit + b;
        if (v <= Number.MAX_SAFE_INTEGER) return this.negative[slot] === 1 ? -v : v;
        const wide = BigInt(a) * BigInt(unit) + BigInt(b);
        return this.negative[slot] === 1 ? -wide : wide;
      }
      case Cell.time: {
        const ymd = a >>> 9;
        const month = (ymd >>> 5) % 13;
        const date = (((ymd >>> 5) - month) / 13) * 512 + (month << 5) + (ymd & 31);
        return c.quick === Quick.date ? date : date * 0x2_0000 + (((a & 511) << 8) | (b >>> 24));
      }
      case Cell.bytes:
        return this.buffers[slot]!.slice(this.from[slot], this.to[slot]);
      default: {
        const v = this.datums[slot]!;
        return typeof v === 'object' && v !== null ? v.slice() : v;
      }
    }
  }

  /** The largest AUTO_INCREMENT value since this was last asked; 0 for none. */
  takeMaxAuto(): number {
    const v = this.maxAuto;
    this.maxAuto = 0;
    return v;
  }

  private handle(): Handle {
    return this.mutations.handleOf(this.row);
  }

  /** The AUTO_INCREMENT column has a value of its own in the line. */
  private hasOwnId(parser: LineParser): boolean {
    const f = this.slots.indexOf(this.autoSlot);
    if (parser.nulls[f] === 1) return false;
    const c = this.fields[f]!;
    if (c.quick !== Quick.int) return false;
    if (!this.quick(c, this.autoSlot, parser.buffers[f]!, parser.starts[f]!, parser.ends[f]!)) return false;
    const v = this.a[this.autoSlot]!;
    if (v <= 0) return false;
    if (v > this.maxAuto) this.maxAuto = v;
    return true;
  }

  private takeDatum(c: EncodedColumn, slot: number, v: Datum): void {
    this.datums[slot] = v;
    this.cells[slot] = v === null ? Cell.null : Cell.datum;
    if (c.keyed) this.row[c.offset] = typeof v === 'object' && v !== null ? v.slice() : v;
  }

  /** Reads a field in plain form into its cell. */
  private quick(c: EncodedColumn, slot: number, buf: Uint8Array, start: number, end: number): boolean {
    switch (c.quick) {
      case Quick.int:
        return this.quickInt(c, slot, buf, start, end);
      case Quick.decimal:
        return this.quickDecimal(c, slot, buf, start, end);
      case Quick.date:
        return end - start === 10 && this.quickTime(c, slot, buf, start, false);
      case Quick.dateTime:
        return end - start === 19 && this.quickTime(c, slot, buf, start, true);
      case Quick.text:
        return this.quickText(c, slot, buf, start, end);
      default:
        return false;
    }
  }

  private quickInt(c: EncodedColumn, slot: number, buf: Uint8Array, start: number, end: number): boolean {
    let p = start;
    const negative = buf[p] === 0x2d;
    if (negative) p++;
    if (p >= end || end - p > SAFE_DIGITS) return false;
    let v = 0;
    for (; p < end; p++) {
      const d = buf[p]! - 0x30;
      if (d < 0 || d > 9) return false;
      v = v * 10 + d;
    }
    if (negative) v = 0 - v;
    if (v < c.min || v > c.max) return false;
    this.a[slot] = v;
    this.cells[slot] = c.min < 0 ? Cell.int : Cell.uint;
    if (c.keyed) this.row[c.offset] = v;
    return true;
  }

  private quickDecimal(c: EncodedColumn, slot: number, buf: Uint8Array, start: number, end: number): boolean {
    let p = start;
    const negative = buf[p] === 0x2d;
    if (negative) p++;
    if (p >= end || end - p > SAFE_DIGITS + 1 || (negative && c.min === 0)) return false;
    let int = 0;
    let digits = 0;
    for (; p < end; p++) {
      const d = buf[p]! - 0x30;
      if (d < 0 || d > 9) break;
      int = int * 10 + d;
      digits++;
    }
    let frac = 0;
    let behind = 0;
    if (p < end) {
      if (buf[p] !== 0x2e) return false;
      for (p++; p < end; p++) {
        const d = buf[p]! - 0x30;
        if (d < 0 || d > 9) return false;
        frac = frac * 10 + d;
        behind++;
      }
    }
    if (digits + behind === 0 || behind > c.scale || int >= c.max) return false;
    if (behind < c.scale) frac *= POW10[c.scale - behind]!;
    this.a[slot] = int;
    this.b[slot] = frac;
    const zero = int === 0 && frac === 0;
    this.negative[slot] = negative && !zero ? 1 : 0;
    this.cells[slot] = Cell.decimal;
    if (c.keyed) {
      const v = int * POW10[c.scale]! + frac;
      if (v > Number.MAX_SAFE_INTEGER) return false;
      this.row[c.offset] = negative && !zero ? -v : v;
    }
    return true;
  }

  /** YYYY-MM-DD, or with hh:mm:ss behind a space or a T, of a real day. */
  private quickTime(c: EncodedColumn, slot: number, buf: Uint8Array, p: number, withTime: boolean): boolean {
    if (buf[p + 4] !== 0x2d || buf[p + 7] !== 0x2d) return false;
    const y = pair(buf, p) * 100 + pair(buf, p + 2);
    const m = pair(buf, p + 5);
    const d = pair(buf, p + 8);
    if (!(y > 0 && m >= 1 && m <= 12 && d >= 1) || (d > 28 && !(d <= daysInMonth(y, m)))) return false;
    let hms = 0;
    if (withTime) {
      if (buf[p + 10] !== 0x20 || buf[p + 13] !== 0x3a || buf[p + 16] !== 0x3a) return false;
      const h = pair(buf, p + 11);
      const mi = pair(buf, p + 14);
      const s = pair(buf, p + 17);
      if (!(h <= 23 && mi <= 59 && s <= 59)) return false;
      hms = (h << 12) | (mi << 6) | s;
    }
    // As packTime has it: (((y * 13 + m) << 5 | d) << 17 | hms) << 24.
    this.a[slot] = ((((y * 13 + m) << 5) | d) << 9) | (hms >>> 8);
    this.b[slot] = (hms << 24) >>> 0;
    this.cells[slot] = Cell.time;
    if (c.keyed) {
      const date = (y << 9) | (m << 5) | d;
      this.row[c.offset] = withTime ? date * 0x2_0000 + hms : date;
    }
    return true;
  }

  /** Text that fits whatever its characters are: ASCII, or well-formed UTF-8. */
  private quickText(c: EncodedColumn, slot: number, buf: Uint8Array, start: number, end: number): boolean {
    if (end - start > c.max) return false;
    let bits = 0;
    for (let p = start; p < end; p++) bits |= buf[p]!;
    if (bits >= 0x80 && !(c.utf8 && utf8InvalidAt(buf.subarray(start, end)) < 0)) return false;
    if (c.trims) while (end > start && buf[end - 1] === 0x20) end--;
    this.buffers[slot] = buf;
    this.from[slot] = start;
    this.to[slot] = end;
    this.cells[slot] = Cell.bytes;
    if (c.keyed) this.row[c.offset] = buf.slice(start, end);
    return true;
  }

  /** The record's value and key, of cells whose texts take `bytes`. */
  private write(bytes: number): void {
    const { stored, cells, a, b } = this;
    const n = stored.length;
    const room = HEADER + n * CELL_ROOM + bytes + 64;
    if (room > 0xffff) throw new Error('a row too long for its small form');
    if (this.used + room > this.slab.length) {
      this.slab = new Uint8Array(SLAB);
      this.used = 0;
    }
    const { slab } = this;
    const start = this.used;
    let nulls = 0;
    for (let i = 0; i < n; i++) if (cells[i] === Cell.null) nulls++;
    const notNull = n - nulls;
    let id = start + HEADER;
    let nullId = id + notNull;
    let offset = nullId + nulls;
    const values = offset + notNull * 2;
    let p = values;
    slab[start] = ROW_VERSION;
    slab[start + 1] = 0;
    slab[start + 2] = notNull;
    slab[start + 3] = notNull >>> 8;
    slab[start + 4] = nulls;
    slab[start + 5] = nulls >>> 8;
    for (let i = 0; i < n; i++) {
      const c = stored[i]!;
      switch (cells[i]) {
        case Cell.null:
          slab[nullId++] = c.id;
          continue;
        case Cell.int:
          p = putInt(slab, p, a[i]!);
          break;
        case Cell.uint:
          p = putUint(slab, p, a[i]!);
          break;
        case Cell.decimal:
          slab[p] = c.precision;
          slab[p + 1] = c.scale;
          p = putDecimalDigits(
            slab,
            p + 2,
            this.negative[i] === 1,
            a[i]!,
            c.precision - c.scale,
            b[i]!,
            c.scale,
          );
          break;
        case Cell.time:
          p = put32(slab, put32(slab, p, b[i]!), a[i]!);
          break;
        case Cell.bytes: {
          const from = this.buffers[i]!;
          for (let q = this.from[i]!, end = this.to[i]!; q < end; q++) slab[p++] = from[q]!;
          break;
        }
        default: {
          const w = this.scratch.reset();
          writeRowValue(w, this.datums[i]!, c.column.type, this.zone);
          slab.set(w.buf.subarray(0, w.len), p);
          p += w.len;
        }
      }
      slab[id++] = c.id;
      const at = p - values;
      slab[offset] = at;
      slab[offset + 1] = at >>> 8;
      offset += 2;
    }
    this.valueFrom = start;
    this.used = p;
    this.keyMade = false;
  }

  private makeKey(): void {
    this.keyMade = true;
    const { mutations, prefix } = this;
    if (!this.hasPlainKey()) {
      this.key = mutations.hiddenHandle ? NONE : mutations.recordKey(this.handle());
      return;
    }
    const key = new Uint8Array(prefix.length + (this.single ? 8 : 9 * this.intKey!.length));
    for (let i = 0; i < prefix.length; i++) key[i] = prefix[i]!;
    this.putPlainKey(key, prefix.length);
    this.key = key;
  }

  /** The key is of integers, all of which are in the line. */
  private hasPlainKey(): boolean {
    const { intKey, cells } = this;
    if (intKey === null) return false;
    for (let k = 0; k < intKey.length; k++) {
      const cell = cells[intKey[k]!];
      if (cell !== Cell.int && cell !== Cell.uint) return false;
    }
    return true;
  }

  /** Writes the record key without the table's prefix; gives its end. */
  private putPlainKey(key: Uint8Array, p: number): number {
    const intKey = this.intKey!;
    for (let k = 0; k < intKey.length; k++) {
      const slot = intKey[k]!;
      const v = this.a[slot]!;
      const unsigned = this.cells[slot] === Cell.uint;
      if (!this.single) key[p++] = unsigned ? DatumFlag.Uint : DatumFlag.Int;
      // An integer handle is the signed integer of the same bits.
      const hi = unsigned && !this.single ? highWord(v) : highWord(v) ^ 0x8000_0000;
      key[p] = hi >>> 24;
      key[p + 1] = hi >>> 16;
      key[p + 2] = hi >>> 8;
      key[p + 3] = hi;
      const lo = v >>> 0;
      key[p + 4] = lo >>> 24;
      key[p + 5] = lo >>> 16;
      key[p + 6] = lo >>> 8;
      key[p + 7] = lo;
      p += 8;
    }
    return p;
  }
}

/** Adds a row's entry of each index to what is gathered of it. */
export function gatherEntries(
  mutations: TableMutations,
  row: readonly Datum[],
  handle: Handle,
  entries: readonly RunBuilder[],
): void {
  mutations.indexes.forEach((index, i) => {
    if (!index.writable) return;
    const builder = entries[i]!;
    builder.begin();
    index.appendKey(builder.writer, row, handle);
    builder.end(index.value(row, handle));
  });
}

function lineBytes(parser: LineParser): number {
  let n = 0;
  for (let f = 0; f < parser.count; f++) n += parser.ends[f]! - parser.starts[f]!;
  return n;
}

/** Two digits; NaN where they are none. */
function pair(b: Uint8Array, p: number): number {
  const x = b[p]! - 0x30;
  const y = b[p + 1]! - 0x30;
  return x >= 0 && x <= 9 && y >= 0 && y <= 9 ? x * 10 + y : NaN;
}

function put32(b: Uint8Array, p: number, v: number): number {
  b[p] = v;
  b[p + 1] = v >>> 8;
  b[p + 2] = v >>> 16;
  b[p + 3] = v >>> 24;
  return p + 4;
}

/** The smallest of 1, 2, 4 and 8 little-endian bytes that hold the signed integer. */
function putInt(b: Uint8Array, p: number, v: number): number {
  if (v >= -0x8000 && v <= 0x7fff) {
    b[p] = v;
    if (v >= -0x80 && v <= 0x7f) return p + 1;
    b[p + 1] = v >> 8;
    return p + 2;
  }
  p = put32(b, p, v | 0);
  return v >= -0x8000_0000 && v <= 0x7fff_ffff ? p : put32(b, p, highWord(v) | 0);
}

function putUint(b: Uint8Array, p: number, v: number): number {
  if (v <= 0xffff) {
    b[p] = v;
    if (v <= 0xff) return p + 1;
    b[p + 1] = v >>> 8;
    return p + 2;
  }
  p = put32(b, p, v | 0);
  return v <= 0xffff_ffff ? p : put32(b, p, highWord(v));
}
