import type { ColumnInfo } from '../../catalog/model.js';
import type { Chunk } from '../../chunk/chunk.js';
import { compact } from '../../chunk/gather.js';
import { compileProjection } from '../../expression/compile.js';
import { ApartProjection } from '../apart-projection.js';
import { pacedProjection } from '../paced-kernel.js';
import type { Handle } from '../../kv/codec/table-key.js';
import type { DmlTarget, Update } from '../../planner/physical/plan.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Datum } from '../../types/datum.js';
import { MysqlError } from '../../types/error.js';
import { buildOperator } from '../build-operator.js';
import { AtOnceOperator } from '../few-rows/at-once.js';
import type { DmlResult, ExecContext } from '../exec-context.js';
import { StatementLock } from '../read-key.js';
import type { TableWriter, UniqueKey } from '../table-writer.js';
import { TableWriters } from '../table-writers.js';
import { Assigner, sameDatum, sameHandle } from './assignment.js';
import { CurrentValues } from './current-values.js';
import { keyString } from '../../kv/codec/key-string.js';
import { CheckConstraints, type JoinedValue } from './check-constraints.js';
import { GeneratedColumns } from './generated-columns.js';
import { mayRepeat } from './may-repeat.js';
import { executePointUpdate } from './point-change.js';
import { RowPieces } from './row-pieces.js';
import { executeShortUpdate } from './short-change.js';
import { rowHandle, targetRow } from './target-row.js';

const VIEW_CHECK_FAILED = 1369;

/** One changed row waiting for its unique keys to be checked. */
interface Change {
  readonly oldRow: Datum[];
  readonly oldHandle: Handle;
  readonly newRow: Datum[];
  readonly newHandle: Handle;
  /** The partition that holds the row, and the one that will. */
  readonly before: TableWriter;
  readonly after: TableWriter;
  readonly keys: UniqueKey[];
  readonly same: boolean;
}

/** A table written by the statement. */
class Target {
  /** For what does not depend on the partition. */
  readonly writer: TableWriter;
  readonly writers: TableWriters;
  readonly generated: GeneratedColumns | null;
  readonly checks: CheckConstraints | null;
  readonly onUpdateNow: readonly ColumnInfo[];
  readonly assigned: ReadonlySet<number>;
  /** Rows done, by record key: a join may give a row more than once. */
  readonly rows = new Set<string>();
  updated = 0;

  constructor(
    readonly spec: DmlTarget,
    readonly index: number,
    assignments: Update['assignments'],
    ctx: ExecContext,
  ) {
    this.generated = GeneratedColumns.of(spec.table, ctx);
    this.checks = CheckConstraints.of(spec.table, ctx, spec.viewCheck);
    this.writers = new TableWriters(spec.table, ctx, spec.partitions);
    this.writer = this.writers.whole;
    this.assigned = new Set(assignments.filter((a) => a.target === index).map((a) => a.column.offset));
    this.onUpdateNow = spec.table.columns.filter((c) => c.onUpdateNow && !this.assigned.has(c.offset));
  }
}

/**
 * UPDATE. Assignments are evaluated chunk by chunk on the columns as they were (as in standard SQL and TiDB, whose manual has it
 * under "UPDATE"; MySQL evaluates them left to right); then rows that really change are written in the order in which they came.
 */
export function executeUpdate(plan: Update, ctx: ExecContext): Awaitable<DmlResult> {
  return executePointUpdate(plan, ctx) ?? executeShortUpdate(plan, ctx) ?? updateRows(plan, ctx);
}

