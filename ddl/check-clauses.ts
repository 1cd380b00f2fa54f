import type { CheckConstraint, ColumnDef } from '../parser/ast/index.js';
import type { ColumnInfo, TableInfo } from '../catalog/model.js';
import { mysqlError } from '../types/error-table.js';
import type { AlterPlan } from './alter-plan.js';
import { addCheck, checksAreOn } from './check-constraint.js';
import { applyDropForeignKey } from './foreign-key-clauses.js';
import { applyDropIndex } from './index-clauses.js';

/** ADD CHECK; `column`: it is part of that column's definition. Rows are checked where it is enforced. */
export function applyAddCheck(
  plan: AlterPlan,
  clause: Pick<CheckConstraint, 'name' | 'expr' | 'enforced'>,
  column: string | null,
): void {
  const { ctx, db } = plan;
  if (!checksAreOn(ctx)) return;
  plan.table = addCheck(ctx, db, plan.table, {
    ...clause,
    column,
    ...(column === null ? { added: true as const } : {}),
  });
  plan.checks.add(plan.table.checks!.at(-1)!.name);
  plan.parts.push('add check constraint');
}

/** The constraints in a column's definition. */
export function applyColumnChecks(plan: AlterPlan, def: ColumnDef): void {
  for (const o of def.options) if (o.kind === 'Check') applyAddCheck(plan, o, def.name);
}

/** DROP CHECK, and DROP CONSTRAINT, which is for keys, too. Throws 3821, 3940. */
export function applyDropCheck(plan: AlterPlan, name: string, anyConstraint: boolean): void {
  const { table } = plan;
  const lower = name.toLowerCase();
  const rest = (table.checks ?? []).filter((c) => c.name.toLowerCase() !== lower);
  if (rest.length < (table.checks ?? []).length) {
    if (!checksAreOn(plan.ctx)) return;
    plan.table = withChecks(table, rest);
    plan.parts.push('drop check constraint');
    return;
  }
  if (anyConstraint) {
    if ((table.foreignKeys ?? []).some((k) => k.name.toLowerCase() === lower))
      return applyDropForeignKey(plan, name, false);
    if (table.indices.some((i) => i.unique && i.lower === lower)) return applyDropIndex(plan, name, false);
  }
  if (!checksAreOn(plan.ctx)) return;
  throw anyConstraint
    ? mysqlError('ER_CONSTRAINT_NOT_FOUND', name)
    : mysqlError('ER_CHECK_CONSTRAINT_NOT_FOUND', name);
}

/** ALTER CHECK … [NOT] ENFORCED: rows are checked where it comes into force. Throws 3821. */
export function applyAlterCheck(plan: AlterPlan, name: string, enforced: boolean): void {
  if (!checksAreOn(plan.ctx)) return;
  const { table } = plan;
  const lower = name.toLowerCase();
  const check = (table.checks ?? []).find((c) => c.name.toLowerCase() === lower);
  if (check === undefined) throw mysqlError('ER_CHECK_CONSTRAINT_NOT_FOUND', name);
  plan.table = withChecks(
    table,
    table.checks!.map((c) => (c === check ? { ...c, enforced } : c)),
  );
  if (enforced && !check.enforced) plan.checks.add(check.name);
  plan.parts.push('alter check constraint');
}

function withChecks(table: TableInfo, checks: TableInfo['checks']): TableInfo {
  const { checks: _, ...rest } = table;
  return checks === undefined || checks.length === 0 ? rest : { ...rest, checks };
}

const readsColumn = (columns: readonly string[], column: ColumnInfo): boolean =>
  columns.some((n) => n.toLowerCase() === column.lower);

/** Constraints on a column alone go with it. Throws 3959 for others. */
export function dropColumnChecks(plan: AlterPlan, column: ColumnInfo): void {
  const { table } = plan;
  if (table.checks === undefined) return;
  const of = table.checks.filter((c) => readsColumn(c.columns, column));
  const other = of.find((c) => c.columns.length > 1);
  if (other !== undefined) throw mysqlError('ER_DEPENDENT_BY_CHECK_CONSTRAINT', other.name, column.name);
  plan.table = withChecks(
    table,
    table.checks.filter((c) => !of.includes(c)),
  );
}

/** A column that a constraint reads keeps its name. Throws 3959. */
export function checkNotChecked(table: TableInfo, column: ColumnInfo): void {
  const check = (table.checks ?? []).find((c) => readsColumn(c.columns, column));
  if (check !== undefined) throw mysqlError('ER_DEPENDENT_BY_CHECK_CONSTRAINT', check.name, column.name);
}

/** Values of another type must keep the constraints as well. */
export function recheck(plan: AlterPlan, column: ColumnInfo): void {
  for (const c of plan.table.checks ?? []) if (readsColumn(c.columns, column)) plan.checks.add(c.name);
}
