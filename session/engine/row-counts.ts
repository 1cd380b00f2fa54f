import type { Run } from './statistics-tables.js';

export interface Counts {
  readonly rows: number;
  /** Rows inserted, updated and deleted since the last ANALYZE. */
  readonly modified: number;
}
/** What was ever counted of a table by this process: it only grows with what is counted, whatever an ANALYZE says the rows are. */
export interface CountMark {
  /** Rows inserted, less those deleted. */
  readonly added: number;
  /** Rows inserted, updated and deleted. */
  readonly changed: number;
}
type Count = { -readonly [K in keyof (Counts & CountMark)]: number };

/** Rows of one statement that stores counts. */
const BATCH = 500;
/** Changes of a table that are not left to the next turn: more than these, and more than this share of its rows. */
const MANY_CHANGES = 1000;
const LARGE_SHARE = 0.02;

/**
 * Live row counts by table, kept up by every write of this process and stored now and then in mysql.stats_meta: what the
 * optimizer knows of tables that were never analyzed. A crash loses the last seconds of counting, but of a table that changed much
 * then only the last second's, so that estimates are sane right after it.
 */
export class RowCounts {
  private readonly counts = new Map<number, Count>();
  /** Changes that are not stored, by table. */
  private readonly dirty = new Map<number, number>();
  private hurry = false;
  /** Of nodes that tell each other their counts one stores them. */
  keeper = true;
  /** Changes of this node since they were last taken: [rows, modified] by table. */
  private readonly own = new Map<number, [number, number]>();

  get(tableId: number): number | null {
    return this.counts.get(tableId)?.rows ?? null;
  }
  modified(tableId: number): number {
    return this.counts.get(tableId)?.modified ?? 0;
  }
  /** Where counting stands: what is counted later than a mark is its difference to a new one. */
  mark(tableId: number): CountMark {
    const { added, changed } = this.counts.get(tableId) ?? { added: 0, changed: 0 };
    return { added, changed };
  }
  add(tableId: number, rows: number, modified: number): void {
    this.addForeign(tableId, rows, modified);
    const own = this.own.get(tableId);
    if (own === undefined) this.own.set(tableId, [rows, modified]);
    else {
      own[0] += rows;
      own[1] += modified;
    }
  }
  private counted(tableId: number): Count {
    let c = this.counts.get(tableId);
    if (c === undefined) this.counts.set(tableId, (c = { rows: 0, modified: 0, added: 0, changed: 0 }));
    return c;
  }
  /** Changes that another node counted. */
  addForeign(tableId: number, rows: number, modified: number): void {
    const c = this.counted(tableId);
    c.rows = Math.max(0, c.rows + rows);
    c.modified += modified;
    c.added += rows;
    c.changed += modified;
    const unsaved = (this.dirty.get(tableId) ?? 0) + modified;
    this.dirty.set(tableId, unsaved);
    if (unsaved > MANY_CHANGES && unsaved > c.rows * LARGE_SHARE) this.hurry = true;
  }
  /** What this node changed since the last call: [table, rows, modified]. */
  takeDeltas(): [number, number, number][] {
    const out = [...this.own].map(([id, [rows, modified]]): [number, number, number] => [id, rows, modified]);
    this.own.clear();
    return out;
  }
  /** A count is known (ANALYZE), to the other nodes too: what this node has not told them yet is part of it. */
  set(tableId: number, rows: number, modified = 0): void {
    Object.assign(this.counted(tableId), { rows, modified });
    this.own.delete(tableId);
    this.dirty.set(tableId, 0);
  }
  drop(tableId: number): void {
    this.counts.delete(tableId);
    this.dirty.delete(tableId);
  }
  /** Nothing is known any more. */
  clear(): void {
    this.counts.clear();
    this.dirty.clear();
    this.own.clear();
  }
  /** Whether so much of some table changed that it should be stored now. */
  get pressing(): boolean {
    return this.hurry && this.keeper;
  }

  /** Tables that were counted. */
  tables(): readonly number[] {
    return [...this.counts.keys()];
  }

  async load(run: Run): Promise<void> {
    for (const [id, rows, modified] of await run(
      'SELECT table_id, count, modify_count FROM mysql.stats_meta',
    ))
      if (!this.counts.has(Number(id)))
        Object.assign(this.counted(Number(id)), { rows: Number(rows), modified: Number(modified) });
  }

  /** Stores the counts of tables that `wanted` says are to be kept. */
  async save(run: Run, version: bigint, wanted: (tableId: number) => boolean): Promise<void> {
    if (!this.keeper) return;
    const changed = [...this.dirty.keys()];
    this.dirty.clear();
    this.hurry = false;
    const rows = changed.flatMap((id) => {
      const c = this.counts.get(id);
      return c === undefined || !wanted(id) ? [] : [`(${version}, ${id}, ${c.modified}, ${c.rows})`];
    });
    try {
      await this.store(run, rows);
    } catch (error) {
      for (const id of changed) this.dirty.set(id, this.dirty.get(id) ?? 0);
      throw error;
    }
  }

  private async store(run: Run, rows: readonly string[]): Promise<void> {
    for (let i = 0; i < rows.length; i += BATCH)
      await run(
        `INSERT INTO mysql.stats_meta (version, table_id, modify_count, count) VALUES ${rows.slice(i, i + BATCH).join(', ')} ON DUPLICATE KEY UPDATE version = VALUES(version), modify_count = VALUES(modify_count), count = VALUES(count)`,
      );
  }
}
