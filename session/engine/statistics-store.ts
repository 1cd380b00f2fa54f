import type { TableInfo } from '../../catalog/model.js';
import type { Datum } from '../../types/datum.js';
import {
  isAnalyzed,
  memoryOf,
  type ColumnStatistics,
  type ExtendedStatistics,
  type TableStatistics,
} from '../../statistics/table-statistics.js';
import { memoryOfSample } from '../../statistics/sample.js';
import { NewestValues } from './newest-values.js';
import type { CountMark, Counts, RowCounts } from './row-counts.js';
import { mysqlError } from '../../types/error-table.js';
import {
  addExtended,
  deleteStatistics,
  readStatistics,
  type StoredPart,
  removeExtended,
  writeStatistics,
  type Pause,
  writeTable,
  type Run,
} from './statistics-tables.js';

/** Where statistics are kept, and who else wants to know of them. */
export interface StatisticsHome {
  /** Runs a statement of the server itself. */
  run(sql: string): Promise<Datum[][]>;
  /** Statements one after the other, each for itself. */
  together<T>(body: (run: Run) => Promise<T>): Promise<T>;
  /** Runs statements as one transaction. */
  transaction<T>(body: (run: Run) => Promise<T>): Promise<T>;
  /** A table by its own id or that of a partition. */
  table(physicalId: number): TableInfo | null;
  /** Other nodes are to read the table's statistics again. */
  changed(physicalId: number): void;
  /** The greatest value of a column that an index or the handle is ordered by. */
  max(table: TableInfo, columnName: string): Promise<Datum>;
  /** Bytes that statistics may take in memory. */
  quota(): number;
}

/** Parts of new statistics but those that a later ANALYZE has taken already. */
function latest(
  before: TableStatistics | null,
  had: ReadonlyMap<number, ColumnStatistics> | undefined,
  fresh: TableStatistics,
  parts: ReadonlyMap<number, ColumnStatistics>,
): ReadonlyMap<number, ColumnStatistics> {
  const out = new Map<number, ColumnStatistics>();
  for (const [id, part] of parts) {
    const was = had?.get(id);
    const later =
      was !== undefined &&
      was.statsVer !== 0 &&
      (was.version ?? before!.version) > (part.version ?? fresh.version);
    if (!later) out.set(id, part);
  }
  return out;
}

/** Statistics that have been read, with what they take. */
interface Loaded {
  readonly stats: TableStatistics;
  readonly bytes: number;
}

const DEFAULT_QUOTA = 256 << 20;

/**
 * Statistics of tables and partitions: in mysql.stats_* for good, in memory those that plans asked for lately. A table's
 * statistics are read when they are first wanted; what was not wanted for the longest goes when there is no room.
 */
export class StatisticsStore {
  /** Tables that have statistics, read or not. */
  private readonly known = new Set<number>();
  /** In the order of their last use. */
  private readonly loaded = new Map<number, Loaded>();
  /** `loaded` with the live modify counts. */
  private readonly current = new Map<number, TableStatistics>();
  private readonly loading = new Map<number, Promise<void>>();
  /** The last of the statistics of a table that are being put. */
  private readonly putting = new Map<number, Promise<void>>();
  private readonly lockedIds = new Set<number>();
  /** Tables whose statistics are being taken on this node. */
  readonly taking = new Set<number>();
  private readonly newest: NewestValues;
  private bytes = 0;

  constructor(
    private readonly home: StatisticsHome,
    private readonly rowCounts: RowCounts,
  ) {
    this.newest = new NewestValues((table, column) => home.max(table, column));
  }

  /** The statistics as they were taken: the same object until others are. Null when there are none or they are not read yet. */
  taken(physicalId: number): TableStatistics | null {
    return this.loaded.get(physicalId)?.stats ?? null;
  }

  /** With the rows modified since, as the live counters have them. */
  get(physicalId: number): TableStatistics | null {
    const entry = this.loaded.get(physicalId);
    if (entry === undefined) return null;
    this.loaded.delete(physicalId);
    this.loaded.set(physicalId, entry);
    const modifyCount = this.rowCounts.modified(physicalId);
    const now = this.current.get(physicalId);
    if (now !== undefined && now.modifyCount === modifyCount) return now;
    const columns = this.newest.over(physicalId, entry.stats);
    const current = { ...entry.stats, columns, modifyCount };
    this.current.set(physicalId, current);
    return current;
  }

