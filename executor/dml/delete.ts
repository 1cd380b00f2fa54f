import type { Delete } from '../../planner/physical/plan.js';
import { buildOperator } from '../build-operator.js';
import { AtOnceOperator } from '../few-rows/at-once.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Datum } from '../../types/datum.js';
import type { DmlResult, ExecContext, RowObserver } from '../exec-context.js';
import { StatementLock } from '../read-key.js';
import { TableWriters } from '../table-writers.js';
import { GeneratedColumns } from './generated-columns.js';
import { keyString } from '../../kv/codec/key-string.js';
import { mayRepeat } from './may-repeat.js';
import { executePointDelete } from './point-change.js';
import { RowPieces } from './row-pieces.js';
import { executeShortDelete } from './short-change.js';
import { rowHandle, targetRow } from './target-row.js';

/** DELETE, of one table or several. A row that a join gives more than once is deleted once. */
export function executeDelete(plan: Delete, ctx: ExecContext): Awaitable<DmlResult> {
  return executePointDelete(plan, ctx) ?? executeShortDelete(plan, ctx) ?? deleteRows(plan, ctx);
}

async function deleteRows(plan: Delete, ctx: ExecContext): Promise<DmlResult> {
  const txn = ctx.txn!;
  const targets = plan.targets.map((spec) => ({
    spec,
    writers: new TableWriters(spec.table, ctx),
    generated: GeneratedColumns.of(spec.table, ctx),
    deleted: 0,
  }));
  const done = plan.targets.length > 1 || mayRepeat(plan.child) ? new Set<string>() : null;
  const child = new RowPieces(new AtOnceOperator(plan.child, ctx.reading ?? ctx, buildOperator));
  let affected = 0;
  try {
    await child.open();
    for (;;) {
      const r = child.next();
      const chunk = r instanceof Promise ? await r : r;
      if (chunk === null) break;
      for (const target of targets) {
        const { spec, writers } = target;
        let rows = [];
        for (let k = 0; k < chunk.rows; k++) {
          const i = chunk.sel === null ? k : chunk.sel[k]!;
          const row = targetRow(spec, chunk, i);
          const handle = rowHandle(spec, writers.whole, row, chunk, i);
          if (handle === null) continue;
          if (done !== null) {
            const name = keyString(writers.of(row).mutations.recordKey(handle));
            if (done.has(name)) continue;
            done.add(name);
          }
          rows.push({ row, handle });
        }
        if (target.generated !== null) await target.generated.read(rows.map((x) => x.row));
        if (plan.ignore && writers.whole.observer !== null)
          rows = await withoutReferred(rows, writers.whole.observer, ctx);
        if (txn.pessimistic && rows.length > 0) {
          const locks: Uint8Array[] = [];
          for (const { row, handle } of rows) writers.of(row).lockedKeys(row, handle, locks);
          await txn.lockKeys(locks, new StatementLock(ctx, false));
        }
        for (const { row, handle } of rows) writers.of(row).remove(row, handle);
        target.deleted += rows.length;
        affected += rows.length;
      }
      const pause = ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
  } finally {
    await child.close();
  }
  for (const t of targets) {
    if (t.deleted > 0) ctx.noteModified(t.spec.table.id, 0, 0, t.deleted);
    t.writers.noteModified();
  }
  return { affectedRows: affected, foundRows: affected, lastInsertId: 0, info: '' };
}

/** IGNORE leaves rows that others refer to, with a warning for each. */
async function withoutReferred<T extends { readonly row: readonly Datum[] }>(
  rows: readonly T[],
  observer: RowObserver,
  ctx: ExecContext,
): Promise<T[]> {
  const problems = await observer.problems(rows.map(({ row }) => ({ before: row, after: null })));
  return rows.filter((_, i) => {
    const e = problems[i];
    if (e) ctx.eval.warn({ level: 'Warning', code: e.code, message: e.message });
    return !e;
  });
}
