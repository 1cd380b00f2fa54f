import type { CreateIndexStmt, DropIndexStmt } from '../parser/ast/index.js';
import { fulltextRequest, unsupportedIndex } from './build-index.js';
import { checkAlgorithm } from './alter-algorithm.js';
import type { AlterPlan } from './alter-plan.js';
import { alterBy } from './alter-table.js';
import { refuseCached } from './cached-table.js';
import type { DdlContext } from './ddl-context.js';
import { addIndex, applyDropIndex } from './index-clauses.js';
import { requireTable } from './table.js';

export async function createIndex(ctx: DdlContext, stmt: CreateIndexStmt): Promise<void> {
  if (stmt.type !== 'UNIQUE' && stmt.type !== 'INDEX' && stmt.type !== 'FULLTEXT')
    throw unsupportedIndex(stmt.type);
  await ctx.reload();
  const { db, table } = requireTable(ctx, stmt.table);
  ctx.checkPrivilege('INDEX', db.name, table.name);
  refuseCached(table, 'Create Index');
  checkAlgorithm(ctx, stmt.algorithm, 'INPLACE');
  await alterBy(ctx, stmt.table, (plan) => applyCreateIndex(plan, stmt));
}

/** What a CREATE INDEX makes of the table. */
export function applyCreateIndex(plan: AlterPlan, stmt: CreateIndexStmt): void {
  if (stmt.type === 'FULLTEXT') {
    addIndex(plan, fulltextRequest(stmt.name, stmt.parts, stmt.options), stmt.ifNotExists);
    return;
  }
  addIndex(
    plan,
    {
      name: stmt.name,
      parts: stmt.parts,
      unique: stmt.type === 'UNIQUE',
      primary: false,
      invisible: stmt.options.visible === false,
      comment: stmt.options.comment ?? '',
      ...(stmt.options.global === true ? { global: true } : {}),
      where: stmt.options.where,
    },
    stmt.ifNotExists,
  );
}

export async function dropIndex(ctx: DdlContext, stmt: DropIndexStmt): Promise<void> {
  await ctx.reload();
  const { db, table } = requireTable(ctx, stmt.table);
  ctx.checkPrivilege('INDEX', db.name, table.name);
  refuseCached(table, 'Drop Index');
  checkAlgorithm(ctx, stmt.algorithm, 'INSTANT');
  await alterBy(ctx, stmt.table, (plan) => applyDropIndex(plan, stmt.name, stmt.ifExists));
}
