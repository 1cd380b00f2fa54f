import type { ByteWriter } from '../kv/codec/byte-writer.js';
import { DatumFlag } from '../kv/codec/datum-codec.js';
import {
  encodeIndexValue,
  PLAIN_INDEX_VALUE,
  type IndexColumn as StoredColumn,
} from '../kv/codec/index-value.js';
import { encodeRow } from '../kv/codec/row-v2.js';
import { needsRestoredData } from '../kv/codec/sort-key.js';
import {
  encodeCommonHandle,
  indexKey,
  indexKeyIsDistinct,
  indexPrefix,
  recordKey,
  writeIndexKeySuffix,
  type Descending,
  type Handle,
  type PartitionOfKey,
} from '../kv/codec/table-key.js';
import { UTC_OFFSETS, type ZoneOffsets } from '../kv/codec/time-codec.js';
import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import { decodeJson } from '../types/json/binary.js';
import { elementDatum, elementsOf } from '../types/json/array-element.js';
import { conditionOnRows } from './index-condition.js';
import type { IndexInfo, TableInfo } from './model.js';
import {
  arrayPart,
  cutToPrefix,
  descendingParts,
  handleColumn,
  hasEntries,
  indexedType,
  isInKeyOnly,
  isVirtual,
  isWritable,
  ofThisDivision,
  partitionInKey,
  primaryIndex,
} from './table-layout.js';

const NO_ROWS: readonly (readonly Datum[])[] = [];

/** By table and physical table, for the zone that it was asked for last. */
const CACHE = new WeakMap<TableInfo, Map<number, TableMutations>>();

/**
 * The one place that turns a row into what is stored: its record and its index entries. A row is given as datums by
 * ColumnInfo.offset, all columns of the table; TIMESTAMP values in the zone given here.
 */
export class TableMutations {
  /** Indexes with entries of their own, in every state but 'none'. */
  readonly indexes: readonly IndexMutations[];
  private readonly storedIds: number[] = [];
  private readonly storedOffsets: number[] = [];
  private readonly storedTypes: FieldType[] = [];
  private readonly stored: Datum[];
  private readonly handleOffset: number;
  private readonly commonOffsets: readonly number[];
  private readonly commonLengths: readonly number[];
  private readonly commonTypes: readonly FieldType[];

  constructor(
    readonly table: TableInfo,
    readonly physicalId: number,
    private readonly zone: ZoneOffsets = UTC_OFFSETS,
  ) {
    for (const c of table.columns) {
      if (!isWritable(c.state) || isVirtual(c) || isInKeyOnly(table, c)) continue;
      this.storedIds.push(c.id);
      this.storedOffsets.push(c.offset);
      this.storedTypes.push(c.type);
    }
    this.stored = new Array<Datum>(this.storedIds.length).fill(null);
    this.handleOffset = handleColumn(table)?.offset ?? -1;
    const common = table.isCommonHandle ? primaryIndex(table)!.columns : [];
    this.commonOffsets = common.map((c) => c.offset);
    this.commonLengths = common.map((c) => c.length);
    this.commonTypes = common.map((c) => table.columns[c.offset]!.type);
    this.indexes = table.indices
      .filter((i) => i.state !== 'none' && hasEntries(table, i) && ofThisDivision(table, i))
      .map((i) => new IndexMutations(table, i, physicalId, zone));
  }

  /**
   * The one of this table as it is defined now: statements use it again and again. Methods keep nothing between two calls.
   */
  static of(table: TableInfo, physicalId: number, zone: ZoneOffsets): TableMutations {
    let known = CACHE.get(table);
    if (known === undefined) CACHE.set(table, (known = new Map()));
    let mutations = known.get(physicalId);
    if (mutations === undefined || mutations.zone !== zone)
      known.set(physicalId, (mutations = new TableMutations(table, physicalId, zone)));
    return mutations;
  }

  /** Whether the handle is hidden (`_tidb_rowid`), given out by an allocator. */
  get hiddenHandle(): boolean {
    return this.handleOffset < 0 && !this.table.isCommonHandle;
  }

