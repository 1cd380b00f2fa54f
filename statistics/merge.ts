import type { Datum } from '../types/datum.js';
import { CmSketch } from './cm-sketch.js';
import type { CompareDatums } from './estimate.js';
import { FmSketch } from './fm-sketch.js';
import type { Bucket, ColumnStatistics } from './table-statistics.js';

interface Counted {
  readonly value: Datum;
  readonly count: number;
}

/**
 * Statistics of a column or index of a partitioned table from those of its partitions: counts and sketches are added, frequent
 * values summed over the partitions, buckets laid one over the other and cut anew.
 */
export function mergeColumn(
  parts: readonly { readonly rows: number; readonly stats: ColumnStatistics }[],
  compare: CompareDatums,
  maxTopN: number,
  maxBuckets: number,
): ColumnStatistics {
  const all = parts.map((p) => p.stats);
  let rows = 0;
  let nullCount = 0;
  let bytes = 0;
  let version = 0n;
  for (const p of parts) {
    rows += p.rows;
    nullCount += p.stats.nullCount;
    bytes += p.stats.avgSize * Math.max(0, p.rows - p.stats.nullCount);
    if ((p.stats.version ?? 0n) > version) version = p.stats.version ?? 0n;
  }
  const present = Math.max(0, rows - nullCount);
  const sketch = mergedSketch(all);
  const largest = Math.max(0, ...all.map((c) => c.ndv));
  const ndv = Math.min(present, Math.max(largest, sketch?.ndv() ?? largest));
  const counted = summed(all, compare);
  const everything = counted.length >= ndv && all.every((c) => c.buckets.length === 0);
  const kept = [...counted.entries()]
    .sort((a, b) => b[1].count - a[1].count || a[0] - b[0])
    .slice(0, maxTopN)
    .filter(([, t]) => everything || t.count > 1 || counted.length <= maxTopN)
    .sort((a, b) => a[0] - b[0]);
  const inTop = new Set(kept.map(([i]) => i));
  const topN = kept.map(([, t]) => t);
  const rest: Piece[] = counted
    .filter((_, i) => !inTop.has(i))
    .map((t) => ({ lower: t.value, upper: t.value, rows: t.count, repeat: t.count }));
  for (const c of all) rest.push(...pieces(c.buckets));
  return {
    ndv,
    nullCount,
    avgSize: present === 0 ? 0 : bytes / present,
    correlation: 0,
    topN,
    buckets: recut(rest, compare, maxBuckets),
    cms: mergedCms(all),
    sketch,
    statsVer: Math.max(0, ...all.map((c) => c.statsVer ?? 0)),
    version,
  };
}

function mergedSketch(all: readonly ColumnStatistics[]): FmSketch | null {
  if (all.some((c) => c.sketch === undefined || c.sketch === null)) return null;
  const merged = new FmSketch();
  for (const c of all) merged.merge(c.sketch!);
  return merged;
}

function mergedCms(all: readonly ColumnStatistics[]): CmSketch | null {
  const first = all.find((c) => c.cms !== null && c.cms !== undefined)?.cms;
  if (first === undefined || first === null) return null;
  const merged = new CmSketch(first.depth, first.width);
  for (const c of all) if (c.cms !== null && c.cms !== undefined) merged.merge(c.cms);
  return merged;
}

/** Frequent values of all parts, ascending, equal ones added. */
function summed(all: readonly ColumnStatistics[], compare: CompareDatums): Counted[] {
  const values = all.flatMap((c) => [...c.topN]).sort((a, b) => compare(a.value, b.value));
  const out: { value: Datum; count: number }[] = [];
  for (const t of values) {
    const last = out[out.length - 1];
    if (last !== undefined && compare(last.value, t.value) === 0) last.count += t.count;
    else out.push({ ...t });
  }
  return out;
}

/** A bucket by itself. */
interface Piece {
  readonly lower: Datum;
  readonly upper: Datum;
  readonly rows: number;
  readonly repeat: number;
}

function pieces(buckets: readonly Bucket[]): Piece[] {
  return buckets.map((b, i) => ({
    lower: b.lower,
    upper: b.upper,
    rows: b.cumulative - (i === 0 ? 0 : buckets[i - 1]!.cumulative),
    repeat: b.repeat,
  }));
}

/** Equal-depth buckets of pieces that may overlap: rows are counted to where their piece ends. */
export function recut(list: readonly Piece[], compare: CompareDatums, maxBuckets: number): Bucket[] {
  const sorted = [...list].sort((a, b) => compare(a.upper, b.upper) || compare(a.lower, b.lower));
  const total = sorted.reduce((sum, p) => sum + p.rows, 0);
  const depth = total / maxBuckets;
  const out: { lower: Datum; upper: Datum; cumulative: number; repeat: number; ndv: number }[] = [];
  let before = 0;
  let sum = 0;
  for (const p of sorted) {
    sum += p.rows;
    const last = out[out.length - 1];
    if (last !== undefined && compare(last.upper, p.upper) === 0) {
      last.cumulative = sum;
      last.repeat += p.repeat;
    } else if (last === undefined || sum - before > depth * 1.5 || last.cumulative - before >= depth) {
      before = last?.cumulative ?? 0;
      // Buckets never overlap: one begins where the one before ends.
      const lower = last !== undefined && compare(p.lower, last.upper) <= 0 ? p.upper : p.lower;
      out.push({ lower, upper: p.upper, cumulative: sum, repeat: p.repeat, ndv: 0 });
    } else {
      last.upper = p.upper;
      last.cumulative = sum;
      last.repeat = p.repeat;
    }
  }
  return out.map((b) => ({ ...b, cumulative: Math.round(b.cumulative), repeat: Math.round(b.repeat) }));
}
