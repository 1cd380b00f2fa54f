import type { AnalyzeTableStmt } from '../../parser/ast/index.js';
import type { DbInfo, PartitionDefinition, TableInfo } from '../../catalog/model.js';
import { mysqlError } from '../../types/error-table.js';
import type { Session } from '../session.js';
import { analyzeRequest, givenOptions, keepOptions } from '../statistics/analyze-request.js';
import { analyzeTable, autoRate } from '../statistics/analyze-table.js';
import { partitionsNamed } from '../statistics/partitions-named.js';
import { registerStatement } from './statement-handler.js';
import { tableNamed } from './table-named.js';

function check(session: Session, stmt: AnalyzeTableStmt, db: DbInfo, table: TableInfo): void {
  if (table.view !== undefined)
    throw mysqlError('ER_UNKNOWN_ERROR', `analyze view ${table.name} is not supported now.`);
  if (table.sequence !== undefined)
    throw mysqlError('ER_UNKNOWN_ERROR', `analyze sequence ${table.name} is not supported now.`);
  session.privileges.require('INSERT', db.name, table.name);
  session.privileges.require('SELECT', db.name, table.name);
  for (const name of stmt.indexes ?? []) {
    const clustered = name.toLowerCase() === 'primary' && table.pkIsHandle;
    if (!clustered && !table.indices.some((i) => i.lower === name.toLowerCase()))
      throw mysqlError('ER_KEY_DOES_NOT_EXITS', name, table.name);
  }
  if (stmt.indexes !== null && stmt.partitions.length > 0) {
    const named = new Set(stmt.indexes.map((n) => n.toLowerCase()));
    const global = table.indices.find((i) => i.global === true && (named.size === 0 || named.has(i.lower)));
    if (global !== undefined)
      throw mysqlError(
        'ER_UNKNOWN_ERROR',
        `Analyze global index '${global.name}' can't work with analyze specified partitions`,
      );
  }
  for (const name of [...(stmt.columns?.names ?? []), ...(stmt.histogram?.columns ?? [])]) {
    if (!table.columns.some((c) => c.lower === name.toLowerCase() && c.state === 'public' && !c.hidden))
      throw mysqlError('ER_BAD_FIELD_ERROR', name, table.name);
  }
}

registerStatement('AnalyzeTable', {
  implicitCommit: true,
  run: async (session, stmt) => {
    if (stmt.incremental)
      throw mysqlError(
        'ER_UNKNOWN_ERROR',
        'the incremental analyze feature has already been removed in TiDB v7.5.0, so this will have no effect',
      );
    const given = givenOptions(stmt);
    const tables = stmt.tables.map((name) => {
      const { db, table } = tableNamed(session, name);
      check(session, stmt, db, table);
      return { db, table, partitions: partitionsNamed(table, stmt.partitions) };
    });
    const locked = warnLocked(session, tables);
    for (const { db, table, partitions } of tables) {
      if (table.virtual === true || table.temporary !== undefined) continue;
      if (stmt.histogram?.action === 'DROP') {
        await dropHistograms(session, table, stmt.histogram.columns);
        continue;
      }
      if (physicalIds(table, partitions).every((id) => locked.has(id))) continue;
      if (stmt.indexes !== null && session.vars.get('tidb_analyze_version') === '2')
        warn(session, 'The version 2 would collect all statistics not only the selected indexes');
      const request = await analyzeRequest(session, table, { ...stmt, given });
      if (session.vars.get('tidb_analyze_version') === '1') warnMultiValued(session, table, stmt.indexes);
      else if (request.options.sampleRate === 0 && given.samples === undefined)
        noteSampleRate(session, db, table, partitions);
      await keepOptions(session, table, request);
      await analyzeTable(session, db, table, request, partitions);
    }
    return null;
  },
});

const warn = (session: Session, message: string): void =>
  session.statement.warn({ level: 'Warning', code: 1105, message });

interface AnalyzedTable {
  readonly db: DbInfo;
  readonly table: TableInfo;
  /** Those named; null: all. */
  readonly partitions: readonly PartitionDefinition[] | null;
}