  /** The handle of a clustered table's row. */
  handleOf(row: readonly Datum[]): Handle {
    if (this.handleOffset >= 0) return row[this.handleOffset] as number | bigint;
    return encodeCommonHandle(
      this.commonOffsets.map((o, i) => cutToPrefix(row[o]!, this.commonTypes[i]!, this.commonLengths[i]!)),
      this.commonTypes,
      this.zone,
    );
  }

  recordKey(handle: Handle): Uint8Array {
    return recordKey(this.physicalId, handle);
  }

  /** The record's value. */
  encodeRecord(row: readonly Datum[]): Uint8Array {
    const { stored, storedOffsets } = this;
    for (let i = 0; i < stored.length; i++) stored[i] = row[storedOffsets[i]!]!;
    return encodeRow(this.storedIds, stored, this.storedTypes, this.zone);
  }
}

/** The entries of one index. */
export class IndexMutations {
  /** New rows get an entry (states write-only, write-reorganisation, public). */
  readonly writable: boolean;
  private readonly offsets: readonly number[];
  private readonly lengths: readonly number[];
  private readonly types: readonly FieldType[];
  private readonly descending: Descending | undefined;
  private readonly values: Datum[];
  private readonly columns: readonly StoredColumn[];
  private readonly handleColumns: readonly StoredColumn[] | undefined;
  private readonly handleOffsets: readonly number[];
  private readonly keyId: number;
  private readonly partition: PartitionOfKey | undefined;
  /** Where in the row the array is that the index has an entry for each element of; -1: a row has one entry. */
  private readonly arrayOffset: number;
  private readonly element: FieldType | null;
  /** Of a partial index: which rows have an entry. */
  private readonly condition: ReturnType<typeof conditionOnRows> | null;
  /** No prefix, no restored data: the value of an entry depends on the handle alone. */
  private readonly cutsNothing: boolean;
  /** The values of entries hold nothing but the handle of those that are distinct. */
  private readonly plainValue: boolean;

  constructor(
    table: TableInfo,
    readonly index: IndexInfo,
    private readonly physicalId: number,
    private readonly zone: ZoneOffsets,
  ) {
    this.writable = isWritable(index.state);
    this.keyId = index.global === true ? table.id : physicalId;
    this.partition = partitionInKey(table, index)
      ? { id: physicalId, flag: index.globalVersion === undefined ? DatumFlag.Int : DatumFlag.Partition }
      : undefined;
    this.offsets = index.columns.map((c) => c.offset);
    this.lengths = index.columns.map((c) => c.length);
    this.types = index.columns.map((c) => indexedType(table, c));
    this.descending = descendingParts(index);
    const array = arrayPart(table, index);
    this.arrayOffset = array < 0 ? -1 : index.columns[array]!.offset;
    this.element = array < 0 ? null : table.columns[this.arrayOffset]!.type.arrayOf!;
    this.condition = index.condition === undefined ? null : conditionOnRows(index.condition, table, zone);
    this.values = new Array<Datum>(this.offsets.length).fill(null);
    this.cutsNothing = this.lengths.every((l) => l < 0);
    this.columns = index.columns.map((c) => {
      const info = table.columns[c.offset]!;
      const ft = indexedType(table, c);
      return c.length < 0 ? { id: info.id, ft } : { id: info.id, ft, prefixLength: c.length };
    });
    this.plainValue =
      !table.isCommonHandle && index.global !== true && this.types.every((ft) => !needsRestoredData(ft));
    const primary = table.isCommonHandle ? primaryIndex(table) : null;
    this.handleColumns = primary?.columns.map((c) => ({
      id: table.columns[c.offset]!.id,
      ft: table.columns[c.offset]!.type,
    }));
    this.handleOffsets = primary?.columns.map((c) => c.offset) ?? [];
  }

  /** Whether a row has any number of entries, those of `entryRows`: of multi-valued and partial indexes. */
  get countVaries(): boolean {
    return this.arrayOffset >= 0 || this.condition !== null;
  }

