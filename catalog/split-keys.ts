import { compareBytes } from '../kv/codec/byte-writer.js';
import { indexPrefix, recordKey, recordPrefix, type Handle } from '../kv/codec/table-key.js';
import { intDatum } from '../types/datum.js';
import type { IndexInfo, TableInfo } from './model.js';
import { hasEntries } from './table-layout.js';

/** Rows that a region between integer handles has at least (TiDB's minRegionStepValue). */
export const MIN_REGION_STEP = 1000n;

/** The border before the records, when index entries lie before them that are worth regions of their own. */
export function recordBorder(table: TableInfo, physicalId: number): Uint8Array[] {
  return table.indices.some((i) => hasEntries(table, i)) ? [recordPrefix(physicalId)] : [];
}

/** The borders around an index: its start, and the start of whatever index comes behind it. */
export function indexBorders(table: TableInfo, physicalId: number, index: IndexInfo): Uint8Array[] {
  const keys = [indexPrefix(physicalId, index.id)];
  if (table.indices.some((i) => i.id > index.id && hasEntries(table, i)))
    keys.push(indexPrefix(physicalId, index.id + 1));
  return keys;
}

export const recordBorders = (physicalId: number, handles: readonly Handle[]): Uint8Array[] =>
  handles.map((h) => recordKey(physicalId, h));

/** `regions - 1` handles at equal distances; `step` as TiDB computes it. */
export function handlesBetween(lower: bigint, step: bigint, regions: number): Handle[] {
  const out: Handle[] = [];
  for (let i = 1; i < regions; i++) out.push(intDatum(lower + step * BigInt(i)));
  return out;
}

/** The eight bytes at `at`, as a number; what is missing is `fill`. */
function eightBytes(b: Uint8Array, at: number, fill: number): bigint {
  let v = 0n;
  for (let i = 0; i < 8; i++) v = (v << 8n) | BigInt(b[at + i] ?? fill);
  return v;
}

/** `regions - 1` keys at equal distances between two keys, in the eight bytes behind what they share. */
export function keysBetween(lower: Uint8Array, upper: Uint8Array, regions: number): Uint8Array[] {
  let shared = 0;
  while (shared < lower.length && shared < upper.length && lower[shared] === upper[shared]) shared++;
  const from = eightBytes(lower, shared, 0);
  const step = (eightBytes(upper, shared, 0xff) - from) / BigInt(regions);
  const out: Uint8Array[] = [];
  for (let i = 1; i < regions; i++) {
    const key = new Uint8Array(shared + 8);
    key.set(lower.subarray(0, shared));
    new DataView(key.buffer).setBigUint64(shared, (from + step * BigInt(i)) & 0xffff_ffff_ffff_ffffn);
    out.push(key);
  }
  return out;
}

export const lessThan = (a: Uint8Array, b: Uint8Array): boolean => compareBytes(a, b) < 0;
