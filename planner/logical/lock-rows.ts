import type { Column } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import { partitionLocator } from '../partition/locator.js';
import type { BuildState } from '../resolve/build-state.js';
import type { Relation } from '../resolve/scope.js';
import { handleColumns } from './build-from.js';
import { lockSpec } from './lock-spec.js';
import type { DataSource, LockedSource, LogicalPlan } from './plan.js';
import { forEachNode } from './walk.js';

/**
 * FOR UPDATE or FOR SHARE over a block's tables: those that it names, or all. Rows of derived tables are locked where their handles
 * are handed up. Throws 3568, and 1142 without the privilege.
 */
export function lockRows(state: BuildState, { plan, names }: Relation, clause: ast.LockClause): LogicalPlan {
  const tables: LockedSource[] = [];
  const only = new Set(clause.of.map((t) => t.name.toLowerCase()));
  const known = new Set(names.map((n) => n.table.toLowerCase()));
  for (const t of clause.of)
    if (!known.has(t.name.toLowerCase())) throw mysqlError('ER_UNRESOLVED_TABLE_LOCK', t.name);
  const visible = new Set(plan.schema.map((c) => c.id));
  forEachNode(plan, (n) => {
    if (n.op !== 'DataSource' || (only.size > 0 && !only.has(n.alias.toLowerCase()))) return;
    const handle = handleColumns(n);
    // Tables inside derived tables that do not hand their handles up are not locked.
    if (handle.every((c) => visible.has(c.id))) {
      tables.push({ table: n.table, handle, deciding: decidingColumns(state, n) });
      state.ctx.checkPrivilege(clause.strength === 'UPDATE' ? 'UPDATE' : 'SELECT', n.db.name, n.table.name);
    }
  });
  const lock = lockSpec(clause, state.ctx);
  if (tables.length === 0 || lock === null) return plan;
  return { op: 'Lock', schema: plan.schema, children: [plan], lock, tables };
}

/** The columns that decide the partition of a source's rows, by offset; null for a table without partitions. */
function decidingColumns(state: BuildState, ds: DataSource): ReadonlyMap<number, Column> | null {
  if (ds.table.partition === undefined) return null;
  const out = new Map<number, Column>();
  for (const offset of partitionLocator(ds.table, state.ctx.eval).deciding) {
    const column = ds.all.find((c) => ds.infos.get(c.id)?.offset === offset);
    if (column !== undefined) out.set(offset, column);
  }
  return out;
}
