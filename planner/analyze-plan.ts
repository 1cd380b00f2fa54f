import type { ColumnInfo, DbInfo, TableInfo } from '../catalog/model.js';
import { isVirtual, physicalIds } from '../catalog/table-layout.js';
import type { PhysicalPlan } from './physical/plan.js';
import { FULL_RANGES } from './ranger/ranger.js';

/** Columns that ANALYZE samples: those that are stored. */
export const analyzedColumns = (table: TableInfo): ColumnInfo[] =>
  table.columns.filter((c) => c.state === 'public' && !isVirtual(c));

/**
 * The scan that feeds a TableStatsBuilder (statistics/builder.ts) over the same `analyzedColumns`: every row, in handle
 * order.
 */
export function planAnalyze(db: DbInfo, table: TableInfo): PhysicalPlan {
  const parts = physicalIds(table).map((id) => analyzeScan(db, table, id));
  const [first] = parts;
  if (parts.length === 1) return first!;
  return { op: 'UnionAll', id: 3, schema: first!.schema, estRows: 0, task: 'root', children: parts };
}

function analyzeScan(db: DbInfo, table: TableInfo, physicalId: number): PhysicalPlan {
  const columns = analyzedColumns(table);
  const schema = columns.map((c, i) => ({
    kind: 'column' as const,
    id: i + 1,
    type: c.type,
    index: -1,
    name: `${db.lower}.${table.lower}.${c.lower}`,
  }));
  const scan: PhysicalPlan = {
    op: 'TableScan',
    id: 1,
    schema,
    estRows: 0,
    task: 'cop[tikv]',
    db,
    table,
    alias: table.name,
    columns,
    handleOut: false,
    ranges: { ranges: FULL_RANGES },
    full: true,
    physicalId,
    statsInfo: '',
    keepOrder: true,
    desc: false,
    storeType: 'tikv',
  };
  return {
    op: 'TableReader',
    id: 2,
    schema,
    estRows: 0,
    task: 'root',
    child: scan,
    keepOrder: true,
    desc: false,
  };
}