async function updateRows(plan: Update, ctx: ExecContext): Promise<DmlResult> {
  const assigner = new Assigner(ctx, plan.ignore, true);
  const targets = plan.targets.map((t, i) => new Target(t, i, plan.assignments, ctx));
  const current = new CurrentValues(ctx);
  const projections = plan.assignments.map(({ value }) =>
    value === null ? null : pacedProjection(compileProjection([value]), ctx, ApartProjection.of([value])),
  );
  const child = new RowPieces(new AtOnceOperator(plan.child, ctx.reading ?? ctx, buildOperator));
  const dedup = targets.length > 1 || mayRepeat(plan.child);
  // Rows as changed so far, by physical table and record key: two aliases may name the same row.
  const byAlias = new Map<string, Datum[]>();
  let matched = 0;
  let changed = 0;
  try {
    await child.open();
    for (;;) {
      const r = child.next();
      const input = r instanceof Promise ? await r : r;
      if (input === null) break;
      const chunk = compact(input);
      // Datums assigned, by assignment and row.
      const values: Datum[][] = [];
      for (let a = 0; a < plan.assignments.length; a++) {
        const { column, value } = plan.assignments[a]!;
        const out = new Array<Datum>(chunk.length);
        if (value === null) out.fill(assigner.defaultOf(column));
        else {
          const got = projections[a]!.run(chunk, ctx.eval);
          const vector = (got instanceof Promise ? await got : got)[0]!;
          for (let i = 0; i < chunk.length; i++) {
            assigner.row = matched + i + 1;
            out[i] = assigner.assign(vector.get(i), value.type, column);
          }
        }
        for (let i = 0; i < chunk.length; i++) {
          if (out[i] === null) {
            assigner.row = matched + i + 1;
            out[i] = assigner.checkNull(null, column, !assigner.strict);
          }
        }
        values.push(out);
      }
      for (const target of targets) {
        const n = await updateTarget(target, chunk, values, plan, assigner, current, dedup, byAlias, ctx);
        matched += n.matched;
        changed += n.changed;
      }
      const pause = ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
  } finally {
    await child.close();
  }
  for (const t of targets) {
    if (t.updated > 0) ctx.noteModified(t.spec.table.id, 0, t.updated, 0);
    t.writers.noteModified();
  }
  return {
    affectedRows: changed,
    foundRows: matched,
    lastInsertId: 0,
    info: `Rows matched: ${matched}  Changed: ${changed}  Warnings: ${ctx.warningCount}`,
  };
}

async function updateTarget(
  target: Target,
  chunk: Chunk,
  values: Datum[][],
  plan: Update,
  assigner: Assigner,
  current: CurrentValues,
  dedup: boolean,
  byAlias: Map<string, Datum[]>,
  ctx: ExecContext,
): Promise<{ matched: number; changed: number }> {
  const { writer, spec } = target;
  const { table } = spec;
  const txn = ctx.txn!;
  let matched = 0;
  let changed = 0;
  let differing: (Pick<Change, 'oldRow' | 'oldHandle' | 'newRow'> & { readonly at: number })[] = [];
  const unchanged: Uint8Array[] = [];
  const stored: Datum[][] = [];
  for (let i = 0; i < chunk.length; i++) stored.push(targetRow(spec, chunk, i));
  if (target.generated !== null) await target.generated.read(stored);
  for (let i = 0; i < chunk.length; i++) {
    let oldRow = stored[i]!;
    const oldHandle = rowHandle(spec, writer, oldRow, chunk, i);
    if (oldHandle === null) continue;
    let name = '';
    if (dedup) {
      name = keyString(target.writers.of(oldRow).mutations.recordKey(oldHandle));
      if (target.rows.has(name)) continue;
      oldRow = byAlias.get(`${spec.physicalId}/${name}`) ?? oldRow;
    }
    matched++;
    const newRow = oldRow.slice();
    for (let a = 0; a < plan.assignments.length; a++) {
      if (plan.assignments[a]!.target === target.index)
        newRow[plan.assignments[a]!.column.offset] = values[a]![i]!;
    }
    if (dedup) {
      target.rows.add(name);
      byAlias.set(`${spec.physicalId}/${name}`, newRow);
    }
    let same = true;
    for (const offset of target.assigned) if (!sameDatum(oldRow[offset]!, newRow[offset]!)) same = false;
    if (same) {
      // A row that is found stays locked although nothing of it changes (MySQL manual, "Locks Set by Different SQL Statements in InnoDB").
      if (txn.pessimistic) unchanged.push(target.writers.of(oldRow).mutations.recordKey(oldHandle));
      continue;
    }
    for (const c of target.onUpdateNow) newRow[c.offset] = assigner.now(c);
    differing.push({ oldRow, oldHandle, newRow, at: i });
  }
  if (unchanged.length > 0) await txn.lockKeys(unchanged, new StatementLock(ctx, false));
  if (differing.length === 0) return { matched, changed };
  if (target.generated !== null) {
    await target.generated.write(
      differing.map((d) => d.newRow),
      assigner,
    );
  }
  if (target.checks !== null) {
    const newRows = differing.map((d) => d.newRow);
    const joined: JoinedValue = (row, at) => chunk.columns[at]!.get(differing[row]!.at);
    if (!plan.ignore) await target.checks.check(newRows, joined);
    else {
      const broken = await target.checks.broken(newRows, joined);
      differing = differing.filter((_, i) => {
        const e = broken[i] ?? null;
        if (e === null) return true;
        assigner.warn({ level: 'Warning', code: e.code, message: e.message });
        // Rows that the view refuses count as not found.
        if (e.code === VIEW_CHECK_FAILED) matched--;
        return false;
      });
    }
  }
  let misplaced: MysqlError | null = null;
  if (target.writers.partitioned) {
    const placed: typeof differing = [];
    for (const d of differing) {
      const e = noPartition(target, d.newRow);
      if (e === null) placed.push(d);
      else if (plan.ignore) assigner.warn({ level: 'Warning', code: e.code, message: e.message });
      else {
        // Rows are changed one after another: what is wrong with those before this one is told first.
        misplaced = e;
        break;
      }
    }
    differing = placed;
  }
  const changes: Change[] = differing.map(({ oldRow, oldHandle, newRow }) => {
    const before = target.writers.of(oldRow);
    const after = target.writers.of(newRow);
    const newHandle = writer.mutations.hiddenHandle ? oldHandle : writer.handleOf(newRow);
    const sameKey = before === after && sameHandle(newHandle, oldHandle);
    return {
      before,
      after,
      oldRow,
      oldHandle,
      newRow,
      newHandle,
      same: sameKey,
      keys:
        before === after
          ? after.changedUniqueKeys(oldRow, oldHandle, newRow, newHandle, sameKey)
          : after.movedUniqueKeys(before, oldRow, oldHandle, newRow, newHandle),
    };
  });
  if (txn.pessimistic) {
    const locks: Uint8Array[] = [];
    for (const c of changes) c.before.changedKeys(c.oldRow, c.oldHandle, c.newRow, !c.same, locks);
    await txn.lockKeys(locks, new StatementLock(ctx, false));
  }
  const keys: Uint8Array[] = [];
  for (const c of changes) for (const u of c.keys) keys.push(u.key);
  if (keys.length > 0) {
    current.nextPiece();
    await current.load(keys);
  }
  const auto = table.columns.find((c) => c.autoIncrement && target.assigned.has(c.offset));
  const { observer } = writer;
  const problems =
    plan.ignore && observer !== null
      ? await observer.problems(changes.map((c) => ({ before: c.oldRow, after: c.newRow })))
      : null;
  for (let i = 0; i < changes.length; i++) {
    const c = changes[i]!;
    const problem = problems?.[i];
    if (problem) {
      assigner.warn({ level: 'Warning', code: problem.code, message: problem.message });
      continue;
    }
    const conflict = c.keys.find((u) => current.get(u.key) !== null);
    if (conflict !== undefined) {
      const e = writer.duplicate(conflict, c.newRow);
      if (!plan.ignore) throw e;
      assigner.warn({ level: 'Warning', code: e.code, message: e.message });
      continue;
    }
    if (c.same) c.after.update(c.oldRow, c.newRow, c.newHandle);
    else c.before.move(c.oldRow, c.oldHandle, c.after, c.newRow, c.newHandle);
    if (auto !== undefined) await ctx.rebaseAutoId(table, c.newRow[auto.offset] as number | bigint);
    changed++;
    target.updated++;
  }
  if (misplaced !== null) throw misplaced;
  return { matched, changed };
}

/** 1526 and the like where no partition takes the row. */
function noPartition(target: Target, row: Datum[]): MysqlError | null {
  try {
    target.writers.of(row);
    return null;
  } catch (e) {
    if (e instanceof MysqlError) return e;
    throw e;
  }
}
