import type { ColumnInfo, DbInfo, TableInfo } from '../catalog/model.js';
import { isVirtual } from '../catalog/table-layout.js';
import type { PhysicalPlan } from './physical/plan.js';
import { FULL_RANGES } from './ranger/ranger.js';

/** Columns that are stored. */
export const storedColumns = (table: TableInfo): ColumnInfo[] =>
  table.columns.filter((c) => c.state === 'public' && !isVirtual(c));

/** The scan that feeds a TableStatsBuilder (statistics/builder.ts): every row of a table or partition, in handle order. */
export function planAnalyze(
  db: DbInfo,
  table: TableInfo,
  physicalId: number,
  columns: readonly ColumnInfo[],
): PhysicalPlan {
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
    columns: [...columns],
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
