import type { IndexInfo, TableInfo, ColumnInfo } from '../catalog/model.js';
import { isVirtual } from '../catalog/table-layout.js';
import type { Chunk } from '../chunk/chunk.js';
import { compareBytes } from '../kv/codec/byte-writer.js';
import { type Datum, ownDatum } from '../types/datum.js';
import { TypeCode } from '../types/field-type.js';
import { CmSketch } from './cm-sketch.js';
import { ColumnCollector, columnCollation, columnCompare } from './column-collector.js';
import type { CompareDatums } from './estimate.js';
import { extendedValue } from './extended.js';
import { FmSketch } from './fm-sketch.js';
import { buildHistogram } from './histogram.js';
import { isKeyType, type KeySample } from './key-sample.js';
import { RowSampler } from './row-sampler.js';
import { takeSample } from './sample.js';
import { indexValueKey, valueKey } from './stats-key.js';
import type { ColumnStatistics, ExtendedStatistics, TableStatistics } from './table-statistics.js';
import { hashBytes, mix } from './value-hash.js';
import { sortByValue } from './value-order.js';

/** ANALYZE … WITH n BUCKETS, TOPN, SAMPLES; TiDB's defaults. */
export interface AnalyzeOptions {
  readonly buckets: number;
  readonly topN: number;
  readonly samples: number;
  /** Share of the rows that are sampled, at most `samples` of them; 0: as many as `samples` allows. */
  readonly sampleRate: number;
  readonly cmsDepth: number;
  readonly cmsWidth: number;
  /** 1: with CM-sketches. */
  readonly version: number;
}
/** Rows of the sample whose keys are made at once. */
const STEP = 1 << 10;
/** Rows of a chunk that are copied into the sample at once. */
const SAMPLED_STEP = 1 << 7;
/** More than a sample has rows; row numbers times this are exact. */
const PLACES = 2 ** 21;

export const DEFAULT_ANALYZE: AnalyzeOptions = {
  buckets: 256,
  topN: 100,
  samples: 30_000,
  sampleRate: 0,
  cmsDepth: 5,
  cmsWidth: 2048,
  version: 2,
};

interface IndexCollector {
  readonly info: IndexInfo;
  /** Places of its columns among those that are scanned; null when one is computed. */
  readonly at: readonly number[] | null;
  readonly sketch: FmSketch;
}

/** Which parts of a table's statistics are to be taken. */
export interface Wanted {
  /** Ids of columns. */
  readonly columns: ReadonlySet<number>;
  /** Ids of indexes. */
  readonly indexes: ReadonlySet<number>;
}

/** Indexes that have statistics of their own: the handle's are those of its column. */
export const hasIndexStatistics = (table: TableInfo, i: IndexInfo): boolean =>
  i.state === 'public' &&
  !(i.primary && table.pkIsHandle) &&
  i.columns.every(
    (c) =>
      table.columns[c.offset]!.type.tp !== TypeCode.Json &&
      table.columns[c.offset]!.type.tp !== TypeCode.Vector,
  );

/**
 * Statistics of a table or partition from a scan of it: every row is counted and sketched, a reservoir sample of rows makes
 * the histograms. Chunks have `scanned` in order; rows come in handle order.
 */
export class TableStatsBuilder {
  rows = 0;
  private readonly collectors: ColumnCollector[];
  private readonly indexes: IndexCollector[];
  /** Sampled rows as datums by column offset; computed columns are null until `sample` is filled by the caller. */
  readonly sample: Datum[][] = [];
  /** Number of the row in each place of the reservoir. */
  private readonly rowNumbers: number[] = [];
  private readonly sampler: RowSampler;
  private rowOrder: Uint32Array | null = null;

