import { conditionColumn } from '../../catalog/index-condition.js';
import type { ColumnInfo, TableInfo } from '../../catalog/model.js';
import type { Chunk } from '../../chunk/chunk.js';
import { evalApart } from '../apart-projection.js';
import type { Delete, DmlTarget, PointGet, Update } from '../../planner/physical/plan.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Datum } from '../../types/datum.js';
import { zoneOf } from '../cop-reader.js';
import type { DmlResult, ExecContext } from '../exec-context.js';
import { andThen } from '../operator.js';
import { pointGet } from '../point-get.js';
import { StatementLock } from '../read-key.js';
import { TableWriter } from '../table-writer.js';
import { Assigner, sameDatum } from './assignment.js';
import { hasGenerated } from './generated-columns.js';
import { rowHandle, targetRow } from './target-row.js';

/**
 * UPDATE and DELETE of the one row that a point read finds, where nothing else hangs on it: no generated columns, checks,
 * partitions, and for UPDATE no unique key that changes. Without operators, and without a promise as long as the store answers at once.
 */
interface PointChange extends PlainChange {
  readonly read: PointGet;
}

/** A change of one table on which nothing else hangs. */
export interface PlainChange {
  readonly target: DmlTarget;
  /** Offsets of the columns that are assigned. */
  readonly assigned: readonly number[];
  /** Columns of ON UPDATE CURRENT_TIMESTAMP that are not. */
  readonly onUpdateNow: readonly ColumnInfo[];
}

const CHANGES = new WeakMap<Update | Delete, PointChange | null>();

/** Null for other plans. */
function pointChange(plan: Update | Delete, ctx: ExecContext): PointChange | null {
  let change = CHANGES.get(plan);
  if (change === undefined) CHANGES.set(plan, (change = analyzed(plan)));
  if (change === null || ctx.runtimeStats !== null) return null;
  if (isObserved(change, ctx)) return null;
  return !ctx.txn!.pessimistic || change.read.lock !== null ? change : null;
}

/** Whether foreign keys hang on the table. */
export const isObservedTable = (table: TableInfo, { foreignKeys }: ExecContext): boolean =>
  foreignKeys !== undefined && foreignKeys !== null && foreignKeys.observer(table) !== null;

export const isObserved = ({ target }: PlainChange, ctx: ExecContext): boolean =>
  isObservedTable(target.table, ctx);

function analyzed(plan: Update | Delete): PointChange | null {
  const { child } = plan;
  if (child.op !== 'PointGet') return null;
  const change = plainChange(plan);
  if (change === null) return null;
  const { target, assigned, onUpdateNow } = change;
  return { target, assigned, onUpdateNow, read: child };
}

/** Null where the plan is none: see `PointChange`. */
export function plainChange(plan: Update | Delete): PlainChange | null {
  const { targets } = plan;
  if (targets.length !== 1 || plan.ignore) return null;
  const target = targets[0]!;
  const { table } = target;
  if (!isPlain(table) || target.viewCheck) return null;
  const assigned = plan.op === 'Update' ? plan.assignments.map((a) => a.column.offset) : [];
  const onUpdateNow = table.columns.filter((c) => c.onUpdateNow && !assigned.includes(c.offset));
  if (plan.op === 'Update') {
    const changed = new Set([...assigned, ...onUpdateNow.map((c) => c.offset)]);
    if (table.columns.some((c) => changed.has(c.offset) && (c.autoIncrement || (c.type.flag & 2) !== 0)))
      return null;
    const unique = table.indices.filter((i) => i.unique || i.primary);
    if (unique.some((i) => i.columns.some((c) => changed.has(c.offset)))) return null;
    const conditions = unique.flatMap((i) => i.condition ?? []);
    if (conditions.some((c) => changed.has(conditionColumn(table, c).offset))) return null;
  }
  return { target, assigned, onUpdateNow };
}

/** Whether rows of the table are written as they are given, in one place. */
export const isPlain = (table: TableInfo): boolean =>
  table.partition === undefined &&
  table.moving === undefined &&
  table.exchanging === undefined &&
  !(table.checks?.some((c) => c.enforced) ?? false) &&
  !hasGenerated(table);

export const writerOf = ({ table, physicalId }: DmlTarget, ctx: ExecContext): TableWriter =>
  new TableWriter(table, physicalId, ctx.txn!, zoneOf(ctx));

/** Null where the plan is not of this kind. */
export function executePointUpdate(plan: Update, ctx: ExecContext): Awaitable<DmlResult> | null {
  const change = pointChange(plan, ctx);
  if (change === null) return null;
  return andThen(pointGet(change.read, ctx), (chunk) => {
    if (chunk === null) return updated(0, 0, ctx);
    return updateRow(plan, change, chunk, ctx);
  });
}

function updateRow(plan: Update, change: PointChange, chunk: Chunk, ctx: ExecContext): Awaitable<DmlResult> {
  const assigner = new Assigner(ctx, false, true);
  const { target } = change;
  const row = targetRow(target, chunk, 0);
  const next = row.slice();
  const assign = (from: number): Awaitable<DmlResult> => {
    for (let a = from; a < plan.assignments.length; a++) {
      const { column, value } = plan.assignments[a]!;
      const keep = (v: Datum): void => {
        next[column.offset] = assigner.checkNull(v, column, !assigner.strict);
      };
      if (value === null) {
        keep(assigner.defaultOf(column));
        continue;
      }
      const v = evalApart(value, ctx, value.kind === 'constant' ? undefined : chunk);
      if (v instanceof Promise) {
        return v.then((d) => {
          keep(assigner.assign(d, value.type, column));
          return assign(a + 1);
        });
      }
      keep(assigner.assign(v, value.type, column));
    }
    return write();
  };
  const write = (): DmlResult => {
    if (change.assigned.every((o) => sameDatum(row[o]!, next[o]!))) return updated(1, 0, ctx);
    for (const c of change.onUpdateNow) next[c.offset] = assigner.now(c);
    const writer = writerOf(target, ctx);
    writer.update(row, next, rowHandle(target, writer, row, chunk, 0)!);
    ctx.noteModified(target.table.id, 0, 1, 0);
    return updated(1, 1, ctx);
  };
  return assign(0);
}

export const updated = (matched: number, changed: number, ctx: ExecContext): DmlResult => ({
  affectedRows: changed,
  foundRows: matched,
  lastInsertId: 0,
  info: `Rows matched: ${matched}  Changed: ${changed}  Warnings: ${ctx.warningCount}`,
});

/** Null where the plan is not of this kind. */
export function executePointDelete(plan: Delete, ctx: ExecContext): Awaitable<DmlResult> | null {
  const change = pointChange(plan, ctx);
  if (change === null) return null;
  const { target, read } = change;
  return andThen(pointGet(read, ctx), (chunk) => {
    if (chunk === null) return deleted(0);
    const txn = ctx.txn!;
    const row = targetRow(target, chunk, 0);
    const writer = writerOf(target, ctx);
    const handle = rowHandle(target, writer, row, chunk, 0)!;
    const locks: Uint8Array[] = [];
    if (txn.pessimistic) writer.lockedKeys(row, handle, locks);
    return andThen(locks.length === 0 ? [] : txn.lockKeys(locks, new StatementLock(ctx, false)), () => {
      writer.remove(row, handle);
      ctx.noteModified(target.table.id, 0, 0, 1);
      return deleted(1);
    });
  });
}

export const deleted = (rows: number): DmlResult => ({
  affectedRows: rows,
  foundRows: rows,
  lastInsertId: 0,
  info: '',
});
