import { Flag } from '../types/field-type.js';
import type { AutoIdKind } from './meta/meta.js';
import type { ColumnInfo, TableInfo } from './model.js';
import { handleColumn, isWritable, primaryIndex } from './table-layout.js';

/** How a table's values of a kind are made. */
export interface AutoIds {
  /** The counter in meta: TiDB keeps one for hidden row ids and AUTO_INCREMENT unless AUTO_ID_CACHE is 1. */
  readonly counter: AutoIdKind;
  /** Largest value. */
  readonly max: bigint;
  /** Values reserved at once; 1 = no more than are asked for, so that there are no gaps between nodes. */
  readonly batch: bigint;
  /** Bits above the counted part, which rows of different transactions differ in. */
  readonly shardBits: number;
  /** Bits of the counted part. */
  readonly countBits: number;
  /** Schema version that last set the counter: what was reserved before is void. */
  readonly since: number;
  /** An offset larger than the increment counts as well (AUTO_RANDOM). */
  readonly keepsOffset?: boolean;
}

/** TiDB's step, a batch where AUTO_ID_CACHE says nothing. */
const DEFAULT_BATCH = 30_000n;
const MAX_SIGNED = 2n ** 63n - 1n;
const MAX_UNSIGNED = 2n ** 64n - 1n;

const ROW_IDS = new WeakMap<TableInfo, AutoIds>();
const AUTO_IDS = new WeakMap<TableInfo, AutoIds>();
const COLUMNS = new WeakMap<TableInfo, ColumnInfo | { readonly none: true }>();

/** AUTO_ID_CACHE = 1: values of all nodes follow one another as in MySQL. */
export const isCentral = (table: TableInfo): boolean => table.options?.['AUTO_ID_CACHE'] === '1';

/** The AUTO_RANDOM column: the clustered primary key, or the first part of it. */
export const randomColumn = (table: TableInfo): ColumnInfo | null =>
  handleColumn(table) ?? table.columns[primaryIndex(table)?.columns[0]?.offset ?? -1] ?? null;

/** The column whose values the server makes: AUTO_INCREMENT, or AUTO_RANDOM; null when there is none. */
export function autoColumn(table: TableInfo): ColumnInfo | null {
  let found = COLUMNS.get(table);
  if (found === undefined) {
    found = (table.autoRandom !== undefined ? randomColumn(table) : null) ??
      table.columns.find((c) => c.autoIncrement && isWritable(c.state)) ?? { none: true };
    COLUMNS.set(table, found);
  }
  return 'none' in found ? null : found;
}

function batchOf(table: TableInfo): bigint {
  const given = table.options?.['AUTO_ID_CACHE'];
  return given === undefined || given === '0' || given === '1' ? DEFAULT_BATCH : BigInt(given);
}

/** How values of the column are made. */
export function columnIds(table: TableInfo): AutoIds {
  let ids = AUTO_IDS.get(table);
  if (ids !== undefined) return ids;
  const { autoRandom } = table;
  const column = autoColumn(table);
  const unsigned = column !== null && (column.type.flag & Flag.Unsigned) !== 0;
  if (autoRandom !== undefined) {
    const countBits = autoRandom.rangeBits - autoRandom.shardBits - (unsigned ? 0 : 1);
    ids = {
      counter: 'auto_random',
      max: 2n ** BigInt(countBits) - 1n,
      batch: batchOf(table),
      shardBits: autoRandom.shardBits,
      countBits,
      since: table.countersSet ?? 0,
      keepsOffset: true,
    };
  } else {
    const central = isCentral(table);
    ids = {
      counter: central ? 'auto_increment' : 'rowid',
      max: unsigned ? MAX_UNSIGNED : MAX_SIGNED,
      batch: central ? 1n : batchOf(table),
      shardBits: 0,
      countBits: 64,
      since: table.countersSet ?? 0,
    };
  }
  AUTO_IDS.set(table, ids);
  return ids;
}

/** How hidden row ids are made. */
export function rowIds(table: TableInfo): AutoIds {
  let ids = ROW_IDS.get(table);
  if (ids === undefined) {
    const shardBits = Number(table.options?.['SHARD_ROW_ID_BITS'] ?? 0);
    const countBits = 63 - shardBits;
    // One counter with an unsigned column: its values come back as negative row ids.
    const shared = !isCentral(table) && table.autoRandom === undefined && autoColumn(table) !== null;
    const max = shardBits > 0 ? 2n ** BigInt(countBits) - 1n : shared ? columnIds(table).max : MAX_SIGNED;
    ids = {
      counter: 'rowid',
      max,
      batch: batchOf(table),
      shardBits,
      countBits,
      since: table.countersSet ?? 0,
    };
    ROW_IDS.set(table, ids);
  }
  return ids;
}

/** The counter that AUTO_INCREMENT = n sets. */
export const incrementCounter = (table: TableInfo): AutoIdKind =>
  isCentral(table) ? 'auto_increment' : 'rowid';

/**
 * The first value above `base` of a sequence that goes by auto_increment_increment from auto_increment_offset. An offset
 * larger than the increment counts as one (MySQL manual, "auto_increment_increment").
 */
export function firstAbove(base: bigint, increment: bigint, offset: bigint, keepsOffset = false): bigint {
  if (increment === 1n) return base + 1n;
  if (keepsOffset && base < offset) return offset;
  if (keepsOffset) return ((base + increment - offset) / increment) * increment + offset;
  const from = offset > increment ? 1n : offset;
  return ((base + increment - from) / increment) * increment + from;
}