  constructor(
    private readonly table: TableInfo,
    private readonly physicalId: number,
    scanned: readonly ColumnInfo[],
    private readonly options: AnalyzeOptions,
    private readonly wanted: Wanted,
  ) {
    this.sampler = new RowSampler(options.samples, options.sampleRate);
    this.collectors = scanned.map((c) => new ColumnCollector(c));
    this.indexes = table.indices
      .filter((i) => wanted.indexes.has(i.id))
      .map((info) => {
        const at = info.columns.map((c) =>
          c.length >= 0 ? -1 : scanned.findIndex((x) => x.offset === c.offset),
        );
        return { info, at: at.includes(-1) ? null : at, sketch: new FmSketch() };
      });
  }

  /** Takes the rows of a chunk, column by column in steps. */
  *adding(chunk: Chunk): Generator<void, void> {
    const { collectors } = this;
    const { rows, sel } = chunk;
    for (let c = 0; c < collectors.length; c++) {
      collectors[c]!.add(chunk.columns[c]!, sel, rows);
      yield;
    }
    for (const { at, sketch } of this.indexes) {
      if (at === null) continue;
      const keys = at.map((c) => collectors[c]!.hashes);
      for (let k = 0; k < rows; k++) {
        let h = 0;
        for (let j = 0; j < keys.length; j++) h = mix(Math.imul(h, 31) + keys[j]![k]!);
        sketch.add(h);
      }
      yield;
    }
    yield* this.sampleRows(chunk);
    this.rows += rows;
  }

  private *sampleRows({ columns, rows, sel }: Chunk): Generator<void, void> {
    const { collectors, sample, sampler } = this;
    const end = this.rows + rows;
    for (let row = Math.max(this.rows, sampler.next); row < end; row = Math.max(row + 1, sampler.next)) {
      const place = sampler.place(row);
      if (place < 0) continue;
      const k = row - this.rows;
      const i = sel === null ? k : sel[k]!;
      const datums = new Array<Datum>(this.table.columns.length).fill(null);
      for (let c = 0; c < collectors.length; c++)
        datums[collectors[c]!.info.offset] = ownDatum(columns[c]!.get(i));
      sample[place] = datums;
      this.rowNumbers[place] = row + 1;
      if ((k & (SAMPLED_STEP - 1)) === SAMPLED_STEP - 1) yield;
    }
  }

  /** Makes the statistics in steps. `version`: the timestamp the rows were read at. */
  *finishing(
    version: bigint,
    extended: readonly ExtendedStatistics[] = [],
  ): Generator<void, TableStatistics> {
    const columns = new Map<number, ColumnStatistics>();
    for (const c of this.collectors)
      if (this.wanted.columns.has(c.info.id)) {
        columns.set(c.info.id, yield* this.column(c, version));
        yield;
      }
    for (const info of this.table.columns)
      if (isVirtual(info) && this.wanted.columns.has(info.id)) {
        columns.set(info.id, yield* this.computed(info, version));
        yield;
      }
    const indexes = new Map<number, ColumnStatistics>();
    for (const x of this.indexes) {
      indexes.set(x.info.id, yield* this.index(x, version));
      yield;
    }
    return {
      tableId: this.physicalId,
      rowCount: this.rows,
      modifyCount: 0,
      version,
      columns,
      indexes,
      sample: takeSample(this.table, this.sample, this.rows, this.keySamples()),
      extended: extended.map((e) => ({
        ...e,
        value: extendedValue(e, this.table, this.sample),
        version,
      })),
    };
  }

  /** Of the columns that may be keys of joins and have so many values that TopN does not tell of them all. */
  private keySamples(): Map<number, KeySample> {
    const out = new Map<number, KeySample>();
    for (const { info, keys, sketch } of this.collectors)
      if (isKeyType(info.type) && sketch.ndv() > this.options.topN) out.set(info.id, keys.finish());
    return out;
  }

