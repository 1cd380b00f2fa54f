import type { Column } from '../../expression/expression.js';
import type { ColumnInfo, DbInfo, IndexInfo, TableInfo } from '../../catalog/model.js';
import { isVirtual } from '../../catalog/table-layout.js';
import { isUniqueKey } from '../../catalog/unique-key.js';
import { Flag } from '../../types/field-type.js';
import type { FieldName } from '../resolve/scope.js';
import type { OutputName } from '../plan-context.js';

/** A unique key of a table: the columns that must be given. */
export interface PointKey {
  readonly index: IndexInfo | null;
  readonly columns: readonly ColumnInfo[];
}

/** What the point path needs of a table, made once for each version of it. */
export interface PointTable {
  /** Has columns that rows do not hold, or partitions: the optimizer's. */
  readonly computed: boolean;
  readonly byName: ReadonlyMap<string, ColumnInfo>;
  readonly keys: readonly PointKey[];
  readonly publics: readonly ColumnInfo[];
  /** SELECT * in order, resolved. */
  readonly schema: readonly Column[];
  readonly names: readonly OutputName[];
  /** All columns, and the row id behind them when it is hidden: what a writer reads. */
  readonly rowColumns: readonly ColumnInfo[];
  readonly rowSchema: readonly Column[];
  readonly rowNames: readonly FieldName[];
  readonly handleOut: boolean;
}

const CACHE = new WeakMap<TableInfo, PointTable>();

export function pointTable(db: DbInfo, table: TableInfo): PointTable {
  let t = CACHE.get(table);
  if (t === undefined) CACHE.set(table, (t = make(db, table)));
  return t;
}

function make(db: DbInfo, table: TableInfo): PointTable {
  const column = (info: ColumnInfo, index: number): Column => ({
    kind: 'column',
    id: info.offset + 1,
    type: info.type,
    index,
    name: `${db.lower}.${table.lower}.${info.lower}`,
  });
  const publics = table.columns.filter((c) => c.state === 'public' && !c.hidden);
  const keys: PointKey[] = [];
  if (table.pkIsHandle) {
    const pk = table.columns.find((c) => (c.type.flag & Flag.PriKey) !== 0);
    if (pk !== undefined) keys.push({ index: null, columns: [pk] });
  }
  for (const index of table.indices) {
    if (index.primary && table.pkIsHandle) continue;
    if (index.invisible || !isUniqueKey(index)) continue;
    const key: PointKey = { index, columns: index.columns.map((c) => table.columns[c.offset]!) };
    // A clustered primary key finds the row at once, other keys its handle first.
    if (index.primary && table.isCommonHandle) keys.unshift(key);
    else keys.push(key);
  }
  const handleOut = !table.pkIsHandle && !table.isCommonHandle;
  const rowSchema = table.columns.map((c, i) => column(c, i));
  if (handleOut) {
    rowSchema.push({
      kind: 'column',
      id: table.columns.length + 1,
      type: {
        tp: 8,
        flag: Flag.NotNull | Flag.Binary,
        flen: 20,
        decimal: 0,
        charset: 'binary',
        collate: 'binary',
      },
      index: table.columns.length,
      name: `${db.lower}.${table.lower}._tidb_rowid`,
    });
  }
  return {
    computed: table.partition !== undefined || table.columns.some(isVirtual),
    byName: new Map(table.columns.filter((c) => c.state === 'public').map((c) => [c.lower, c])),
    keys,
    publics,
    schema: publics.map((c, i) => column(c, i)),
    names: publics.map((c) => ({
      name: c.name,
      orgName: c.name,
      table: table.name,
      orgTable: table.name,
      db: db.name,
    })),
    rowColumns: table.columns,
    rowSchema,
    rowNames: table.columns
      .filter((c) => c.state === 'public')
      .map((c) => ({
        name: c.name,
        table: table.name,
        db: db.name,
        orgName: c.name,
        orgTable: table.name,
        column: rowSchema[c.offset]!,
        visible: true,
        hidden: c.hidden,
      })),
    handleOut,
  };
}
