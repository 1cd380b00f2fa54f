import type { TableInfo } from '../catalog/model.js';
import { partitionLocator, type PartitionLocator } from '../planner/partition/locator.js';
import type { Datum } from '../types/datum.js';
import { mysqlError } from '../types/error-table.js';
import { zoneOf } from './cop-reader.js';
import type { ExecContext, RowChange, RowObserver } from './exec-context.js';
import { MovingRows, MovingTableWriter } from './moving-rows.js';
import { TableWriter } from './table-writer.js';

/** Counts the changed rows of one partition. */
class PartitionCount implements RowObserver {
  rowsInserted = 0;
  rowsUpdated = 0;
  rowsDeleted = 0;

  inserted(): void {
    this.rowsInserted++;
  }
  updated(): void {
    this.rowsUpdated++;
  }
  deleted(): void {
    this.rowsDeleted++;
  }
  problems(changes: readonly RowChange[]): Promise<readonly null[]> {
    return Promise.resolve(changes.map(() => null));
  }
}

/** The writers of a table: one, or one for each partition that rows of the statement belong to. */
export class TableWriters {
  /** The writer of an unpartitioned table; of a partitioned one it knows the rows' layout only. */
  readonly whole: TableWriter;
  private readonly locator: PartitionLocator | null;
  private readonly moving: MovingRows | null;
  private readonly exchanging: PartitionLocator | null;
  /** Of partitions, by id. */
  private parts: Map<number, TableWriter> | null = null;
  private counts: Map<number, PartitionCount> | null = null;

  constructor(
    private readonly table: TableInfo,
    private readonly ctx: ExecContext,
    /** Lower names that PARTITION (…) allows; null for all. */
    private readonly allowed: ReadonlySet<string> | null = null,
    private readonly givenHandles = false,
  ) {
    this.moving = table.moving === undefined ? null : new MovingRows(table, ctx);
    this.whole = this.writerOf(table.id);
    // Partitioned tables have no foreign keys, nor are they referred to.
    this.whole.observer = ctx.foreignKeys?.observer(table) ?? null;
    this.exchanging =
      table.exchanging === undefined
        ? null
        : partitionLocator({ ...table, partition: table.exchanging.partition }, ctx.eval);
    this.locator = table.partition === undefined ? null : partitionLocator(table, ctx.eval);
  }

  get partitioned(): boolean {
    return this.locator !== null;
  }

  /** The writer of the partition that a row belongs to. Throws 1526 and 1748. */
  of(row: readonly Datum[]): TableWriter {
    if (this.locator === null) {
      if (this.exchanging !== null) this.checkExchanged(row);
      return this.whole;
    }
    const at = this.locator.locate(row, this.ctx.eval);
    if (at < 0) throw this.locator.noPartition(row, this.ctx.eval);
    const { id, lower } = this.table.partition!.definitions[at]!;
    if (this.allowed !== null && !this.allowed.has(lower))
      throw mysqlError('ER_ROW_DOES_NOT_MATCH_GIVEN_PARTITION_SET');
    let writer = this.parts?.get(id);
    if (writer === undefined) {
      writer = this.writerOf(id);
      const count = new PartitionCount();
      writer.observer = count;
      (this.counts ??= new Map()).set(id, count);
      (this.parts ??= new Map()).set(id, writer);
    }
    return writer;
  }

  /** Tells how many rows of each partition were changed: statistics are kept of partitions as well. */
  noteModified(): void {
    if (this.counts === null) return;
    for (const [id, c] of this.counts)
      this.ctx.noteModified(id, c.rowsInserted, c.rowsUpdated, c.rowsDeleted);
  }

  private writerOf(id: number): TableWriter {
    const writer =
      this.moving === null
        ? new TableWriter(this.table, id, this.ctx.txn!, zoneOf(this.ctx))
        : new MovingTableWriter(this.table, id, this.ctx, this.moving);
    writer.givenHandles = this.givenHandles;
    return writer;
  }

  /** The table is about to become a partition. Throws 1748. */
  private checkExchanged(row: readonly Datum[]): void {
    if (this.exchanging!.locate(row, this.ctx.eval) !== this.table.exchanging!.at)
      throw mysqlError('ER_ROW_DOES_NOT_MATCH_GIVEN_PARTITION_SET');
  }
}