  /** Places of the sample where the column is not NULL, in its order; equal values in the order of rows. */
  private ordered(info: ColumnInfo): Generator<void, Uint32Array> {
    const { sample, rowNumbers } = this;
    const { offset } = info;
    let n = 0;
    const places = new Uint32Array(sample.length);
    for (let i = 0; i < sample.length; i++) if (sample[i]![offset] !== null) places[n++] = i;
    const collation = columnCollation(info);
    return sortByValue(
      places.subarray(0, n),
      (p) => sample[p]![offset]!,
      (b) => collation.sortKey(b),
      (a, b) => rowNumbers[a]! - rowNumbers[b]!,
    );
  }

  /** All places of the sample in the order of rows. */
  private get byRow(): Uint32Array {
    if (this.rowOrder?.length !== this.sample.length) {
      const { rowNumbers } = this;
      // Row numbers and places as one number each are sorted without calls.
      const both = Float64Array.from(this.sample, (_, i) => rowNumbers[i]! * PLACES + i).sort();
      this.rowOrder = Uint32Array.from(both, (x) => x % PLACES);
    }
    return this.rowOrder;
  }

  private column(c: ColumnCollector, version: bigint): Generator<void, ColumnStatistics> {
    const present = this.rows - c.nulls;
    return this.columnOf(
      c.info,
      c.compare,
      Math.min(present, c.sketch.ndv()),
      c.nulls,
      c.bytes,
      c.sketch,
      version,
    );
  }

  /** A column that is computed is known in the sample alone. */
  private *computed(info: ColumnInfo, version: bigint): Generator<void, ColumnStatistics> {
    const compare = columnCompare(info);
    const places = yield* this.ordered(info);
    const n = this.sample.length;
    const scale = n === 0 ? 0 : this.rows / n;
    const sketch = new FmSketch();
    let bytes = 0;
    for (const p of places) {
      const v = this.sample[p]![info.offset]!;
      sketch.add(hashBytes(valueKey(v, info.type)));
      bytes += v instanceof Uint8Array ? v.length : 8;
    }
    const ndv = scaledNdv(
      Array.from(places, (p) => this.sample[p]![info.offset]!),
      compare,
      scale,
    );
    return yield* this.columnOf(
      info,
      compare,
      ndv,
      Math.round((n - places.length) * scale),
      bytes * scale,
      sketch,
      version,
    );
  }

  private *columnOf(
    info: ColumnInfo,
    compare: CompareDatums,
    ndv: number,
    nulls: number,
    bytes: number,
    sketch: FmSketch,
    version: bigint,
  ): Generator<void, ColumnStatistics> {
    const places = yield* this.ordered(info);
    const present = Math.max(places.length, this.rows - nulls);
    const sorted = Array.from(places, (p) => this.sample[p]![info.offset]!);
    yield;
    const parts = yield* buildHistogram(
      sorted,
      compare,
      { rows: present, nulls, ndv },
      this.options.topN,
      this.options.buckets,
    );
    yield;
    return {
      ndv,
      nullCount: nulls,
      avgSize: present === 0 ? 0 : bytes / present,
      correlation: yield* this.correlation(places, (p) => this.sample[p]![info.offset]!, compare),
      ...parts,
      cms: this.cmSketch(sorted, parts.topN, compare, present, (v) => hashBytes(valueKey(v, info.type))),
      sketch,
      statsVer: this.options.version,
      version,
    };
  }

