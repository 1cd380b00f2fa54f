import type { AnalyzeTableStmt } from '../../parser/ast/index.js';
import type { DbInfo, TableInfo } from '../../catalog/model.js';
import { mysqlError } from '../../types/error-table.js';
import { buildOperator } from '../../executor/build-operator.js';
import { analyzedColumns, planAnalyze } from '../../planner/analyze-plan.js';
import type { AnalyzeOptions } from '../../statistics/builder.js';
import { DEFAULT_ANALYZE, TableStatsBuilder } from '../../statistics/builder.js';
import type { Session } from '../session.js';
import { SessionExecContext } from '../session-exec.js';
import { registerStatement } from './statement-handler.js';
import { tableNamed } from './table-named.js';

/** Options of ANALYZE … WITH n NAME: largest value, and the builder's setting that it stands for (TiDB's limits). */
const OPTIONS: Readonly<Record<string, { readonly max: number; readonly sets?: keyof AnalyzeOptions }>> = {
  BUCKETS: { max: 100_000, sets: 'buckets' },
  TOPN: { max: 100_000, sets: 'topN' },
  SAMPLES: { max: 5_000_000, sets: 'samples' },
  'CMSKETCH WIDTH': { max: 131_072 },
  'CMSKETCH DEPTH': { max: 1024 },
  SAMPLERATE: { max: 1 },
};

function optionsOf(stmt: AnalyzeTableStmt): AnalyzeOptions {
  const options: { -readonly [K in keyof AnalyzeOptions]: number } = { ...DEFAULT_ANALYZE };
  for (const { name, value } of stmt.options) {
    const rule = OPTIONS[name];
    if (rule === undefined) continue;
    const least = name === 'TOPN' || name === 'SAMPLERATE' ? 0 : 1;
    if (value < least || value > rule.max)
      throw mysqlError(
        'ER_UNKNOWN_ERROR',
        `Value of analyze option ${name} should not be larger than ${rule.max}`,
      );
    if (rule.sets !== undefined) options[rule.sets] = value;
  }
  return options;
}

registerStatement('AnalyzeTable', {
  implicitCommit: true,
  run: async (session, stmt) => {
    const options = optionsOf(stmt);
    const tables = stmt.tables.map((name) => tableNamed(session, name));
    for (const { db, table } of tables) {
      if (table.view !== undefined)
        throw mysqlError('ER_UNKNOWN_ERROR', `analyze view ${table.name} is not supported now.`);
      session.privileges.require('INSERT', db.name, table.name);
      session.privileges.require('SELECT', db.name, table.name);
      for (const name of stmt.indexes ?? []) {
        if (!table.indices.some((i) => i.lower === name.toLowerCase()))
          throw mysqlError('ER_KEY_DOES_NOT_EXITS', name, table.name);
      }
      for (const name of stmt.columns?.names ?? []) {
        if (!table.columns.some((c) => c.lower === name.toLowerCase() && c.state === 'public'))
          throw mysqlError('ER_BAD_FIELD_ERROR', name, table.name);
      }
    }
    for (const { db, table } of tables) {
      if (table.virtual === true) continue;
      if (session.engine.statistics.isLocked(table.id)) {
        session.statement.warn({
          level: 'Warning',
          code: 1105,
          message: `skip analyze locked table: ${db.name}.${table.name}`,
        });
        continue;
      }
      noteSampleRate(session, db, table);
      await analyze(session, db, table, options);
    }
    return null;
  },
});

/** TiDB tells how it samples; here every row is read, and sampled by a reservoir. */
function noteSampleRate(session: Session, db: DbInfo, table: TableInfo): void {
  const known = session.engine.statistics.get(table.id);
  const rows = session.engine.rowCounts.get(table.id) ?? 0;
  const rate = known === null ? 1 : Math.min(1, 110_000 / Math.max(1, rows));
  const reason =
    known !== null && rows === 0
      ? 'TiDB assumes that the table is empty, use sample-rate=1'
      : `use min(1, 110000/${known === null ? 10_000 : rows}) as the sample-rate=${rate === 1 ? 1 : rate}`;
  session.statement.warn({
    level: 'Note',
    code: 1105,
    message: `Analyze use auto adjusted sample rate ${rate.toFixed(6)} for table ${db.name}.${table.name}, reason to use this rate is "${reason}"`,
  });
}

/** Reads the whole table at one snapshot and keeps what the optimizer asks for. */
async function analyze(
  session: Session,
  db: DbInfo,
  table: TableInfo,
  options: AnalyzeOptions,
): Promise<void> {
  const { storage } = session.engine;
  const ts = await storage.currentTs();
  const release = storage.pinTs(ts);
  session.statement.state = `analyzing ${db.name}.${table.name}`;
  const builder = new TableStatsBuilder(table, analyzedColumns(table), options);
  const context = new SessionExecContext(
    session,
    session.statement,
    session.schema,
    null,
    storage.snapshot(ts),
    ts,
  );
  const operator = buildOperator(planAnalyze(db, table), context);
  try {
    await operator.open();
    for (;;) {
      const pause = session.statement.checkpoint();
      if (pause !== undefined) await pause;
      const chunk = await operator.next();
      if (chunk === null) break;
      builder.add(chunk);
      session.statement.state = `analyzing ${db.name}.${table.name}: ${builder.rows} rows`;
    }
  } finally {
    await operator.close();
    release();
  }
  await session.engine.statistics.put(builder.finish(ts));
}

registerStatement(['LockStats', 'UnlockStats'], {
  run: (session, stmt) => {
    const skipped: string[] = [];
    for (const name of stmt.tables) {
      const { db, table } = tableNamed(session, name);
      session.privileges.require('INSERT', db.name, table.name);
      const { statistics } = session.engine;
      const changed = stmt.kind === 'LockStats' ? statistics.lock(table.id) : statistics.unlock(table.id);
      if (!changed) skipped.push(`${db.name}.${table.name}`);
    }
    if (skipped.length > 0) {
      const locking = stmt.kind === 'LockStats';
      const word = skipped.length > 1 ? 'tables' : 'table';
      session.statement.warn({
        level: 'Warning',
        code: 1105,
        message: `skip ${locking ? 'locking locked' : 'unlocking unlocked'} ${word}: ${skipped.join(', ')}`,
      });
    }
    return null;
  },
});

registerStatement('DropStats', {
  implicitCommit: true,
  run: async (session, stmt) => {
    for (const name of stmt.tables) await session.engine.statistics.drop(tableNamed(session, name).table.id);
    return null;
  },
});
