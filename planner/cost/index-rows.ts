import type { IndexInfo } from '../../catalog/model.js';
import { compareBytes, prefixNext } from '../../kv/codec/byte-writer.js';
import { ByteWriter } from '../../kv/codec/byte-writer.js';
import { encodeKeyDatum } from '../../kv/codec/datum-codec.js';
import { equalRows, isKnownRange, rangeRows, type CompareDatums } from '../../statistics/estimate.js';
import { hashBytes } from '../../statistics/value-hash.js';
import type { FieldType } from '../../types/field-type.js';
import type { Bound, KeyRangeDatum } from '../physical/plan.js';
import type { Access, KeyColumn } from '../ranger/ranger.js';
import type { TableEstimate } from './selectivity.js';

/** Ranges estimated one by one; of more the columns by themselves must do. */
const MAX_RANGES = 200;

const compare: CompareDatums = (a, b) => compareBytes(a as Uint8Array, b as Uint8Array);
const hash = (v: unknown): number => hashBytes(v as Uint8Array);
const writer = new ByteWriter(64);

/**
 * Entries in ranges over several columns of an index, by the statistics of its keys, which know how the columns go together.
 * Null when there are none, or they do not tell.
 */
export function indexRows(
  est: TableEstimate,
  index: IndexInfo,
  keys: readonly KeyColumn[],
  access: Access,
): number | null {
  const stats = est.stats?.indexes.get(index.id);
  if (stats === undefined || access.columns < 2 || access.ranges.length > MAX_RANGES) return null;
  if (keys.slice(0, index.columns.length).some((k) => k.length >= 0)) return null;
  const types = keys.slice(0, index.columns.length).map((k) => k.column.type);
  const { modifyCount } = est.stats!;
  let rows = 0;
  for (const r of access.ranges) {
    if (r.low.length > types.length) return null;
    if (isPoint(r, types.length)) {
      rows += equalRows(stats, est.rows, modifyCount, keyOf(r.low, types), compare, hash);
      continue;
    }
    const [lowKey, highKey] = [keyOf(r.low, types), keyOf(r.high, types)];
    const low = { value: r.lowExclusive ? prefixNext(lowKey) : lowKey, exclusive: false };
    const high = { value: r.highExclusive ? highKey : prefixNext(highKey), exclusive: true };
    if (!isKnownRange(stats, low, high, compare)) return null;
    rows += rangeRows(stats, est.rows, modifyCount, low, high, compare);
  }
  return rows;
}

const isPoint = (r: KeyRangeDatum, width: number): boolean =>
  r.low.length === width &&
  r.high.length === width &&
  !r.lowExclusive &&
  !r.highExclusive &&
  r.low.every((b, i) => {
    const h = r.high[i]!;
    return typeof b === 'object' && typeof h === 'object' && same(b, h);
  });

function same(a: Exclude<Bound, string>, b: Exclude<Bound, string>): boolean {
  if (a.value === b.value) return true;
  return (
    a.value instanceof Uint8Array && b.value instanceof Uint8Array && compareBytes(a.value, b.value) === 0
  );
}

function keyOf(bounds: readonly Bound[], types: readonly FieldType[]): Uint8Array {
  const w = writer.reset();
  for (let i = 0; i < bounds.length; i++) {
    const b = bounds[i]!;
    if (b === 'min') break;
    if (b === 'max') {
      w.u8(0xfa);
      break;
    }
    encodeKeyDatum(w, b.value, types[i]!);
  }
  return w.toBytes();
}
