import type { TableInfo } from '../catalog/model.js';
import type { AlterTableSpec } from '../parser/ast/index.js';
import { mysqlError } from '../types/error-table.js';
import type { DdlContext } from './ddl-context.js';

type AddStatistics = Extract<AlterTableSpec, { kind: 'AddStatistics' }>;
type DropStatistics = Extract<AlterTableSpec, { kind: 'DropStatistics' }>;

function requireEnabled(ctx: DdlContext): void {
  if (ctx.variable('tidb_enable_extended_stats') !== 'ON')
    throw mysqlError(
      'ER_UNKNOWN_ERROR',
      'Extended statistics feature is not generally available now, and tidb_enable_extended_stats is OFF',
    );
}

/** ALTER TABLE … ADD STATS_EXTENDED: of the kinds in the grammar TiDB knows correlations alone. */
export async function addStatistics(ctx: DdlContext, table: TableInfo, spec: AddStatistics): Promise<void> {
  requireEnabled(ctx);
  if (spec.type !== 'CORRELATION')
    throw mysqlError('ER_UNKNOWN_ERROR', 'Cardinality and Dependency statistics types are not supported now');
  const columns = spec.columns.map((name) => {
    const column = table.columns.find((c) => c.lower === name.toLowerCase() && c.state === 'public');
    if (column === undefined) throw mysqlError('ER_KEY_COLUMN_DOES_NOT_EXITS', name);
    return column.id;
  });
  if (columns.length !== 2)
    throw mysqlError(
      'ER_UNKNOWN_ERROR',
      'Only support Correlation and Dependency statistics types on 2 columns',
    );
  if (columns[0] === columns[1])
    throw mysqlError('ER_UNKNOWN_ERROR', 'Cannot create extended statistics on the same column');
  await ctx.addExtendedStatistics(
    table,
    spec.name,
    columns.sort((a, b) => a - b),
    spec.ifNotExists,
  );
}

export async function dropStatistics(ctx: DdlContext, table: TableInfo, spec: DropStatistics): Promise<void> {
  requireEnabled(ctx);
  await ctx.dropExtendedStatistics(table, spec.name, spec.ifExists);
}
