import { decodeMetaHashKey, metaHashKey, metaHashPrefix } from '../../kv/codec/meta-key.js';
import { prefixNext } from '../../kv/codec/byte-writer.js';
import type { Storage } from '../../kv/storage.js';
import { decodeStatistics, encodeStatistics } from '../../statistics/codec.js';
import type { TableStatistics } from '../../statistics/table-statistics.js';
import type { RowCounts } from './row-counts.js';

const HASH = Buffer.from('RutileStatistics');
const fieldOf = (tableId: number): Uint8Array => metaHashKey(HASH, Buffer.from(String(tableId)));

/** What ANALYZE found, by table: in memory for the optimizer, in meta for the next start. */
export class StatisticsStore {
  private readonly tables = new Map<number, TableStatistics>();
  private readonly locked = new Set<number>();

  constructor(
    private readonly storage: Storage,
    private readonly rowCounts: RowCounts,
    /** Other nodes are to read the table's statistics again. */
    private readonly changed: (tableId: number) => void = () => undefined,
  ) {}

  /** With the rows modified since, as the live counters have them. */
  get(tableId: number): TableStatistics | null {
    const kept = this.tables.get(tableId);
    if (kept === undefined) return null;
    const modifyCount = this.rowCounts.modified(tableId);
    if (modifyCount === kept.modifyCount) return kept;
    const current = { ...kept, modifyCount };
    this.tables.set(tableId, current);
    return current;
  }

  async put(statistics: TableStatistics): Promise<void> {
    this.tables.set(statistics.tableId, statistics);
    this.rowCounts.set(statistics.tableId, statistics.rowCount);
    const txn = await this.storage.begin();
    txn.set(fieldOf(statistics.tableId), encodeStatistics(statistics));
    await txn.commit();
    this.changed(statistics.tableId);
  }

  /** Another node changed the statistics of a table. */
  async reload(tableId: number): Promise<void> {
    const bytes = await this.storage.snapshot(await this.storage.currentTs()).get(fieldOf(tableId));
    if (bytes === null) {
      this.tables.delete(tableId);
      return;
    }
    const statistics = decodeStatistics(bytes);
    this.tables.set(tableId, statistics);
    this.rowCounts.set(tableId, statistics.rowCount);
  }

  async drop(tableId: number): Promise<void> {
    this.locked.delete(tableId);
    if (!this.tables.delete(tableId)) return;
    const txn = await this.storage.begin();
    txn.delete(fieldOf(tableId));
    await txn.commit();
    this.changed(tableId);
  }

  /** LOCK STATS: ANALYZE leaves the table alone. Gives whether that changed anything. */
  lock(tableId: number): boolean {
    if (this.locked.has(tableId)) return false;
    this.locked.add(tableId);
    return true;
  }
  unlock(tableId: number): boolean {
    return this.locked.delete(tableId);
  }
  isLocked(tableId: number): boolean {
    return this.locked.has(tableId);
  }

  /** Takes over what was kept; statistics that cannot be read are as good as none. */
  async load(): Promise<void> {
    const start = metaHashPrefix(HASH);
    const iterator = this.storage.snapshot(await this.storage.currentTs()).iterate(start, prefixNext(start));
    try {
      for (let pair = await iterator.next(); pair !== null; pair = await iterator.next()) {
        if (decodeMetaHashKey(pair.key) === null) continue;
        const s = decodeStatistics(pair.value);
        this.tables.set(s.tableId, s);
      }
    } finally {
      iterator.close();
    }
  }
}
