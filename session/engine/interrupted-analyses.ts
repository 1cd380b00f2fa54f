import type { PartitionDefinition, TableInfo } from '../../catalog/model.js';
import type { EngineCore } from './engine-core.js';
import { quoted } from './statistics-tables.js';

const REASON = 'TiDB Server is down when running the analyze job';

/**
 * Ends, as failed, the jobs of ANALYZE that this node was at when it went down, and gives the ids of their tables: they are to be
 * analyzed after all. Before the node takes statements.
 */
export async function endInterruptedAnalyses(core: EngineCore): Promise<Set<number>> {
  const own = `state IN ('pending', 'running') AND instance = ${quoted(core.instance)}`;
  const rows = await core.internalQuery(
    `SELECT DISTINCT table_schema, table_name FROM mysql.analyze_jobs WHERE ${own}`,
  );
  const out = new Set<number>();
  if (rows.length === 0) return out;
  for (const [db, table] of rows) {
    const found = core.schemaLoader.current.table(textOf(db), textOf(table));
    if (found !== null) out.add(found.id);
  }
  await core.internalQuery(
    `UPDATE mysql.analyze_jobs SET state = 'failed', end_time = NOW(), fail_reason = ${quoted(REASON)} WHERE ${own}`,
  );
  return out;
}

const textOf = (d: unknown): string => (d instanceof Uint8Array ? Buffer.from(d).toString() : '');

/** Partitions that an interrupted ANALYZE still has to take: those without statistics and those that changed since. Null: all of the table. */
export function remainingPartitions(core: EngineCore, table: TableInfo): PartitionDefinition[] | null {
  const { statistics, rowCounts } = core;
  if (table.partition === undefined) return null;
  return table.partition.definitions.filter((p) => !statistics.has(p.id) || rowCounts.modified(p.id) > 0);
}
