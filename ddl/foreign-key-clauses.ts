import type { ForeignKeyConstraint } from '../parser/ast/index.js';
import { mysqlError } from '../types/error-table.js';
import type { AlterPlan } from './alter-plan.js';
import { buildForeignKey, checkReferenced, checksForeignKeys, neededIndex } from './foreign-key.js';
import { addIndex } from './index-clauses.js';
import { tolerate } from './if-exists.js';

/** ADD FOREIGN KEY, with the index that it needs. Rows are checked where foreign_key_checks is on. */
export function applyAddForeignKey(plan: AlterPlan, clause: ForeignKeyConstraint): void {
  const { ctx, db } = plan;
  const keys = plan.table.foreignKeys ?? [];
  const number = keys.reduce((n, k) => Math.max(n, k.id), 0) + 1;
  const key = buildForeignKey(ctx, clause, plan.table, db, number);
  if (plan.table.partition !== undefined) throw mysqlError('ER_FOREIGN_KEY_ON_PARTITIONED');
  const request = neededIndex(key, plan.table);
  if (request !== null) {
    const taken = plan.table.indices.some((i) => i.lower === key.name.toLowerCase());
    addIndex(plan, taken ? { ...request, name: null } : request, false);
    plan.parts.pop();
  }
  plan.table = { ...plan.table, foreignKeys: [...keys, key] };
  checkReferenced(ctx, key, db, plan.table);
  if (checksForeignKeys(ctx)) plan.foreignKeys.add(key.name);
  plan.parts.push('add foreign key');
}

/** DROP FOREIGN KEY. Throws 1091. */
export function applyDropForeignKey(plan: AlterPlan, name: string, ifExists: boolean): void {
  const keys = plan.table.foreignKeys ?? [];
  const rest = keys.filter((k) => k.name.toLowerCase() !== name.toLowerCase());
  if (rest.length === keys.length) {
    tolerate(plan.ctx, mysqlError('ER_CANT_DROP_FIELD_OR_KEY', name), ifExists);
    return;
  }
  plan.table = { ...plan.table, foreignKeys: rest };
  plan.parts.push('drop foreign key');
}
