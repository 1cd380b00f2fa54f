import type { IndexInfo } from '../../catalog/model.js';
import { compareBytes, prefixNext } from '../../kv/codec/byte-writer.js';
import { ByteWriter } from '../../kv/codec/byte-writer.js';
import { encodeKeyDatum } from '../../kv/codec/datum-codec.js';
import { keptValue } from '../../statistics/kept-value.js';
import { equalRows, isKnownRange, rangeRows, type CompareDatums } from '../../statistics/estimate.js';
import type { ColumnStatistics } from '../../statistics/table-statistics.js';
import { hashBytes } from '../../statistics/value-hash.js';
import type { FieldType } from '../../types/field-type.js';
import type { TimeZone } from '../../types/timezone.js';
import type { Bound, KeyRangeDatum } from '../physical/plan.js';
import type { Access, KeyColumn } from '../ranger/ranger.js';
import { rangesTried } from './ranges-tried.js';
import type { TableEstimate } from './selectivity.js';

const compare: CompareDatums = (a, b) => compareBytes(a as Uint8Array, b as Uint8Array);
const hash = (v: unknown): number => hashBytes(v as Uint8Array);
const writer = new ByteWriter(64);

/**
 * Entries in ranges over several columns of an index, by the statistics of its keys, which know how the columns go together; null
 * when there are none, or they do not tell. `byColumns` gives the entries of all ranges by what is known of each column.
 */
export function indexRows(
  est: TableEstimate,
  index: IndexInfo,
  keys: readonly KeyColumn[],
  access: Access,
  byColumns: () => number,
): number | null {
  const stats = est.stats?.indexes.get(index.id);
  if (stats === undefined || access.columns < 2) return null;
  if (keys.slice(0, index.columns.length).some((k) => k.length >= 0)) return null;
  const types = keys.slice(0, index.columns.length).map((k) => k.column.type);
  const { modifyCount } = est.stats!;
  let rows = 0;
  const { tried, each } = rangesTried(access.ranges);
  for (const r of tried) {
    if (r.low.length > types.length) return null;
    if (isPoint(r, types.length)) {
      rows += equalRows(stats, est.rows, modifyCount, keyOf(r.low, types, est.zone), compare, hash);
      continue;
    }
    const [lowKey, highKey] = [keyOf(r.low, types, est.zone), keyOf(r.high, types, est.zone)];
    const low = { value: r.lowExclusive ? prefixNext(lowKey) : lowKey, exclusive: false };
    const high = { value: r.highExclusive ? highKey : prefixNext(highKey), exclusive: true };
    if (!isKnownRange(stats, low, high, compare)) return null;
    const found = rangeRows(stats, est.rows, modifyCount, low, high, compare);
    const most = unresolved(stats, low.value, high.value, keyOf(equalBounds(r), types, est.zone));
    rows += most === null ? found : Math.max(found, Math.min(most, byColumns() / access.ranges.length));
  }
  return rows * each;
}

/** The leading bounds that both ends of a range have. */
function equalBounds({ low, high }: KeyRangeDatum): Bound[] {
  const out: Bound[] = [];
  for (let i = 0; i < Math.min(low.length, high.length); i++) {
    const [l, h] = [low[i]!, high[i]!];
    if (typeof l !== 'object' || typeof h !== 'object' || !same(l, h)) break;
    out.push(l);
  }
  return out;
}

/**
 * Rows of the bucket that a range lies in the midst of, where that bucket begins or ends with other values of the leading columns than
 * the range's: how far the range's last column reaches in it is not to be seen then, as the distance to other values of the leading
 * ones is all that keys tell. Null where the histogram resolves the range.
 */
function unresolved(
  stats: ColumnStatistics,
  low: Uint8Array,
  high: Uint8Array,
  prefix: Uint8Array,
): number | null {
  const at = stats.buckets.findIndex((b) => compare(b.upper, low) >= 0);
  if (at < 0 || prefix.length === 0) return null;
  const bucket = stats.buckets[at]!;
  if (compare(bucket.upper, high) < 0 || compare(bucket.lower, low) > 0) return null;
  const has = (key: Uint8Array): boolean => compareBytes(key.subarray(0, prefix.length), prefix) === 0;
  if (has(bucket.lower as Uint8Array) && has(bucket.upper as Uint8Array)) return null;
  return bucket.cumulative - (at === 0 ? 0 : stats.buckets[at - 1]!.cumulative);
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

function keyOf(bounds: readonly Bound[], types: readonly FieldType[], zone: TimeZone): Uint8Array {
  const w = writer.reset();
  for (let i = 0; i < bounds.length; i++) {
    const b = bounds[i]!;
    if (b === 'min') break;
    if (b === 'max') {
      w.u8(0xfa);
      break;
    }
    encodeKeyDatum(w, keptValue(b.value, types[i]!, zone), types[i]!);
  }
  return w.toBytes();
}