  /** Whether there are statistics that have not been read. */
  isMissing(physicalId: number): boolean {
    return this.known.has(physicalId) && !this.loaded.has(physicalId);
  }

  /** Whether there is more to be known of a table than `get` says: `load` finds it out. */
  isBehind(table: TableInfo): boolean {
    if (!this.known.has(table.id)) return false;
    const stats = this.get(table.id);
    return stats === null || this.newest.isOld(table, stats);
  }

  /** Whether there are statistics at all. */
  has(physicalId: number): boolean {
    return this.known.has(physicalId);
  }

  /** Reads what is kept of tables. Statistics that cannot be read are as good as none. */
  async load(...physicalIds: readonly number[]): Promise<void> {
    const parts: StoredPart[] = [];
    const running: Promise<void>[] = [];
    for (const physicalId of physicalIds) {
      const loading = this.loading.get(physicalId);
      const table = this.home.table(physicalId);
      if (loading !== undefined) running.push(loading);
      else if (table !== null && this.known.has(physicalId)) {
        const stats = table.id === physicalId ? this.get(physicalId) : null;
        const look = this.newest.pending(physicalId);
        if (look !== null) running.push(look);
        else if (stats !== null && this.newest.isOld(table, stats)) running.push(this.look(table, stats));
        else parts.push({ table, physicalId });
      }
    }
    if (parts.length > 0) running.push(this.read(parts));
    await Promise.all(running);
  }

  private async look(table: TableInfo, stats: TableStatistics): Promise<void> {
    await this.newest.look(table, stats);
    this.current.delete(table.id);
  }

  private read(parts: readonly StoredPart[]): Promise<void> {
    const read = this.home
      .together((run) => readStatistics(run, parts))
      .then((found) => {
        found.forEach((stats, i) => {
          if (stats === null) this.known.delete(parts[i]!.physicalId);
          else this.keep(stats);
        });
      })
      .finally(() => {
        for (const p of parts) this.loading.delete(p.physicalId);
      });
    for (const p of parts) this.loading.set(p.physicalId, read);
    return read;
  }

  /** The statistics of a table, read if need be. */
  async want(physicalId: number): Promise<TableStatistics | null> {
    if (!this.loaded.has(physicalId)) await this.load(physicalId);
    return this.get(physicalId);
  }

  private keep(stats: TableStatistics): void {
    const id = stats.tableId;
    this.unload(id);
    let bytes = 200;
    for (const part of [stats.columns, stats.indexes])
      for (const c of part.values()) {
        const m = memoryOf(c, part === stats.indexes);
        bytes += 300 + m.hist + m.topN + m.cms;
      }
    if (stats.sample !== null && stats.sample !== undefined) bytes += memoryOfSample(stats.sample);
    this.loaded.set(id, { stats, bytes });
    this.bytes += bytes;
    const quota = this.home.quota() || DEFAULT_QUOTA;
    for (const oldest of this.loaded.keys()) {
      if (this.bytes <= quota || oldest === id) break;
      this.unload(oldest);
    }
  }

  private unload(id: number): void {
    const entry = this.loaded.get(id);
    if (entry === undefined) return;
    this.loaded.delete(id);
    this.current.delete(id);
    this.newest.forget(id);
    this.bytes -= entry.bytes;
  }

  /**
   * Keeps new statistics. Parts that were not taken anew stay, and so do those that a later ANALYZE took while this one still read.
   * `since`: where counting stood when the table was read, later changes are added; null leaves the counts alone. Two that
   * end together are kept one after the other: which of them is the later is seen in what the other has kept. `pause`: lets others have
   * their turn, and throws where the statement was killed; what was written until then stays.
   */
  async put(table: TableInfo, fresh: TableStatistics, since: CountMark | null, pause?: Pause): Promise<void> {
    const id = fresh.tableId;
    const others = this.putting.get(id) ?? Promise.resolve();
    const own = others.then(() => this.putNext(table, fresh, since, pause));
    const settled = own.catch(() => undefined);
    this.putting.set(id, settled);
    try {
      await own;
    } finally {
      if (this.putting.get(id) === settled) this.putting.delete(id);
    }
  }

