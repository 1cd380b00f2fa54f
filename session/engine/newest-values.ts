import type { ColumnInfo, TableInfo } from '../../catalog/model.js';
import { handleColumn, isVirtual, primaryIndex } from '../../catalog/table-layout.js';
import { growsWithHandle } from '../../statistics/estimate.js';
import { keptValue } from '../../statistics/kept-value.js';
import type { ColumnStatistics, TableStatistics } from '../../statistics/table-statistics.js';
import { quoteName } from '../../parser/restore.js';
import type { Datum } from '../../types/datum.js';
import { timeZone, UTC } from '../../types/timezone.js';
import type { EngineCore } from './engine-core.js';

/** Changes after which the greatest values are looked up again: so many, or this share of those since ANALYZE. */
const FEWEST_CHANGES = 64;
const CHANGED_SHARE = 0.1;

interface Looked {
  /** Of what statistics, and how many changes there were since. */
  readonly version: bigint;
  readonly modified: number;
  readonly values: ReadonlyMap<number, number>;
}

/**
 * The greatest values of columns that grow (times, counters): ANALYZE knows them only as they were, and where rows came after a gap nothing
 * else tells how far out they are. They are looked up, at the end of an index or in the last row, when a plan asks for the statistics of a table
 * that has changed noticeably.
 */
export class NewestValues {
  private readonly looked = new Map<number, Looked>();
  private readonly looking = new Map<number, Promise<void>>();

  /** `max`: the greatest value of a column, or about that. */
  constructor(private readonly max: (table: TableInfo, columnName: string) => Promise<Datum>) {}

  isOld(table: TableInfo, stats: TableStatistics): boolean {
    const { modifyCount } = stats;
    if (modifyCount < FEWEST_CHANGES || this.looking.has(table.id)) return false;
    const known = this.looked.get(table.id);
    const since = known?.version === stats.version ? modifyCount - known.modified : modifyCount;
    if (since < Math.max(FEWEST_CHANGES, modifyCount * CHANGED_SHARE)) return false;
    if (growing(table, stats).length > 0) return true;
    this.looked.set(table.id, { version: stats.version, modified: modifyCount, values: new Map() });
    return false;
  }

  /** A look that is on its way; null when there is none. */
  pending(tableId: number): Promise<void> | null {
    return this.looking.get(tableId) ?? null;
  }

  look(table: TableInfo, stats: TableStatistics): Promise<void> {
    const look = this.read(table, stats).finally(() => this.looking.delete(table.id));
    this.looking.set(table.id, look);
    return look;
  }

  private async read(table: TableInfo, stats: TableStatistics): Promise<void> {
    // Planning the query asks for the statistics of the table, too: by then this look must be known of.
    await Promise.resolve();
    const values = new Map<number, number>();
    for (const c of growing(table, stats)) {
      const value = await this.max(table, c.name);
      if (typeof value === 'number') values.set(c.id, value);
    }
    this.looked.set(table.id, { version: stats.version, modified: stats.modifyCount, values });
  }

  /** The statistics of columns with the values found. */
  over(tableId: number, stats: TableStatistics): TableStatistics['columns'] {
    const known = this.looked.get(tableId);
    if (known === undefined || known.version !== stats.version || known.values.size === 0)
      return stats.columns;
    const out = new Map<number, ColumnStatistics>(stats.columns);
    for (const [id, newest] of known.values) {
      const column = out.get(id);
      if (column !== undefined) out.set(id, { ...column, newest });
    }
    return out;
  }

  forget(tableId: number): void {
    this.looked.delete(tableId);
  }
}

/** Reads the end of the index that a column leads, else the last row. */
export async function greatestValue(core: EngineCore, table: TableInfo, columnName: string): Promise<Datum> {
  const db = core.schemaLoader.current.tableById(table.id)?.db;
  const column = table.columns.find((c) => c.name === columnName);
  if (db === undefined || column === undefined) return null;
  const [name, from] = [quoteName(columnName), `${quoteName(db.name)}.${quoteName(table.name)}`];
  const [row] = await core.internalQuery(
    endsAnOrder(table, column)
      ? `SELECT MAX(${name}) FROM ${from}`
      : `SELECT ${name} FROM ${from} ORDER BY ${handleOrder(table)} LIMIT 1`,
  );
  const zone = timeZone(String(core.globals.get('time_zone'))) ?? UTC;
  return keptValue(row?.[0] ?? null, column.type, zone);
}

const handleOrder = (table: TableInfo): string =>
  table.isCommonHandle
    ? primaryIndex(table)!
        .columns.map((c) => `${quoteName(c.name)} DESC`)
        .join(', ')
    : `${quoteName(handleColumn(table)?.name ?? '_tidb_rowid')} DESC`;

/** Whether a column's greatest value is the last of an index or the handle. */
const endsAnOrder = (table: TableInfo, column: ColumnInfo): boolean =>
  handleColumn(table)?.id === column.id ||
  table.indices.some(
    ({ state, columns: [first], condition }) =>
      state === 'public' && condition === undefined && first?.offset === column.offset && first.length < 0,
  );

/** Columns that grow, whose greatest value one look tells. */
const growing = (table: TableInfo, stats: TableStatistics): TableInfo['columns'] =>
  table.columns.filter((c) => {
    const known = stats.columns.get(c.id);
    if (known === undefined || c.state !== 'public' || isVirtual(c) || !growsWithHandle(known)) return false;
    return endsAnOrder(table, c) || table.partition === undefined;
  });
