import type { AlterTableSpec, ColumnDef, DdlStatement } from '../parser/ast/index.js';
import type { MetaReader, MetaWriter } from '../catalog/meta/meta.js';
import { metaStringKey } from '../kv/codec/meta-key.js';
import { mysqlError } from '../types/error-table.js';

/**
 * Bidirectional replication (TiDB manual, "Bidirectional Replication"): a primary cluster makes only schema changes that
 * rows of either form survive, a secondary gets its changes from the primary. Objects that are not replicated
 * (placement policies, resource groups) are each cluster's own.
 */
export type BdrRole = 'primary' | 'secondary' | 'none';

const KEY = metaStringKey(Buffer.from('BDRRole'));

export async function bdrRole(reader: Pick<MetaReader, 'get'>): Promise<BdrRole> {
  const value = await reader.get(KEY);
  return value === null ? 'none' : (Buffer.from(value).toString() as BdrRole);
}

export function setBdrRole(writer: MetaWriter, role: BdrRole): void {
  if (role === 'none') writer.delete(KEY);
  else writer.set(KEY, Buffer.from(role));
}

const UNMANAGED: ReadonlySet<string> = new Set([
  'CreatePlacementPolicy',
  'AlterPlacementPolicy',
  'DropPlacementPolicy',
  'CreateResourceGroup',
  'AlterResourceGroup',
  'DropResourceGroup',
]);
const SAFE: ReadonlySet<string> = new Set([
  'CreateDatabase',
  'CreateTable',
  'CreateView',
  'DropView',
  'DropIndex',
]);
const SAFE_CLAUSES: ReadonlySet<string> = new Set([
  'DropIndex',
  'DropPrimaryKey',
  'RenameIndex',
  'AlterIndexVisibility',
  'AlterColumnDefault',
  'AddPartitions',
  'SetTtl',
  'RemoveTtl',
  'Algorithm',
  'Lock',
  'Validation',
]);

/** Throws 8263 for a statement that the cluster's role does not allow. */
export function checkBdr(stmt: DdlStatement, role: BdrRole): void {
  if (role === 'none' || UNMANAGED.has(stmt.kind)) return;
  if (role === 'secondary' || !isSafe(stmt)) throw mysqlError('ER_BDR_RESTRICTED_DDL', role);
}

function isSafe(stmt: DdlStatement): boolean {
  if (SAFE.has(stmt.kind)) return true;
  if (stmt.kind === 'CreateIndex') return stmt.type !== 'UNIQUE';
  return stmt.kind === 'AlterTable' && stmt.specs.every(isSafeClause);
}

function isSafeClause(spec: AlterTableSpec): boolean {
  if (SAFE_CLAUSES.has(spec.kind)) return true;
  switch (spec.kind) {
    case 'AddColumns':
      return spec.constraints.length === 0 && spec.columns.every(isSafeColumn);
    case 'AddConstraint':
      return spec.constraint.kind === 'Key' && spec.constraint.type === 'INDEX';
    case 'ModifyColumn':
      return spec.column.options.some((o) => o.kind === 'Default');
    case 'TableOptions':
      return spec.options.every((o) => o.name === 'COMMENT');
    default:
      return false;
  }
}

/** Rows without the column can be made of it: it may be NULL, or has a default. */
function isSafeColumn(def: ColumnDef): boolean {
  const has = (kind: string): boolean => def.options.some((o) => o.kind === kind);
  if (has('PrimaryKey') || has('Unique')) return false;
  return !has('NotNull') || has('Default');
}
