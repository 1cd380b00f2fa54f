import type { Vector } from '../../chunk/vector.js';
import { compact } from '../../chunk/gather.js';
import { compileProjection } from '../../expression/compile.js';
import { functionSpec } from '../../expression/function-registry.js';
import type { Expression } from '../../expression/expression.js';
import { visit } from '../../expression/traverse.js';
import type { Delete, Update } from '../../planner/physical/plan.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Datum } from '../../types/datum.js';
import type { DmlResult, ExecContext } from '../exec-context.js';
import { fewRows } from '../few-rows/read-few.js';
import { andThen } from '../operator.js';
import { StatementLock } from '../read-key.js';
import { type FoundRows, findRows, rowSource, type RowSource } from '../short-read/short-locked.js';
import { Assigner, sameDatum } from './assignment.js';
import { mayRepeat } from './may-repeat.js';
import { deleted, isObserved, type PlainChange, plainChange, updated, writerOf } from './point-change.js';
import { rowHandle, targetRow } from './target-row.js';

/**
 * UPDATE and DELETE of a few rows of one table, where nothing else hangs on them (see point-change.ts): read, locked and written in three
 * steps without operators, and without a promise as long as the locks are free.
 */
interface ShortChange extends PlainChange {
  /** Neighbouring rows; null where the plan is another of few rows. */
  readonly source: RowSource | null;
  /** Values of the assignments; null for those of DEFAULT. */
  readonly values: readonly (ReturnType<typeof compileProjection> | null)[];
}

const CHANGES = new WeakMap<Update | Delete, ShortChange | null>();

/** Null for other plans. */
function shortChange(plan: Update | Delete, ctx: ExecContext): ShortChange | null {
  let change = CHANGES.get(plan);
  if (change === undefined) CHANGES.set(plan, (change = analyzed(plan)));
  if (change === null || ctx.runtimeStats !== null || isObserved(change, ctx)) return null;
  return change;
}

function analyzed(plan: Update | Delete): ShortChange | null {
  const source = rowSource(plan.child);
  const change = source === null && mayRepeat(plan.child) ? null : plainChange(plan);
  if (change === null) return null;
  const values: ShortChange['values'][number][] = [];
  for (const { value } of plan.op === 'Update' ? plan.assignments : []) {
    if (value !== null && waits(value)) return null;
    values.push(value === null ? null : compileProjection([value]));
  }
  const { target, assigned, onUpdateNow } = change;
  return { target, assigned, onUpdateNow, source, values };
}

/** Whether a call in it answers with a promise, or is about a document, which may be so long that another thread computes it. */
function waits(e: Expression): boolean {
  let found = false;
  visit(e, (x) => {
    if (x.kind === 'function') {
      const { async, family } = functionSpec(x.name);
      found ||= async === true || family === 'json';
    }
    return !found;
  });
  return found;
}

/** The rows to change; null when they are for the operators. */
function foundRows(plan: Update | Delete, { source }: ShortChange, ctx: ExecContext): FoundRows | null {
  if (source !== null) return findRows(source, ctx);
  const chunk = ctx.reading === undefined ? fewRows(plan.child, ctx) : null;
  return chunk && { chunk: compact(chunk), keys: null };
}

/** Null where the plan or the moment is not of this kind: nothing has happened then. */
export function executeShortUpdate(plan: Update, ctx: ExecContext): Awaitable<DmlResult> | null {
  const change = shortChange(plan, ctx);
  const found = change === null ? null : foundRows(plan, change, ctx);
  return change === null || found === null ? null : updateFound(plan, change, found, ctx);
}

function updateFound(
  plan: Update,
  change: ShortChange,
  { chunk, keys }: FoundRows,
  ctx: ExecContext,
): Awaitable<DmlResult> {
  const rows = chunk.length;
  if (rows === 0) return updated(0, 0, ctx);
  const { target, assigned, onUpdateNow } = change;
  const assigner = new Assigner(ctx, false, true);
  const before: Datum[][] = [];
  const after: Datum[][] = [];
  for (let i = 0; i < rows; i++) {
    const row = targetRow(target, chunk, i);
    before.push(row);
    after.push(row.slice());
  }
  // One assignment after the other, as where operators give the rows: so warnings come in the same order.
  for (let a = 0; a < plan.assignments.length; a++) {
    const { column, value } = plan.assignments[a]!;
    const given = change.values[a]?.run(chunk, ctx.eval) as readonly Vector[] | undefined;
    const vector = given?.[0];
    for (let i = 0; i < rows; i++) {
      assigner.row = i + 1;
      after[i]![column.offset] =
        vector === undefined || value === null
          ? assigner.defaultOf(column)
          : assigner.assign(vector.get(i), value.type, column);
    }
    for (let i = 0; i < rows; i++) {
      assigner.row = i + 1;
      after[i]![column.offset] = assigner.checkNull(after[i]![column.offset]!, column, !assigner.strict);
    }
  }
  const txn = ctx.txn!;
  const writer = writerOf(target, ctx);
  const write = (): DmlResult => {
    let changed = 0;
    for (let i = 0; i < rows; i++) {
      const row = before[i]!;
      const next = after[i]!;
      if (assigned.every((o) => sameDatum(row[o]!, next[o]!))) continue;
      for (const c of onUpdateNow) next[c.offset] = assigner.now(c);
      writer.update(row, next, rowHandle(target, writer, row, chunk, i)!);
      changed++;
    }
    if (changed > 0) ctx.noteModified(target.table.id, 0, changed, 0);
    return updated(rows, changed, ctx);
  };
  if (!txn.pessimistic) return write();
  // No unique key changes: the records are all there is to lock, of rows that stay as they are too.
  const locks = keys ?? before.map((row, i) => recordKeyOf(target, writer, row, chunk, i));
  return andThen(txn.lockKeys(locks, new StatementLock(ctx, false)), write);
}

const recordKeyOf = (...row: Parameters<typeof rowHandle>): Uint8Array =>
  row[1].mutations.recordKey(rowHandle(...row)!);

/** See executeShortUpdate. */
export function executeShortDelete(plan: Delete, ctx: ExecContext): Awaitable<DmlResult> | null {
  const change = shortChange(plan, ctx);
  const found = change === null ? null : foundRows(plan, change, ctx);
  if (change === null || found === null) return null;
  const { chunk } = found;
  const rows = chunk.length;
  if (rows === 0) return deleted(0);
  const { target } = change;
  const txn = ctx.txn!;
  const writer = writerOf(target, ctx);
  const gone: { readonly row: Datum[]; readonly handle: NonNullable<ReturnType<typeof rowHandle>> }[] = [];
  const locks: Uint8Array[] = [];
  for (let i = 0; i < rows; i++) {
    const row = targetRow(target, chunk, i);
    const handle = rowHandle(target, writer, row, chunk, i)!;
    gone.push({ row, handle });
    if (txn.pessimistic) writer.lockedKeys(row, handle, locks);
  }
  const remove = (): DmlResult => {
    for (const { row, handle } of gone) writer.remove(row, handle);
    ctx.noteModified(target.table.id, 0, 0, rows);
    return deleted(rows);
  };
  return locks.length === 0 ? remove() : andThen(txn.lockKeys(locks, new StatementLock(ctx, false)), remove);
}