  private async putNext(
    table: TableInfo,
    fresh: TableStatistics,
    since: CountMark | null,
    pause?: Pause,
  ): Promise<void> {
    const id = fresh.tableId;
    const before = await this.want(id);
    const overtaken = before !== null && isAnalyzed(before) && before.version > fresh.version;
    const columns = latest(before, before?.columns, fresh, fresh.columns);
    const indexes = latest(before, before?.indexes, fresh, fresh.indexes);
    if (overtaken && columns.size + indexes.size === 0) return;
    const own = { ...fresh, columns, indexes, ...(overtaken ? { sample: null } : {}) };
    const base = overtaken ? null : since;
    const stats: TableStatistics = {
      ...fresh,
      version: overtaken ? before.version : fresh.version,
      columns: new Map([
        ...[...(before?.columns ?? [])].filter(([c]) => table.columns.some((x) => x.id === c)),
        ...columns,
      ]),
      indexes: new Map([
        ...[...(before?.indexes ?? [])].filter(([c]) => table.indices.some((x) => x.id === c)),
        ...indexes,
      ]),
      extended: fresh.extended ?? before?.extended ?? [],
      sample: own.sample ?? before?.sample ?? null,
    };
    await writeStatistics((body) => this.home.transaction(body), table, own, pause);
    await this.home.transaction((run) => writeTable(run, own, this.liveCounts(fresh, base)));
    if (base !== null) {
      const now = this.liveCounts(fresh, base);
      this.rowCounts.set(id, now.rows, now.modified);
    }
    this.known.add(id);
    this.keep(stats);
    this.home.changed(id);
  }

  /** The counts of a table that had the rows of `fresh` when counting stood at `since`. */
  private liveCounts(fresh: TableStatistics, since: CountMark | null): Counts {
    const { tableId, rowCount, modifyCount } = fresh;
    const rows = this.rowCounts.get(tableId);
    if (rows === null) return { rows: rowCount, modified: modifyCount };
    if (since === null) return { rows, modified: this.rowCounts.modified(tableId) };
    const now = this.rowCounts.mark(tableId);
    return {
      rows: Math.max(0, rowCount + now.added - since.added),
      modified: Math.max(0, modifyCount + now.changed - since.changed),
    };
  }

  /** Forgets what is known of some columns. */
  async dropColumns(table: TableInfo, columns: readonly number[]): Promise<void> {
    const stats = await this.want(table.id);
    if (stats === null) return;
    for (const t of ['stats_histograms', 'stats_buckets', 'stats_top_n', 'stats_fm_sketch'])
      await this.home.run(
        `DELETE FROM mysql.${t} WHERE table_id = ${table.id} AND is_index = 0 AND hist_id IN (${columns.join(', ')})`,
      );
    this.keep({ ...stats, columns: new Map([...stats.columns].filter(([id]) => !columns.includes(id))) });
    this.home.changed(table.id);
  }

  /** Takes corrected statistics over in memory and keeps them later (feedback). */
  correct(stats: TableStatistics): void {
    this.known.add(stats.tableId);
    this.keep(stats);
  }

  /** Another node changed the statistics of a table: they are read again when they are wanted. */
  async reload(physicalId: number): Promise<void> {
    this.unload(physicalId);
    this.known.add(physicalId);
    const [meta] = await this.home.run(
      `SELECT count, modify_count FROM mysql.stats_meta WHERE table_id = ${physicalId}`,
    );
    if (meta !== undefined) this.rowCounts.set(physicalId, Number(meta[0]), Number(meta[1]));
  }

