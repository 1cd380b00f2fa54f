import { ColumnAccounts } from './column-accounts.js';
import type { Borrowers, ColumnName, Lender } from './column-lending.js';
import type { ColumnTable } from './column-table.js';

/** What is left of the room when there was too little of it: so that not every column that comes has another one go. */
const KEPT_SHARE = 0.9;
/** What a thread that borrows columns may keep of its own before it gives up some of it, and not the one that lends. */
const OWN_SHARE = 0.5;

/**
 * Memory for columns, with one bound for all threads that share them. Each counts what is its own; the thread that lends columns
 * gives up those that nobody used for longest, and has whoever borrowed them give them up, too. Memory goes when the last
 * statement that reads it has ended, in whichever thread.
 */
export class ColumnRoom {
  accounts = new ColumnAccounts();
  /** Of the thread that lends columns. */
  borrowers: Borrowers | null = null;
  /** Of the others. */
  lender: Lender | null = null;

  constructor(
    readonly maxBytes: number,
    private readonly tables: ReadonlyMap<number, ColumnTable>,
    private readonly dropTable: (id: number) => void,
  ) {}

  /** Kept by this thread. */
  get bytes(): number {
    let n = 0;
    for (const t of this.tables.values()) n += t.bytes;
    return n;
  }

  /** Columns that the file has too leave memory first, then whole tables, those not used for longest. */
  make(): void {
    const own = this.bytes;
    const all = this.accounts.note(own);
    if (all <= this.maxBytes) return;
    if (this.lender !== null && own <= this.maxBytes * OWN_SHARE) {
      this.lender.tell({ kind: 'room' });
      return;
    }
    const others = all - own;
    const left = this.dropColumns(own, this.maxBytes * KEPT_SHARE - others);
    if (left + others > this.maxBytes) this.dropTables(this.maxBytes - others);
    this.accounts.note(this.bytes);
  }

  /** Gives the bytes that are left. */
  private dropColumns(own: number, most: number): number {
    const columns = [...this.tables.values()].flatMap((t) => t.segments.flatMap((s) => [...s.evictable()]));
    columns.sort((a, b) => a.lastUsed - b.lastUsed);
    const dropped: ColumnName[] = [];
    let bytes = own;
    for (const c of columns) {
      if (bytes <= most) break;
      c.drop();
      bytes -= c.bytes;
      if (c.lent !== null) dropped.push(c.lent);
    }
    if (dropped.length > 0) this.borrowers?.tell({ dropped, replaced: [] });
    return bytes;
  }

  private dropTables(most: number): void {
    while (this.tables.size > 0 && this.bytes > most) {
      let oldest: ColumnTable | null = null;
      for (const t of this.tables.values()) if (oldest === null || t.lastUsed < oldest.lastUsed) oldest = t;
      this.dropTable(oldest!.physicalId);
    }
  }
}
