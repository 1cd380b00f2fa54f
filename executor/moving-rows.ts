import type { IndexInfo, TableInfo } from '../catalog/model.js';
import { isWritable, physicalIds } from '../catalog/table-layout.js';
import { TableMutations, type IndexMutations } from '../catalog/table-mutations.js';
import type { Handle } from '../kv/codec/table-key.js';
import { partitionLocator, type PartitionLocator } from '../planner/partition/locator.js';
import type { Datum } from '../types/datum.js';
import { zoneOf } from './cop-reader.js';
import type { ExecContext } from './exec-context.js';
import { TableWriter, type UniqueKey } from './table-writer.js';

/**
 * Where the rows of a table lie in the other division while they move (TableInfo.moving). State delete-only: rows are
 * taken out there; from write-only on they are put there, too.
 */
export class MovingRows {
  private readonly other: TableInfo;
  private readonly locator: PartitionLocator | null;
  private readonly parts = new Map<number, TableWriter>();
  private readonly copies: boolean;
  private readonly globals: readonly IndexInfo[];
  private readonly ids: ReadonlySet<number>;
  private readonly entries = new Map<number, TableMutations>();
  readonly takesRows: boolean;

  constructor(
    table: TableInfo,
    private readonly ctx: ExecContext,
  ) {
    const { partition, state, copies } = table.moving!;
    const { partition: _, moving: __, ...rest } = table;
    // Of the global indexes those that are public belong to the division that is read.
    const indices = table.indices.filter((i) => i.global !== true || i.state !== 'public');
    this.other = partition === null ? { ...rest, indices } : { ...rest, indices, partition };
    this.copies = copies;
    this.globals = this.other.indices.filter((i) => i.global === true);
    this.ids = new Set(physicalIds(this.other));
    this.locator = partition === null ? null : partitionLocator(this.other, ctx.eval);
    this.takesRows = isWritable(state);
  }

  /** The writer of a row's other place; null: it stays where it is, or has none and need not. Throws 1526. */
  of(row: readonly Datum[], physicalId: number, required: boolean): TableWriter | null {
    if (!this.copies) return null;
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
      this.parts.set(id, (writer = new TableWriter(this.other, id, this.ctx.txn!, zoneOf(this.ctx), true)));
    return writer;
  }

  /** The other division's global indexes for a row that stays in its partition; null: there is nothing of it to keep. */
  ofStaying(physicalId: number): TableMutations | null {
    if (this.globals.length === 0 || !this.ids.has(physicalId)) return null;
    let m = this.entries.get(physicalId);
    if (m === undefined) {
      const table = {
        ...this.other,
        indices: this.other.indices.filter((i) => i.global === true || i.primary),
      };
      this.entries.set(physicalId, (m = new TableMutations(table, physicalId, zoneOf(this.ctx))));
    }
    return m;
  }
}

/** Writes rows where they are and where they move to, and the global indexes of the other division. */
export class MovingTableWriter extends TableWriter {
  constructor(
    table: TableInfo,
    physicalId: number,
    ctx: ExecContext,
    private readonly moving: MovingRows,
  ) {
    super(table, physicalId, ctx.txn!, zoneOf(ctx));
  }

  override insert(
    row: readonly Datum[],
    handle: Handle,
    presume: boolean,
    unique: readonly UniqueKey[] | null = null,
    at = 0,
  ): void {
    super.insert(row, handle, presume, unique, at);
    this.putElsewhere(row, handle);
  }

  override remove(row: readonly Datum[], handle: Handle): void {
    super.remove(row, handle);
    this.takeElsewhere(row, handle);
  }

  override update(oldRow: readonly Datum[], newRow: readonly Datum[], handle: Handle): void {
    super.update(oldRow, newRow, handle);
    this.takeElsewhere(oldRow, handle);
    this.putElsewhere(newRow, handle);
  }

  /** Unique keys were checked where the row is: they hold the columns that decide the partition. */
  private putElsewhere(row: readonly Datum[], handle: Handle): void {
    if (!this.moving.takesRows) return;
    const there = this.moving.of(row, this.physicalId, true);
    if (there !== null) there.insert(row, handle, false);
    else
      this.eachEntry(row, (index, entry) => {
        if (index.writable) this.txn.set(index.key(entry, handle), index.value(entry, handle));
      });
  }

  private takeElsewhere(row: readonly Datum[], handle: Handle): void {
    const there = this.moving.of(row, this.physicalId, false);
    if (there !== null) there.remove(row, handle);
    else this.eachEntry(row, (index, entry) => this.txn.delete(index.key(entry, handle)));
  }

  /** Entries of the other division's global indexes that a row has which stays where it is. */
  private eachEntry(
    row: readonly Datum[],
    visit: (index: IndexMutations, entry: readonly Datum[]) => void,
  ): void {
    const m = this.moving.ofStaying(this.physicalId);
    if (m === null) return;
    for (const index of m.indexes)
      if (index.index.global === true) for (const entry of index.entryRows(row)) visit(index, entry);
  }
}