const physicalIds = (table: TableInfo, partitions: AnalyzedTable['partitions']): number[] =>
  table.partition === undefined ? [table.id] : (partitions ?? table.partition.definitions).map((p) => p.id);

/** The tables and partitions whose statistics are locked, told of in TiDB's words. */
function warnLocked(session: Session, tables: readonly AnalyzedTable[]): ReadonlySet<number> {
  const { statistics } = session.engine;
  const locked = new Set<number>();
  const names: string[] = [];
  let others = false;
  for (const { db, table, partitions } of tables) {
    const name = `${db.name}.${table.name}`;
    const whole = statistics.isLocked(table.id);
    if (whole) names.push(name);
    for (const id of physicalIds(table, partitions)) {
      if (!whole && !statistics.isLocked(id)) others = true;
      else locked.add(id);
      const partition = table.partition?.definitions.find((p) => p.id === id);
      if (!whole && partition !== undefined && locked.has(id))
        names.push(`${name} partition (${partition.name})`);
    }
  }
  if (names.length > 0)
    warn(
      session,
      `skip analyze locked table${names.length > 1 ? 's' : ''}: ${names.join(', ')}` +
        (names.length > 1 && others ? ', other tables will be analyzed' : ''),
    );
  return locked;
}

/** The first version of statistics knows nothing of multi-valued indexes (TiDB's warning). */
function warnMultiValued(session: Session, table: TableInfo, indexes: readonly string[] | null): void {
  const named =
    indexes === null || indexes.length === 0 ? null : new Set(indexes.map((n) => n.toLowerCase()));
  for (const index of table.indices)
    if (index.columns.some((c) => table.columns[c.offset]!.type.arrayOf !== undefined))
      if (named === null || named.has(index.lower))
        warn(session, `analyzing multi-valued indexes is not supported, skip ${index.name}`);
}

/** TiDB tells how it samples; here every row is read, and sampled by a reservoir. */
function noteSampleRate(
  session: Session,
  db: DbInfo,
  table: TableInfo,
  partitions: readonly PartitionDefinition[] | null,
): void {
  const { statistics, rowCounts } = session.engine;
  const of = (physicalId: number, name: string): void => {
    const known = statistics.has(physicalId);
    const rows = rowCounts.get(physicalId) ?? 0;
    const rate = known ? autoRate(rows) : 1;
    const reason =
      known && rows === 0
        ? 'TiDB assumes that the table is empty, use sample-rate=1'
        : `use min(1, 110000/${known ? rows : 10_000}) as the sample-rate=${rate}`;
    session.statement.warn({
      level: 'Note',
      code: 1105,
      message: `Analyze use auto adjusted sample rate ${rate.toFixed(6)} for table ${db.name}.${name}, reason to use this rate is "${reason}"`,
    });
  };
  if (table.partition === undefined) of(table.id, table.name);
  else
    for (const p of partitions ?? table.partition.definitions)
      if (!statistics.isLocked(p.id)) of(p.id, `${table.name}'s partition ${p.name}`);
}

/** MySQL's ANALYZE TABLE … DROP HISTOGRAM ON. */
async function dropHistograms(session: Session, table: TableInfo, names: readonly string[]): Promise<void> {
  const { statistics } = session.engine;
  const stats = await statistics.want(table.id);
  if (stats === null) return;
  const gone = table.columns.filter((c) => names.some((n) => n.toLowerCase() === c.lower)).map((c) => c.id);
  await statistics.dropColumns(table, gone);
}

registerStatement('DropStats', {
  implicitCommit: true,
  run: async (session, stmt) => {
    for (const name of stmt.tables) {
      const { db, table } = tableNamed(session, name);
      session.privileges.require('INSERT', db.name, table.name);
      session.privileges.require('SELECT', db.name, table.name);
      const partitions = partitionsNamed(table, stmt.partitions);
      const ids =
        partitions !== null
          ? partitions.map((p) => p.id)
          : stmt.global
            ? [table.id]
            : [table.id, ...(table.partition?.definitions.map((p) => p.id) ?? [])];
      for (const id of ids) await session.engine.statistics.drop(id, true);
    }
    return null;
  },
});