  /**
   * The row once for each of its entries, for `key` and the other methods: of a multi-valued index with the array's
   * distinct elements in its place, one after another. No array, NULL, is an entry of its own; an empty one has none, and so has
   * a row that a partial index leaves out.
   */
  entryRows(row: readonly Datum[]): readonly (readonly Datum[])[] {
    const { arrayOffset, element, condition } = this;
    if (condition !== null && !condition.holds(row)) return NO_ROWS;
    if (arrayOffset < 0 || row[arrayOffset] === null) return [row];
    const out: Datum[][] = [];
    const seen = new Set<string | number | bigint>();
    for (const v of elementsOf(decodeJson(row[arrayOffset] as Uint8Array)) ?? []) {
      const datum = elementDatum(v, element!);
      // What is no element was refused when the row was written.
      if (typeof datum === 'string' || datum === null) continue;
      const name = datum instanceof Uint8Array ? Buffer.from(datum).toString('latin1') : datum;
      if (seen.has(name)) continue;
      seen.add(name);
      const entry = row.slice();
      entry[arrayOffset] = datum;
      out.push(entry);
    }
    return out;
  }

  private load(row: readonly Datum[]): Datum[] {
    const { values, offsets } = this;
    for (let i = 0; i < values.length; i++) {
      const v = row[offsets[i]!]!;
      values[i] = this.cutsNothing ? v : cutToPrefix(v, this.types[i]!, this.lengths[i]!);
    }
    return values;
  }

  /** Whether two rows of one handle surely have the same entry: the very same cells, where nothing needs to be encoded to see it. */
  isUntouched(before: readonly Datum[], after: readonly Datum[]): boolean {
    const { offsets, handleOffsets, condition } = this;
    if (condition !== null && !Object.is(before[condition.offset], after[condition.offset])) return false;
    for (let i = 0; i < offsets.length; i++)
      if (!Object.is(before[offsets[i]!], after[offsets[i]!])) return false;
    // The handle may be the same although a key column is written otherwise ('a' and 'A'), which restored data tell apart.
    for (let i = 0; i < handleOffsets.length; i++)
      if (!Object.is(before[handleOffsets[i]!], after[handleOffsets[i]!])) return false;
    return true;
  }

  /** Whether the row's entry must be the only one with its values: a unique index without NULL among them. */
  isDistinct(row: readonly Datum[]): boolean {
    if (!this.index.unique) return false;
    const { offsets } = this;
    for (let i = 0; i < offsets.length; i++) if (row[offsets[i]!] === null) return false;
    return true;
  }

  key(row: readonly Datum[], handle: Handle): Uint8Array {
    return indexKey(
      this.keyId,
      this.index.id,
      this.load(row),
      this.types,
      this.index.unique,
      handle,
      this.zone,
      this.partition,
      this.descending,
    );
  }

  /** What the keys of all entries begin with. */
  get keyPrefix(): Uint8Array {
    return indexPrefix(this.keyId, this.index.id);
  }

  /** Values that stand before the handle in the key of an entry that is not distinct. */
  get valuesInKey(): number {
    return this.offsets.length + (this.partition === undefined ? 0 : 1);
  }

  /** Appends the entry's key without `keyPrefix`. */
  appendKey(w: ByteWriter, row: readonly Datum[], handle: Handle): void {
    writeIndexKeySuffix(
      w,
      this.load(row),
      this.types,
      this.index.unique,
      handle,
      this.zone,
      this.partition,
      this.descending,
    );
  }

  value(row: readonly Datum[], handle: Handle): Uint8Array {
    if (this.plainValue && !this.isDistinct(row)) return PLAIN_INDEX_VALUE;
    const values = this.load(row);
    return encodeIndexValue({
      columns: this.columns,
      values,
      handle,
      distinct: indexKeyIsDistinct(this.index.unique, values, values.length),
      handleColumns: this.handleColumns,
      handleValues: this.handleColumns === undefined ? undefined : this.handleOffsets.map((o) => row[o]!),
      ...(this.index.global === true ? { partitionId: this.physicalId } : {}),
      zone: this.zone,
    });
  }

  /** Values of the entry as an error names them. */
  entryValues(row: readonly Datum[]): readonly Datum[] {
    return this.load(row).slice();
  }
}