  private *index({ info, at, sketch }: IndexCollector, version: bigint): Generator<void, ColumnStatistics> {
    const { table, sample } = this;
    const found: Uint8Array[] = [];
    const single = info.columns.length === 1 ? info.columns[0]!.offset : -1;
    let bytes = 0;
    for (const [i, row] of sample.entries()) {
      if ((i & (STEP - 1)) === STEP - 1) yield;
      if (single >= 0 && row[single] === null) continue;
      const key = indexValueKey(table, info, row);
      bytes += key.length;
      found.push(key);
    }
    const order = yield* sortByValue(
      Uint32Array.from(found.keys()),
      (i) => found[i]!,
      (key) => key,
      () => 0,
    );
    const keys = Array.from(order, (i) => found[i]!);
    const compare: CompareDatums = (a, b) => compareBytes(a as Uint8Array, b as Uint8Array);
    const n = sample.length;
    const scale = n === 0 ? 0 : this.rows / n;
    const nulls = Math.round((n - keys.length) * scale);
    const present = this.rows - nulls;
    let ndv: number;
    if (at === null) ndv = scaledNdv(keys, compare, scale);
    else ndv = Math.min(present, sketch.ndv() - (single >= 0 && nulls > 0 ? 1 : 0));
    const own = at === null ? new FmSketch() : sketch;
    if (at === null) for (const k of keys) own.add(hashBytes(k));
    const parts = yield* buildHistogram(
      keys,
      compare,
      { rows: present, nulls, ndv },
      this.options.topN,
      this.options.buckets,
    );
    return {
      ndv,
      nullCount: nulls,
      avgSize: keys.length === 0 ? 0 : bytes / keys.length,
      correlation: 0,
      ...parts,
      cms: this.cmSketch(keys, parts.topN, compare, present, (v) => hashBytes(v as Uint8Array)),
      sketch: own,
      statsVer: this.options.version,
      version,
    };
  }

  /** Counts of the values outside TopN, scaled from the sample; null for statistics without sketches. */
  private cmSketch(
    sorted: readonly Datum[],
    topN: ColumnStatistics['topN'],
    compare: CompareDatums,
    rows: number,
    hash: (v: Datum) => number,
  ): CmSketch | null {
    if (this.options.version !== 1) return null;
    const sketch = new CmSketch(this.options.cmsDepth, this.options.cmsWidth);
    const factor = sorted.length === 0 ? 0 : rows / sorted.length;
    let t = 0;
    for (let i = 0; i < sorted.length;) {
      const v = sorted[i]!;
      let j = i + 1;
      while (j < sorted.length && compare(sorted[j]!, v) === 0) j++;
      while (t < topN.length && compare(topN[t]!.value, v) < 0) t++;
      if (t >= topN.length || compare(topN[t]!.value, v) !== 0)
        sketch.add(hash(v), Math.max(1, Math.round((j - i) * factor)));
      i = j;
    }
    return sketch;
  }

  /** Correlation of the sample's order by value with its order by handle (Pearson's, of ranks). `places`: in order of value. */
  private *correlation(
    places: Uint32Array,
    value: (p: number) => Datum,
    compare: CompareDatums,
  ): Generator<void, number> {
    const n = places.length;
    if (n < 2) return n;
    if (compare(value(places[0]!), value(places[n - 1]!)) === 0) return 1;
    const present = new Uint8Array(this.sample.length);
    for (const p of places) present[p] = 1;
    const rank = new Int32Array(this.sample.length);
    let next = 0;
    const { byRow } = this;
    yield;
    for (const p of byRow) if (present[p] === 1) rank[p] = next++;
    yield;
    const mean = (n - 1) / 2;
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (i - mean) * (rank[places[i]!]! - mean);
    return sum / ((n * (n * n - 1)) / 12);
  }
}

/**
 * Distinct values of a table from those of a sorted sample: values seen once in the sample are taken to be sqrt(scale) values
 * each (the guaranteed-error estimator; Charikar et al., "Towards Estimation Error Guarantees for Distinct Values", 2000).
 */
function scaledNdv(sorted: readonly Datum[], compare: CompareDatums, scale: number): number {
  let distinct = 0;
  let once = 0;
  for (let i = 0; i < sorted.length;) {
    let j = i + 1;
    while (j < sorted.length && compare(sorted[j]!, sorted[i]!) === 0) j++;
    distinct++;
    if (j - i === 1) once++;
    i = j;
  }
  return Math.round(distinct - once + once * Math.sqrt(Math.max(1, scale)));
}
