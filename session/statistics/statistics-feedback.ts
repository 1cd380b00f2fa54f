import type { TableInfo } from '../../catalog/model.js';
import type { FeedbackSink } from '../../executor/feedback.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { columnCompare } from '../../statistics/column-collector.js';
import { CorrectedPart, type FeedbackColumn, type RangeFeedback } from '../../statistics/feedback.js';
import { valueKey } from '../../statistics/stats-key.js';
import type { ColumnStatistics, TableStatistics } from '../../statistics/table-statistics.js';
import { hashBytes } from '../../statistics/value-hash.js';
import type { EngineCore } from '../engine/engine-core.js';

/** Of smaller tables any plan will do. */
const LEAST_ROWS = 1000;
/** Ranges that wait of one table; later ones of the same time tell little more. */
const MAX_WAITING = 256;
/**
 * Plans from the cache report again and again what a correction of statistics cannot change of them: corrections that nobody plans
 * with take one part in so many of the time, of all tables together. One waits for APPLY_MS at least.
 */
const REST = 100;
const APPLY_MS = 200;

/**
 * What scans met, by table, until the table is planned with again: then its statistics are corrected. A scan whose estimate
 * was near reports nothing, so that what is known well costs nothing.
 */
export class StatisticsFeedback implements FeedbackSink {
  private readonly pending = new Map<number, RangeFeedback[]>();
  /** What is remembered of parts that were corrected, by table and part. */
  private readonly parts = new Map<number, Map<string, CorrectedPart>>();
  /** Parts corrected since they were last stored. */
  private readonly dirty = new Map<number, { columns: Set<number>; indexes: Set<number> }>();

  /** When corrections may go on, by performance.now(). */
  private rested = 0;

  constructor(private readonly core: EngineCore) {}

  get on(): boolean {
    return this.core.globals.get('tidb_enable_query_feedback') === 'ON';
  }

  get waiting(): boolean {
    return this.pending.size > 0;
  }

  wants(table: TableInfo): boolean {
    const waiting = this.pending.get(table.id);
    if (waiting !== undefined && waiting.length >= MAX_WAITING) return false;
    const rows = this.core.rowCounts.get(table.id) ?? 0;
    return rows >= LEAST_ROWS && !this.core.statistics.isLocked(table.id) && table.virtual !== true;
  }

  note(table: TableInfo, feedback: readonly RangeFeedback[]): void {
    let list = this.pending.get(table.id);
    if (list === undefined) {
      this.pending.set(table.id, (list = []));
      this.applyLater(table);
    }
    list.push(...feedback);
  }

  /** Plans from the cache do not ask for statistics: what was met for them is applied in time all the same. */
  private applyLater(table: TableInfo): void {
    const rest = Math.max(APPLY_MS, this.rested - performance.now());
    setTimeout(() => {
      if (!this.pending.has(table.id)) return;
      if (performance.now() < this.rested) this.applyLater(table);
      else this.apply(table);
    }, rest).unref();
  }

  /** Corrects the table's statistics by what was met since it was last planned with. */
  apply(table: TableInfo): void {
    const list = this.pending.get(table.id);
    const { statistics, rowCounts } = this.core;
    // Corrections wait for the statistics that are to be corrected.
    if (list === undefined || statistics.isMissing(table.id)) return;
    this.pending.delete(table.id);
    const began = performance.now();
    const before = statistics.taken(table.id);
    const rowCount = rowCounts.get(table.id) ?? before?.rowCount ?? 0;
    const columns = new Map(before?.columns);
    const indexes = new Map(before?.indexes);
    let dirty = this.dirty.get(table.id);
    if (dirty === undefined) this.dirty.set(table.id, (dirty = { columns: new Set(), indexes: new Set() }));
    let known = this.parts.get(table.id);
    if (known === undefined) this.parts.set(table.id, (known = new Map<string, CorrectedPart>()));
    for (const [key, found] of byPart(list)) {
      const [f] = found;
      const column = feedbackColumn(table, f!, rowCount);
      if (column === null) continue;
      const all: Map<number, ColumnStatistics> = f!.part === 'column' ? columns : indexes;
      let part = known.get(key);
      // Others than the corrected ones are those of a new ANALYZE, or were read again.
      if (part === undefined || part.current !== all.get(f!.id))
        known.set(key, (part = new CorrectedPart(all.get(f!.id))));
      all.set(f!.id, part.correct(found, column));
      (f!.part === 'column' ? dirty.columns : dirty.indexes).add(f!.id);
    }
    statistics.correct({
      ...(before ?? { tableId: table.id, rowCount, modifyCount: rowCounts.modified(table.id), sample: null }),
      version: before?.version ?? 1n,
      columns,
      indexes,
    });
    const now = performance.now();
    this.rested = Math.max(now, this.rested) + REST * (now - began);
  }

  /** Stores what was corrected. */
  async save(): Promise<void> {
    const { statistics, schemaLoader, storage } = this.core;
    for (const [id, { columns, indexes }] of [...this.dirty]) {
      this.dirty.delete(id);
      const stats = statistics.taken(id);
      const table = schemaLoader.current.tableById(id)?.table;
      if (stats === null || table === undefined) {
        this.parts.delete(id);
        continue;
      }
      const version = await storage.currentTs();
      const of = (
        kind: RangeFeedback['part'],
        all: ReadonlyMap<number, ColumnStatistics>,
        ids: Set<number>,
      ): Map<number, ColumnStatistics> =>
        new Map(
          [...all]
            .filter(([part]) => ids.has(part))
            .map(([part, c]) => {
              const stored = rounded(c, version);
              const corrected = this.parts.get(id)?.get(partKey(kind, part));
              if (corrected?.current === c) corrected.current = stored;
              return [part, stored];
            }),
        );
      const part: TableStatistics = {
        ...stats,
        // Plans that were made with what was corrected stay good: they ask for the ANALYZE that they were made with.
        version: stats.version > 1n ? stats.version : version,
        columns: of('column', stats.columns, columns),
        indexes: of('index', stats.indexes, indexes),
      };
      await statistics.put(table, { ...part, sample: stats.sample ?? null }, null);
    }
  }
}

const partKey = (kind: RangeFeedback['part'], id: number): string => `${kind} ${id}`;

function byPart(list: readonly RangeFeedback[]): ReadonlyMap<string, RangeFeedback[]> {
  const out = new Map<string, RangeFeedback[]>();
  for (const f of list) {
    const key = partKey(f.part, f.id);
    const found = out.get(key);
    if (found === undefined) out.set(key, [f]);
    else found.push(f);
  }
  return out;
}

/** Counts are integers in the store. */
const rounded = (c: ColumnStatistics, version: bigint): ColumnStatistics => ({
  ...c,
  version: c.statsVer === 0 ? version : (c.version ?? version),
  topN: c.topN.map((t) => ({ ...t, count: Math.round(t.count) })),
  buckets: c.buckets.map((b) => ({ ...b, cumulative: Math.round(b.cumulative) })),
});

function feedbackColumn(table: TableInfo, f: RangeFeedback, rowCount: number): FeedbackColumn | null {
  if (f.part === 'index')
    return {
      compare: (a, b) => compareBytes(a as Uint8Array, b as Uint8Array),
      hash: (v) => hashBytes(v as Uint8Array),
      rowCount,
      bytes: true,
    };
  const info = table.columns.find((c) => c.id === f.id);
  if (info === undefined) return null;
  const example = f.low?.value ?? f.high?.value;
  return {
    compare: columnCompare(info),
    hash: (v) => hashBytes(valueKey(v, info.type)),
    rowCount,
    bytes: example instanceof Uint8Array,
  };
}
