import type { Storage } from '../../kv/storage.js';
import { metaStringKey } from '../../kv/codec/meta-key.js';

interface Count {
  rows: number;
  /** Rows inserted, updated and deleted since the counter began. */
  modified: number;
}

const KEY = metaStringKey(Buffer.from('RutileRowCounts'));

/**
 * Live row counts by table, kept up by every write of this process and stored now and then: what the optimizer knows of
 * tables that were never analyzed. A crash loses the last few seconds of counting, which an estimate bears.
 */
export class RowCounts {
  private readonly counts = new Map<number, Count>();
  private dirty = false;
  /** Of nodes that tell each other their counts one stores them. */
  keeper = true;
  /** Changes of this node since they were last taken: [rows, modified] by table. */
  private readonly own = new Map<number, [number, number]>();

  constructor(private readonly storage: Storage) {}

  get(tableId: number): number | null {
    return this.counts.get(tableId)?.rows ?? null;
  }
  modified(tableId: number): number {
    return this.counts.get(tableId)?.modified ?? 0;
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
  /** Changes that another node counted. */
  addForeign(tableId: number, rows: number, modified: number): void {
    let c = this.counts.get(tableId);
    if (c === undefined) this.counts.set(tableId, (c = { rows: 0, modified: 0 }));
    c.rows = Math.max(0, c.rows + rows);
    c.modified += modified;
    this.dirty = true;
  }
  /** What this node changed since the last call: [table, rows, modified]. */
  takeDeltas(): [number, number, number][] {
    const out = [...this.own].map(([id, [rows, modified]]): [number, number, number] => [id, rows, modified]);
    this.own.clear();
    return out;
  }
  /** An exact count is known (ANALYZE). */
  set(tableId: number, rows: number): void {
    this.counts.set(tableId, { rows, modified: 0 });
    this.dirty = true;
  }
  drop(tableId: number): void {
    if (this.counts.delete(tableId)) this.dirty = true;
  }

  async load(): Promise<void> {
    const bytes = await this.storage.snapshot(await this.storage.currentTs()).get(KEY);
    if (bytes === null) return;
    const stored = JSON.parse(Buffer.from(bytes).toString()) as [number, number, number][];
    for (const [id, rows, modified] of stored) this.counts.set(id, { rows, modified });
  }

  async save(): Promise<void> {
    if (!this.dirty || !this.keeper) return;
    this.dirty = false;
    const stored = [...this.counts].map(([id, c]) => [id, c.rows, c.modified]);
    const txn = await this.storage.begin();
    txn.set(KEY, Buffer.from(JSON.stringify(stored)));
    await txn.commit();
  }
}