  /** Forgets statistics; `keepCount`: the row count stays (DROP STATS), else the table is gone. */
  async drop(physicalId: number, keepCount: boolean): Promise<void> {
    this.lockedIds.delete(physicalId);
    const had = this.known.delete(physicalId);
    this.unload(physicalId);
    if (!had) return;
    await this.home.transaction((run) => deleteStatistics(run, physicalId, keepCount));
    this.home.changed(physicalId);
  }

  /** Clears away what is kept of a table that is gone, known or not. */
  async forget(physicalId: number): Promise<void> {
    this.known.add(physicalId);
    await this.drop(physicalId, false);
  }

  isLocked(physicalId: number): boolean {
    return this.lockedIds.has(physicalId);
  }

  /** LOCK STATS: ANALYZE leaves the table or partition alone. */
  async lock(physicalIds: readonly number[]): Promise<void> {
    for (const id of physicalIds) {
      await this.home.run(
        `REPLACE INTO mysql.stats_table_locked (table_id, modify_count, count, version) VALUES (${id}, 0, 0, 0)`,
      );
      this.lockedIds.add(id);
      this.home.changed(id);
    }
  }

  async unlock(physicalIds: readonly number[]): Promise<void> {
    for (const id of physicalIds) {
      await this.home.run(`DELETE FROM mysql.stats_table_locked WHERE table_id = ${id}`);
      this.lockedIds.delete(id);
      this.home.changed(id);
    }
  }

  async reloadLocks(): Promise<void> {
    const rows = await this.home.run('SELECT table_id FROM mysql.stats_table_locked');
    // Not before: meanwhile every lock would seem to be gone.
    this.lockedIds.clear();
    for (const [id] of rows) this.lockedIds.add(Number(id));
  }

  /** ALTER TABLE … ADD STATS_EXTENDED: what ANALYZE is to find out from now on. Throws 1105. */
  async addExtended(
    table: TableInfo,
    name: string,
    columns: readonly number[],
    ifNotExists: boolean,
    version: bigint,
  ): Promise<void> {
    const list = (await this.want(table.id))?.extended ?? [];
    if (list.some((e) => e.name === name)) {
      if (ifNotExists) return;
      throw mysqlError(
        'ER_UNKNOWN_ERROR',
        `extended statistics '${name}' for the specified table already exists`,
      );
    }
    if (list.some((e) => e.columns.join() === columns.join()))
      throw mysqlError(
        'ER_UNKNOWN_ERROR',
        `extended statistics '${name}' with same type on same columns already exists`,
      );
    await addExtended((sql) => this.home.run(sql), table.id, name, columns, version);
    this.setExtended(table, [...list, { name, columns, value: null, version }]);
  }

  async dropExtended(table: TableInfo, name: string, ifExists: boolean): Promise<void> {
    const list = (await this.want(table.id))?.extended ?? [];
    if (!list.some((e) => e.name === name)) {
      if (ifExists) return;
      throw mysqlError(
        'ER_UNKNOWN_ERROR',
        `extended statistics '${name}' for the specified table does not exist`,
      );
    }
    await removeExtended((sql) => this.home.run(sql), table.id, name);
    this.setExtended(
      table,
      list.filter((e) => e.name !== name),
    );
  }

  private setExtended(table: TableInfo, list: readonly ExtendedStatistics[]): void {
    const stats: TableStatistics = this.loaded.get(table.id)?.stats ?? {
      tableId: table.id,
      rowCount: this.rowCounts.get(table.id) ?? 0,
      modifyCount: 0,
      version: 0n,
      columns: new Map(),
      indexes: new Map(),
    };
    this.known.add(table.id);
    this.keep({ ...stats, extended: list });
    this.home.changed(table.id);
  }

  /** The tables that hold statistics are others now. */
  async restart(): Promise<void> {
    for (const id of [...this.loaded.keys()]) this.unload(id);
    this.known.clear();
    await this.start();
  }

  /** Which tables have statistics or locks; the statistics themselves are read when they are wanted. */
  async start(): Promise<void> {
    for (const [id] of await this.home.run(
      'SELECT table_id FROM mysql.stats_histograms GROUP BY table_id UNION SELECT table_id FROM mysql.stats_extended',
    ))
      this.known.add(Number(id));
    await this.reloadLocks();
  }
}
