import type { TableInfo } from '../catalog/model.js';
import { isWritable } from '../catalog/table-layout.js';
import type { Handle } from '../kv/codec/table-key.js';
import { partitionLocator, type PartitionLocator } from '../planner/partition/locator.js';
import type { Datum } from '../types/datum.js';
import { zoneOf } from './cop-reader.js';
import type { ExecContext } from './exec-context.js';
import { TableWriter } from './table-writer.js';

/**
 * Where the rows of a table lie in the other division while they move (TableInfo.moving). State delete-only: rows are
 * taken out there; from write-only on they are put there, too.
 */
export class MovingRows {
  private readonly other: TableInfo;
  private readonly locator: PartitionLocator | null;
  private readonly parts = new Map<number, TableWriter>();
  readonly takesRows: boolean;

  constructor(
    table: TableInfo,
    private readonly ctx: ExecContext,
  ) {
    const { partition, state } = table.moving!;
    const { partition: _, moving: __, ...rest } = table;
    this.other = partition === null ? rest : { ...rest, partition };
    this.locator = partition === null ? null : partitionLocator(this.other, ctx.eval);
    this.takesRows = isWritable(state);
  }

  /** The writer of a row's other place; null: it stays where it is, or has none and need not. Throws 1526. */
  of(row: readonly Datum[], physicalId: number, required: boolean): TableWriter | null {
    let id = this.other.id;
    if (this.locator !== null) {
      const at = this.locator.locate(row, this.ctx.eval);
      if (at < 0) {
        if (required) throw this.locator.noPartition(row, this.ctx.eval);
        return null;
      }
      id = this.other.partition!.definitions[at]!.id;
    }
    if (id === physicalId) return null;
    let writer = this.parts.get(id);
    if (writer === undefined)
      this.parts.set(id, (writer = new TableWriter(this.other, id, this.ctx.txn!, zoneOf(this.ctx))));
    return writer;
  }
}

/** Writes rows where they are and where they move to. */
export class MovingTableWriter extends TableWriter {
  constructor(
    table: TableInfo,
    physicalId: number,
    ctx: ExecContext,
    private readonly moving: MovingRows,
  ) {
    super(table, physicalId, ctx.txn!, zoneOf(ctx));
  }

  override insert(row: readonly Datum[], handle: Handle, presume: boolean): void {
    super.insert(row, handle, presume);
    this.putElsewhere(row, handle);
  }

  override remove(row: readonly Datum[], handle: Handle): void {
    super.remove(row, handle);
    this.moving.of(row, this.physicalId, false)?.remove(row, handle);
  }

  override update(oldRow: readonly Datum[], newRow: readonly Datum[], handle: Handle): void {
    super.update(oldRow, newRow, handle);
    this.moving.of(oldRow, this.physicalId, false)?.remove(oldRow, handle);
    this.putElsewhere(newRow, handle);
  }

  /** Unique keys were checked where the row is: they hold the columns that decide the partition. */
  private putElsewhere(row: readonly Datum[], handle: Handle): void {
    if (this.moving.takesRows) this.moving.of(row, this.physicalId, true)?.insert(row, handle, false);
  }
}
