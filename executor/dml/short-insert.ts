import { autoColumn } from '../../catalog/auto-columns.js';
import type { ColumnInfo } from '../../catalog/model.js';
import { isWritable } from '../../catalog/table-layout.js';
import type { Handle } from '../../kv/codec/table-key.js';
import type { Insert } from '../../planner/physical/plan.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Datum } from '../../types/datum.js';
import { isNotNull } from '../../types/field-type.js';
import { evalAny } from '../../expression/compile.js';
import { zoneOf } from '../cop-reader.js';
import type { DmlResult, ExecContext } from '../exec-context.js';
import { andThen } from '../operator.js';
import { TableWriter, type UniqueKey } from '../table-writer.js';
import { requireAbsent } from './absent-keys.js';
import { Assigner } from './assignment.js';
import { AutoIds } from './auto-ids.js';
import { isObservedTable, isPlain } from './point-change.js';
import { defaultsOf, type Defaults } from './row-template.js';

/**
 * INSERT of one row of literals and parameters into a table on which nothing else hangs: no generated columns, checks, partitions,
 * foreign keys, computed defaults, and a taken key is an error. The row goes from its values to its record and entries in one pass, and
 * where the statement is a transaction by itself, from there to the commit without a buffer that could be read.
 */
interface ShortInsert {
  readonly defaults: Defaults;
  readonly auto: ColumnInfo | null;
  /** Columns that must not be NULL. */
  readonly required: readonly ColumnInfo[];
}

const INSERTS = new WeakMap<Insert, ShortInsert | null>();

function analyzed(plan: Insert): ShortInsert | null {
  const { table, columns } = plan;
  if (plan.select !== null || plan.rows.length !== 1 || plan.queries !== undefined) return null;
  if (plan.replace || plan.ignore || plan.onDuplicate.length > 0) return null;
  if (plan.partitions !== null || (plan.viewCheck ?? null) !== null) return null;
  if (!isPlain(table) || table.temporary !== undefined || table.autoRandom !== undefined) return null;
  // The hidden handle is given.
  if (columns.some((c) => c.offset === table.columns.length)) return null;
  if (table.columns.some((c) => c.default.kind === 'expr')) return null;
  if (plan.rows[0]!.some((e) => e !== null && e.kind !== 'constant')) return null;
  return {
    defaults: defaultsOf(table, columns),
    auto: autoColumn(table),
    required: table.columns.filter(
      (c) => isWritable(c.state) && (isNotNull(c.type) || c.preventNull === true),
    ),
  };
}

/** Null where the plan is not of this kind. */
export function executeShortInsert(plan: Insert, ctx: ExecContext): Awaitable<DmlResult> | null {
  let insert = INSERTS.get(plan);
  if (insert === undefined) INSERTS.set(plan, (insert = analyzed(plan)));
  if (insert === null || ctx.runtimeStats !== null || isObservedTable(plan.table, ctx)) return null;
  const assigner = new Assigner(ctx, false);
  const row = rowOf(plan, insert, assigner, ctx);
  if (insert.auto === null) return withIds(plan, insert, row, null, assigner, ctx);
  const ids = new AutoIds(plan.table, insert.auto, assigner, ctx, false);
  const made = ids.generateOne(row);
  return made instanceof Promise
    ? made.then(() => withIds(plan, insert, row, ids, assigner, ctx))
    : withIds(plan, insert, row, ids, assigner, ctx);
}

function rowOf(plan: Insert, { defaults, auto }: ShortInsert, assigner: Assigner, ctx: ExecContext): Datum[] {
  const row = defaults.constants.slice();
  for (const c of defaults.others)
    row[c.offset] = c.default.kind === 'now' ? assigner.now(c) : assigner.defaultOf(c);
  const { columns } = plan;
  const values = plan.rows[0]!;
  for (let i = 0; i < values.length; i++) {
    const e = values[i]!;
    const column = columns[i]!;
    if (e === null) row[column.offset] = column.id === auto?.id ? null : assigner.defaultOf(column);
    else row[column.offset] = assigner.assign(evalAny(e, ctx.eval) as Datum, e.type, column);
  }
  return row;
}

function withIds(
  plan: Insert,
  { required }: ShortInsert,
  row: Datum[],
  ids: AutoIds | null,
  assigner: Assigner,
  ctx: ExecContext,
): Awaitable<DmlResult> {
  for (const c of required) if (row[c.offset] === null) assigner.checkNull(null, c, false);
  const { table } = plan;
  const writer = new TableWriter(table, table.id, ctx.txn!, zoneOf(ctx));
  if (!writer.mutations.hiddenHandle)
    return andThen(put(writer, row, writer.handleOf(row), ctx), () => result(plan, ids, ctx));
  return andThen(ctx.allocateIds(table, 'rowid', 1), (handle) =>
    andThen(put(writer, row, handle, ctx), () => result(plan, ids, ctx)),
  );
}

/** Keys are presumed free: locks or the commit prove it. */
function put(writer: TableWriter, row: readonly Datum[], handle: Handle, ctx: ExecContext): Awaitable<void> {
  const txn = ctx.txn!;
  const now = txn.pessimistic || ctx.variable('tidb_constraint_check_in_place') === 'ON';
  if (ctx.alone === true && !now && txn.memBuffer.count === 0 && txn.assertionLevel !== 'strict') {
    txn.gather();
    writer.insert(row, handle, true);
    return;
  }
  const unique = writer.uniqueKeys(row, handle);
  const checked: UniqueKey[] = [];
  for (const u of unique) {
    const own = txn.memBuffer.get(u.key);
    if (own !== undefined && own !== null) throw writer.duplicate(u, row);
    if (own === undefined && now) checked.push(u);
  }
  if (checked.length === 0) {
    writer.insert(row, handle, true, unique);
    return;
  }
  return andThen(
    requireAbsent(checked, () => row, writer, txn.pessimistic, ctx),
    () => writer.insert(row, handle, true, unique),
  );
}

function result({ table }: Insert, ids: AutoIds | null, ctx: ExecContext): DmlResult {
  ctx.noteModified(table.id, 1, 0, 0);
  const generated = ids === null ? 0 : ids.firstGenerated;
  const explicit = ids === null || generated !== 0 ? 0 : ids.lastExplicit;
  return {
    affectedRows: 1,
    foundRows: 1,
    lastInsertId: generated,
    explicitInsertId: explicit === 0 ? undefined : explicit,
    info: '',
  };
}
