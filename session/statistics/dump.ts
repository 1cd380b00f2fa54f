import type { DbInfo, TableInfo } from '../../catalog/model.js';
import { fromJson, toJson, type JsonTable } from '../../statistics/json-form.js';
import { mysqlError } from '../../types/error-table.js';
import type { EngineCore } from '../engine/engine-core.js';

/** The statistics of a table and its partitions in TiDB's JSON form; without any: its row count alone. */
export async function dumpStatistics(core: EngineCore, db: DbInfo, table: TableInfo): Promise<JsonTable> {
  const { statistics, rowCounts } = core;
  const one = async (id: number): Promise<JsonTable> => {
    const stats = (await statistics.want(id)) ?? {
      tableId: id,
      rowCount: 0,
      modifyCount: 0,
      version: 0n,
      columns: new Map(),
      indexes: new Map(),
    };
    return toJson(db.lower, table, stats, {
      count: rowCounts.get(id) ?? stats.rowCount,
      modified: rowCounts.modified(id),
    });
  };
  const whole = await one(table.id);
  if (table.partition === undefined) return whole;
  const partitions: Record<string, JsonTable> = { global: whole };
  for (const p of table.partition.definitions)
    if (statistics.has(p.id)) partitions[p.lower] = await one(p.id);
  return { ...whole, partitions };
}

function isTable(json: unknown): json is JsonTable {
  if (typeof json !== 'object' || json === null) return false;
  const j = json as Partial<JsonTable>;
  return (
    typeof j.table_name === 'string' && typeof j.database_name === 'string' && typeof j.count === 'number'
  );
}

/** Keeps the statistics of a dump for the table that it names. Throws 1105 for what is no dump, 1146. */
export async function loadStatistics(core: EngineCore, text: string): Promise<void> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (e) {
    throw mysqlError('ER_UNKNOWN_ERROR', `Invalid statistics: ${e instanceof Error ? e.message : String(e)}`);
  }
  if (!isTable(json)) throw mysqlError('ER_UNKNOWN_ERROR', 'Invalid statistics: no table');
  const table = core.schemaLoader.current.table(json.database_name, json.table_name);
  if (table === null) throw mysqlError('ER_NO_SUCH_TABLE', json.database_name, json.table_name);
  const version = await core.storage.currentTs();
  const put = (part: JsonTable, id: number): Promise<void> => {
    const stats = fromJson(part, table, id, version);
    return core.statistics.put(table, stats, core.rowCounts.mark(id));
  };
  const global = json.partitions?.['global'] ?? json;
  await put(global, table.id);
  for (const p of table.partition?.definitions ?? []) {
    const part = json.partitions?.[p.lower];
    if (part !== undefined && part !== null) await put(part, p.id);
  }
}
