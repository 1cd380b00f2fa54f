import type { DataWatch } from '../../kv/mvcc-reader.js';
import { ColumnAccounts } from './column-accounts.js';
import type { Lender, LenderNews } from './column-lending.js';
import type { ColumnRoom } from './column-room.js';
import type { ColumnSegment } from './column-segment.js';
import type { ColumnTable } from './column-table.js';
import { SegmentFiles } from './segment-files.js';
import { takeTables, type SharedTables } from './taken-tables.js';

/** Before a table that is being written to disk is asked for again, ms, and how often it is. */
const SOON_MS = 500;
const SOON_TIMES = 20;
/** Before the other thread is told again of a segment that it should write anew, ms. */
const TOLD_MS = 10_000;

/** What borrowing needs of the replica. */
export interface BorrowingHost {
  closed(): boolean;
  /** Puts a table in the place of the one there was, if any. */
  install(table: ColumnTable): void;
  drop(id: number): void;
}

/** Tables whose columns are in the memory of the thread that keeps them on disk. */
export class BorrowedTables {
  private files: SegmentFiles | null = null;
  private readonly borrowed = new WeakSet<ColumnTable>();
  private readonly told = new WeakSet<ColumnSegment>();

  constructor(
    private readonly lender: Lender,
    /** The number of this thread. */
    private readonly thread: number,
    private readonly watch: DataWatch,
    private readonly tables: ReadonlyMap<number, ColumnTable>,
    private readonly room: ColumnRoom,
    private readonly host: BorrowingHost,
  ) {
    room.lender = lender;
  }

  has(table: ColumnTable): boolean {
    return this.borrowed.has(table);
  }

  /** Takes over all that the other thread has. */
  async takeAll(): Promise<void> {
    const held = await this.lender.tables(null);
    if (held !== null) await this.takeOver(held.tables.map(([id]) => id));
  }

  /** Takes tables over that are not here; gives what became of each that the other thread said anything about. */
  takeOver(ids: readonly number[]): Promise<ReadonlyMap<number, 'soon' | 'none' | 'taken'>> {
    return this.take(
      ids.filter((id) => !this.tables.has(id)),
      (table) => !this.tables.has(table.physicalId),
    );
  }

  private take(
    ids: readonly number[],
    wanted: (table: ColumnTable) => boolean,
  ): Promise<ReadonlyMap<number, 'soon' | 'none' | 'taken'>> {
    return takeTables(
      ids,
      () => this.lender.tables(ids),
      this.watch,
      (shared) => this.filesOf(shared),
      (table) => {
        if (this.host.closed() || !wanted(table)) return;
        this.borrowed.add(table);
        this.host.install(table);
      },
    );
  }

  private filesOf({ directory, accounts }: SharedTables): SegmentFiles {
    if (this.files?.directory !== directory) {
      this.files = new SegmentFiles(directory, this.lender);
      this.room.accounts = new ColumnAccounts(accounts, this.thread);
    }
    return this.files;
  }

  heed({ dropped, replaced }: LenderNews): void {
    if (dropped.length > 0) this.giveBack(dropped);
    for (const id of replaced) this.renew(id, SOON_TIMES).catch(() => undefined);
  }

  private giveBack(dropped: LenderNews['dropped']): void {
    const segments = new Map<string, ColumnSegment>();
    for (const t of this.tables.values())
      for (const s of t.segments) if (s.file !== null) segments.set(s.file.name, s);
    for (const [file, id] of dropped) segments.get(file)?.giveBack(id);
  }

  /** Takes a table as the other thread has it now. */
  private async renew(id: number, times: number): Promise<void> {
    const old = this.tables.get(id);
    if (this.host.closed() || old === undefined || !this.has(old)) return;
    const found = await this.take([id], () => this.tables.get(id) === old);
    if (this.tables.get(id) !== old) return;
    if (found.get(id) === 'none') this.host.drop(id);
    else if (times > 0) setTimeout(() => this.renew(id, times - 1).catch(() => undefined), SOON_MS).unref();
  }

  /** A segment of a borrowed table had better be written anew, by the other thread. */
  tellStale(table: ColumnTable, segment: ColumnSegment): void {
    if (this.told.has(segment) || !table.spend(segment.rows)) return;
    this.told.add(segment);
    setTimeout(() => this.told.delete(segment), TOLD_MS).unref();
    const { rowsReadBeside, file } = segment;
    this.lender.tell({ kind: 'stale', table: table.physicalId, file: file?.name ?? '', rowsReadBeside });
  }
}
