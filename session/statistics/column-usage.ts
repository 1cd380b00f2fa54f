import type { Run } from '../engine/statistics-tables.js';

/** Columns that conditions of plans used lately, stored now and then in mysql.column_stats_usage. */
export class ColumnUsage {
  /** Ids of columns by table, with the time of their last use. */
  private readonly used = new Map<number, Map<number, number>>();
  private dirty = false;

  constructor(private readonly run: Run) {}

  note(tableId: number, columnId: number): void {
    let columns = this.used.get(tableId);
    if (columns === undefined) this.used.set(tableId, (columns = new Map()));
    columns.set(columnId, Date.now());
    this.dirty = true;
  }

  async save(): Promise<void> {
    if (!this.dirty) return;
    this.dirty = false;
    const rows: string[] = [];
    for (const [table, columns] of this.used)
      for (const [column, at] of columns)
        rows.push(`(${table}, ${column}, FROM_UNIXTIME(${Math.floor(at / 1000)}))`);
    this.used.clear();
    await this.run(
      `INSERT INTO mysql.column_stats_usage (table_id, column_id, last_used_at) VALUES ${rows.join(', ')} ON DUPLICATE KEY UPDATE last_used_at = VALUES(last_used_at)`,
    );
  }
}
