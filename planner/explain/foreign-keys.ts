import { referrersOf, startsWith, type Referrer } from '../../catalog/foreign-keys.js';
import type { ForeignKeyInfo, InfoSchema, TableInfo } from '../../catalog/model.js';
import type { PhysicalPlan } from '../physical/plan.js';

/** What a foreign key makes a statement do after its rows are written, as EXPLAIN shows it below the statement. */
export interface ForeignKeyStep {
  readonly name: 'Foreign_Key_Check' | 'Foreign_Key_Cascade';
  readonly access: string;
  readonly info: string;
}

/** A written table and the columns that are set; null: rows go. */
interface Written {
  readonly db: string;
  readonly table: TableInfo;
  readonly columns: ReadonlySet<string> | null;
}

/** Checks and cascades of the foreign keys of the tables that a statement writes. */
export function foreignKeySteps(plan: PhysicalPlan, schema: InfoSchema): ForeignKeyStep[] {
  const checks: ForeignKeyStep[] = [];
  const cascades: ForeignKeyStep[] = [];
  const referred = (w: Written): void => {
    for (const r of referrersOf(schema, w.db, w.table.name)) {
      const { key } = r;
      if (w.columns !== null && !key.refColumns.some((c) => w.columns!.has(c.toLowerCase()))) continue;
      const action = w.columns === null ? key.onDelete : key.onUpdate;
      if (action === 'CASCADE' || action === 'SET NULL')
        cascades.push({
          name: 'Foreign_Key_Cascade',
          access: accessText(r.table, key.columns),
          info: `foreign_key:${key.name}, ${w.columns === null ? 'on_delete' : 'on_update'}:${action}`,
        });
      else checks.push(childCheck(r));
    }
  };
  const own = (w: Written): void => {
    for (const key of w.table.foreignKeys ?? []) {
      if (w.columns !== null && !key.columns.some((c) => w.columns!.has(c.toLowerCase()))) continue;
      const parent = schema.table(key.refSchema, key.refTable);
      if (parent !== null && parent !== undefined) checks.push(parentCheck(parent, key));
    }
  };
  switch (plan.op) {
    case 'Insert': {
      const all: Written = { db: plan.db.name, table: plan.table, columns: null };
      own(all);
      if (plan.replace) referred(all);
      else if (plan.onDuplicate.length > 0)
        referred({ ...all, columns: new Set(plan.onDuplicate.map((d) => d.column.lower)) });
      break;
    }
    case 'Update':
      plan.targets.forEach((t, i) => {
        const set = plan.assignments.filter((a) => a.target === i).map((a) => a.column.lower);
        if (set.length === 0) return;
        const written = { db: t.db.name, table: t.table, columns: new Set(set) };
        own(written);
        referred(written);
      });
      break;
    case 'Delete':
      for (const t of plan.targets) referred({ db: t.db.name, table: t.table, columns: null });
      break;
    default:
      break;
  }
  return [...checks, ...cascades];
}

const parentCheck = (parent: TableInfo, key: ForeignKeyInfo): ForeignKeyStep => ({
  name: 'Foreign_Key_Check',
  access: accessText(parent, key.refColumns),
  info: `foreign_key:${key.name}, check_exist`,
});

const childCheck = ({ table, key }: Referrer): ForeignKeyStep => ({
  name: 'Foreign_Key_Check',
  access: accessText(table, key.columns),
  info: `foreign_key:${key.name}, check_not_exist`,
});

/** The table and the index by which rows are found, when that is not the primary key that orders the table. */
function accessText(table: TableInfo, columns: readonly string[]): string {
  const text = `table:${table.name}`;
  const primary = table.indices.find((i) => i.primary);
  if (table.pkIsHandle && columns.length === 1) {
    const handle = table.columns.find((c) => (c.type.flag & 2) !== 0);
    if (handle?.lower === columns[0]!.toLowerCase()) return text;
  } else if (table.isCommonHandle && primary !== undefined && startsWith(primary, columns)) return text;
  const index = table.indices.find((i) => i.state === 'public' && startsWith(i, columns));
  return index === undefined ? text : `${text}, index:${index.name}`;
}
