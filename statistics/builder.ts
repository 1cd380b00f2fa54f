import type { IndexInfo, TableInfo, ColumnInfo } from '../catalog/model.js';
import type { Chunk } from '../chunk/chunk.js';
import type { Vector } from '../chunk/vector.js';
import { collationOf, type Collation } from '../types/collation.js';
import type { Datum } from '../types/datum.js';
import { FmSketch } from './fm-sketch.js';
import { buildHistogram } from './histogram.js';
import type { ColumnStatistics, TableStatistics } from './table-statistics.js';

/** ANALYZE … WITH n BUCKETS, TOPN, SAMPLES; TiDB's defaults. */
export interface AnalyzeOptions {
  readonly buckets: number;
  readonly topN: number;
  readonly samples: number;
}
export const DEFAULT_ANALYZE: AnalyzeOptions = { buckets: 256, topN: 100, samples: 30_000 };

class ColumnCollector {
  readonly sketch = new FmSketch();
  nulls = 0;
  bytes = 0;
  readonly sample: Datum[] = [];
  private readonly collation: Collation | null;
  readonly compare: (a: Datum, b: Datum) => number;

  constructor(readonly info: ColumnInfo) {
    const c = collationOf(info.type);
    this.collation = info.type.charset === 'binary' ? null : c;
    this.compare = (a, b) => {
      if (a instanceof Uint8Array) return c.compare(a, b as Uint8Array);
      return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
    };
  }

  /** 32-bit hash of a cell: equal values of the column's collation hash equally. */
  hash(v: Vector, i: number): number {
    if (v.kind === 'num') return hashNumber(v.data[i]!);
    if (v.kind === 'wide') return hashNumber(Number(BigInt.asIntN(64, v.data[i]!)));
    const e = v.codes === null ? i : v.codes[i]!;
    const from = v.offsets[e]!;
    const to = v.offsets[e + 1]!;
    return (this.collation ?? BINARY).hashAt(v.bytes, from, to) | 0;
  }
}

const BINARY = collationOf({ collate: 'binary' });
const F64 = new Float64Array(1);
const U32 = new Uint32Array(F64.buffer);

/** MurmurHash3's finalizer over both halves of a double. */
function hashNumber(x: number): number {
  F64[0] = x === 0 ? 0 : x;
  return mix(mix(U32[0]!) ^ U32[1]!);
}
function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * Statistics of a table from a scan of it: every row is counted and sketched, a reservoir sample of rows makes the
 * histograms. Chunks have `columns` in order; rows come in handle order.
 */
export class TableStatsBuilder {
  rows = 0;
  private readonly collectors: ColumnCollector[];
  private readonly indexes: { readonly info: IndexInfo; readonly at: number[]; readonly sketch: FmSketch }[];
  /** Number of the row in each place of the reservoir. */
  private readonly rowNumbers: number[] = [];
  private state = 0x9e3779b9;

  constructor(
    private readonly table: TableInfo,
    columns: readonly ColumnInfo[],
    private readonly options: AnalyzeOptions = DEFAULT_ANALYZE,
  ) {
    this.collectors = columns.map((c) => new ColumnCollector(c));
    this.indexes = table.indices
      .filter((i) => i.state === 'public')
      .map((info) => ({
        info,
        at: info.columns.map((c) => columns.findIndex((x) => x.offset === c.offset)),
        sketch: new FmSketch(),
      }))
      .filter((i) => i.at.length > 1 && !i.at.includes(-1));
  }

  /** xorshift32: the sample is the same for the same rows. */
  private random(bound: number): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return Math.floor(((x >>> 0) / 4294967296) * bound);
  }

  add(chunk: Chunk): void {
    const { collectors, options } = this;
    const hashes = new Int32Array(collectors.length);
    for (let k = 0; k < chunk.rows; k++) {
      const i = chunk.sel === null ? k : chunk.sel[k]!;
      for (let c = 0; c < collectors.length; c++) {
        const collector = collectors[c]!;
        const v = chunk.columns[c]!;
        if (v.isNull(i)) {
          collector.nulls++;
          hashes[c] = 0;
          continue;
        }
        const h = collector.hash(v, i);
        hashes[c] = h;
        collector.sketch.add(h);
        if (v.kind === 'bytes') {
          const e = v.codes === null ? i : v.codes[i]!;
          collector.bytes += v.offsets[e + 1]! - v.offsets[e]!;
        } else collector.bytes += 8;
      }
      for (const index of this.indexes) {
        let h = 0;
        for (const at of index.at) h = mix(Math.imul(h, 31) + hashes[at]!);
        index.sketch.add(h);
      }
      this.rows++;
      let slot = this.rowNumbers.length;
      if (slot >= options.samples) {
        slot = this.random(this.rows);
        if (slot >= options.samples) continue;
      }
      this.rowNumbers[slot] = this.rows;
      for (let c = 0; c < collectors.length; c++) {
        const d = chunk.columns[c]!.get(i);
        collectors[c]!.sample[slot] = d instanceof Uint8Array ? d.slice() : d;
      }
    }
  }

  /** `version`: the timestamp the rows were read at. */
  finish(version: bigint): TableStatistics {
    const columns = new Map<number, ColumnStatistics>();
    for (const c of this.collectors) columns.set(c.info.id, this.column(c));
    const indexes = new Map<number, ColumnStatistics>();
    for (const x of this.indexes) {
      indexes.set(x.info.id, {
        ndv: Math.min(this.rows, x.sketch.ndv()),
        nullCount: 0,
        avgSize: 0,
        correlation: 0,
        topN: [],
        buckets: [],
      });
    }
    return { tableId: this.table.id, rowCount: this.rows, modifyCount: 0, version, columns, indexes };
  }

  private column(c: ColumnCollector): ColumnStatistics {
    const places: number[] = [];
    for (let i = 0; i < this.rowNumbers.length; i++) if (c.sample[i] !== null) places.push(i);
    places.sort((a, b) => c.compare(c.sample[a]!, c.sample[b]!) || this.rowNumbers[a]! - this.rowNumbers[b]!);
    const sorted = places.map((p) => c.sample[p]!);
    const present = this.rows - c.nulls;
    const factor = sorted.length === 0 ? 0 : present / sorted.length;
    const { topN, buckets } = buildHistogram(
      sorted,
      c.compare,
      factor,
      this.options.topN,
      this.options.buckets,
    );
    return {
      ndv: Math.min(present, c.sketch.ndv()),
      nullCount: c.nulls,
      avgSize: present === 0 ? 0 : c.bytes / present,
      correlation: this.correlation(places, c),
      topN,
      buckets,
    };
  }

  /** Correlation of the sample's order by value with its order by handle (Pearson's, of ranks). */
  private correlation(places: readonly number[], c: ColumnCollector): number {
    const n = places.length;
    if (n < 2) return n;
    const byRow = [...places].sort((a, b) => this.rowNumbers[a]! - this.rowNumbers[b]!);
    const rank = new Map<number, number>();
    byRow.forEach((p, i) => rank.set(p, i));
    let same = true;
    let sum = 0;
    places.forEach((p, i) => {
      if (i > 0 && same && c.compare(c.sample[p]!, c.sample[places[0]!]!) !== 0) same = false;
      sum += (i - (n - 1) / 2) * (rank.get(p)! - (n - 1) / 2);
    });
    if (same) return 1;
    return sum / ((n * (n * n - 1)) / 12);
  }
}
