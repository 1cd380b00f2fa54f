import type { BorrowerNews, Borrowers, ColumnName, LentColumn } from './column-lending.js';
import type { ColumnRoom } from './column-room.js';
import type { ColumnSegment } from './column-segment.js';
import type { ColumnTable } from './column-table.js';
import type { SegmentKeeper } from './segment-keeper.js';
import type { SharedTable, SharedTables } from './taken-tables.js';

/** Columns lent between two looks at the memory in use. */
const LOOK_EVERY = 32;

/** What lending needs of the replica. */
export interface LendingHost {
  readonly minRowsKept: number;
  isMaking(id: number): boolean;
  /** Commits of other threads are told of. */
  drain(): void;
  tick(): number;
  /** Has segments written anew that are stale. */
  freshen(table: ColumnTable): void;
}

/**
 * The columns of the thread that keeps them on disk, as the other threads of the process use them: they know the tables as this
 * thread has them, follow commits themselves, and are lent the memory of the columns that they read.
 */
export class LentColumns {
  private lends = 0;

  constructor(
    private readonly keeper: SegmentKeeper,
    private readonly tables: ReadonlyMap<number, ColumnTable>,
    private readonly room: ColumnRoom,
    private readonly host: LendingHost,
  ) {}

  set borrowers(borrowers: Borrowers) {
    this.room.borrowers = borrowers;
  }

  /** What other threads need of tables; null: of all. */
  async share(ids: readonly number[] | null): Promise<SharedTables> {
    await this.keeper.listAll();
    this.host.drain();
    return {
      directory: this.keeper.files.directory,
      accounts: this.room.accounts.memory,
      tables: (ids ?? [...this.tables.keys()]).map((id) => [id, this.shared(id)] as const),
    };
  }

  private shared(id: number): SharedTable {
    const table = this.tables.get(id);
    if (table === undefined) return this.host.isMaking(id) ? 'soon' : 'none';
    if (table.rows < this.host.minRowsKept || table.segments.every((s) => s.stale)) return 'none';
    return this.keeper.shared(table) ?? 'soon';
  }

  /** Null where the column is gone, or cannot be read. */
  async lend([file, id]: ColumnName): Promise<LentColumn | null> {
    const segment = this.segmentOf(file);
    if (segment === null) return null;
    try {
      const lent = await segment.lend(id, this.host.tick());
      if (++this.lends % LOOK_EVERY === 0) this.room.make();
      return lent;
    } catch {
      // The borrower meets the file's error as it reads for itself.
      return null;
    }
  }

  private segmentOf(file: string): ColumnSegment | null {
    for (const t of this.tables.values()) for (const s of t.segments) if (s.file?.name === file) return s;
    return null;
  }

  heed(news: BorrowerNews): void {
    if (news.kind === 'room') {
      this.room.make();
      return;
    }
    const table = this.tables.get(news.table);
    if (table === undefined) {
      this.replaced(news.table);
      return;
    }
    for (const s of table.segments) if (s.file?.name === news.file) s.rowsReadBeside += news.rowsReadBeside;
    table.noteRead(Infinity);
    this.host.freshen(table);
  }

  /** A table has other segments than before, or is gone. */
  replaced(id: number): void {
    this.room.borrowers?.tell({ dropped: [], replaced: [id] });
  }
}
