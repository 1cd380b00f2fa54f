import type { Query, RecommendIndexStmt, Statement } from '../../parser/ast/index.js';
import { normalize } from '../../parser/digest.js';
import { quoteName } from '../../parser/restore.js';
import type { Datum } from '../../types/datum.js';
import { MysqlError } from '../../types/error.js';
import { mysqlError } from '../../types/error-table.js';
import { bindingText, tablesOf } from '../bindings/binding-text.js';
import { advise, type Recommendation } from '../index-advisor/advise.js';
import {
  ADVISOR_OPTIONS,
  advisorOptions,
  setAdvisorOptions,
  type AdvisorOption,
} from '../index-advisor/options.js';
import { WhatIfQuery } from '../index-advisor/what-if.js';
import type { Outcome } from '../run-statement.js';
import type { Session } from '../session.js';
import { sqlString } from '../statement-text.js';
import { staticRows, text, textColumn } from '../static-rows.js';
import { durationMs } from '../variables/go-duration.js';
import { handlerOf, registerStatement } from './statement-handler.js';

/** Databases of the server itself: what reads them is left as it is. */
const OWN_DATABASES: ReadonlySet<string> = new Set([
  'mysql',
  'information_schema',
  'performance_schema',
  'metrics_schema',
  'sys',
]);

const failure = (message: string): Error => mysqlError('ER_UNKNOWN_ERROR', message);

/** RECOMMEND INDEX (TiDB docs, "Index Advisor"). Throws 1105. */
registerStatement('RecommendIndex', {
  transactional: (stmt) => (stmt.action === 'RUN' ? 'read' : 'none'),
  implicitCommit: (_session, stmt) => stmt.action === 'APPLY',
  run: async (session, stmt, parsed): Promise<Outcome> => {
    switch (stmt.action) {
      case 'RUN':
        return run(session, stmt);
      case 'SHOW': {
        const set = await advisorOptions(session);
        return staticRows(
          ['option', 'value', 'description'].map((name) => textColumn(name)),
          Object.entries(ADVISOR_OPTIONS).map(([name, { description }]) =>
            [name, set[name as AdvisorOption], description].map(text),
          ),
        );
      }
      case 'SET':
        session.privileges.requireGlobal('SUPER', 'SYSTEM_VARIABLES_ADMIN');
        await setAdvisorOptions(session, stmt.options);
        return null;
      case 'APPLY': {
        const [create] = session.parse(await keptStatement(session, stmt.id!));
        await handlerOf('CreateIndex').run(session, create!.stmt, { ...create!, text: parsed.text });
        return null;
      }
      default: {
        await keptStatement(session, stmt.id!);
        await session.engine.internalQuery(
          `UPDATE mysql.index_advisor_results SET extra = '{"ignored": true}', updated_at = NOW() WHERE id = ${stmt.id}`,
        );
        return null;
      }
    }
  },
});

async function run(session: Session, stmt: RecommendIndexStmt): Promise<Outcome> {
  const options = await advisorOptions(session, stmt.options);
  const deadline = performance.now() + durationMs(options.timeout);
  const queries: WhatIfQuery[] = [];
  if (stmt.sql !== null) {
    const texts = stmt.sql.split(';').filter((s) => s.trim() !== '');
    if (texts.length === 0) throw failure('empty SQLs');
    for (const parsed of session.parse(stmt.sql)) {
      const query = whatIf(session, parsed.stmt, session.currentDatabase, 1, false);
      if (query === null) continue;
      await query.look();
      queries.push(query);
    }
  } else queries.push(...(await workload(session, Number(options.max_num_query), deadline)));
  if (queries.length === 0) throw failure('empty query set after filtering invalid queries');
  if (performance.now() >= deadline) throw failure('index advisor timeout');
  const found = await advise(queries, {
    indexes: Number(options.max_num_index),
    columns: Number(options.max_index_columns),
    deadline,
  });
  const ignored = await ignoredIndexes(session);
  const named = found
    .filter((r) => !ignored.has(`${r.db.lower}.${r.table.lower}(${r.columns.join(',')})`))
    .map((r) => describe(session, r));
  for (const one of named) await keep(session, one);
  return staticRows(
    [
      ...['database', 'table', 'index_name'].map((name) => textColumn(name, 64)),
      ...['index_columns', 'est_index_size', 'reason'].map((name) => textColumn(name)),
      ...['top_impacted_query', 'create_index_statement'].map((name) => textColumn(name, 65535)),
    ],
    named.map((r) =>
      [r.db, r.table, r.index, r.columns, String(r.size), r.reason, r.queries, `${r.create};`].map(text),
    ),
  );
}

/** A query to find indexes for; null for what is none, and for those of the server's own tables. */
function whatIf(
  session: Session,
  stmt: Statement,
  database: string,
  frequency: number,
  isPrepared: boolean,
): WhatIfQuery | null {
  if (stmt.kind !== 'Select' && stmt.kind !== 'SetOperation') return null;
  if (tablesOf(stmt, database).some((t) => OWN_DATABASES.has(t.db.toLowerCase()))) return null;
  const named = bindingText(stmt, database);
  const query = session.parse(named)[0]!.stmt as Query;
  return new WhatIfQuery(session, query, named, frequency, isPrepared);
}

/** The queries that ran most often; those that cannot be planned any more, or not by this user, are left out. */
async function workload(session: Session, most: number, deadline: number): Promise<WhatIfQuery[]> {
  const rows = await session.engine.internalQuery(
    `SELECT ANY_VALUE(schema_name), ANY_VALUE(query_sample_text), CAST(SUM(exec_count) AS CHAR), CAST(MAX(prepared) AS CHAR)
     FROM information_schema.statements_summary_history
     WHERE stmt_type = 'Select' AND summary_begin_time >= NOW() - INTERVAL 1 DAY
     GROUP BY digest ORDER BY SUM(exec_count) DESC LIMIT ${most}`,
  );
  if (rows.length === 0) throw failure("can't get any queries from statements_summary");
  const queries: WhatIfQuery[] = [];
  for (const row of rows) {
    if (performance.now() > deadline) break;
    const [database, sample, count, prepared] = row.map(asText) as [string, string, string, string];
    const isPrepared = prepared === '1';
    try {
      const parsed = session.parse(isPrepared ? sample.replace(/ \[arguments: [^]*\]$/, '') : sample)[0];
      const query = parsed && whatIf(session, parsed.stmt, database, Number(count), isPrepared);
      if (!query) continue;
      await query.look();
      queries.push(query);
    } catch (error) {
      if (!(error instanceof MysqlError)) throw error;
    }
  }
  return queries;
}

interface NamedIndex {
  readonly db: string;
  readonly table: string;
  readonly index: string;
  readonly columns: string;
  readonly size: number;
  readonly reason: string;
  /** JSON. */
  readonly queries: string;
  readonly improvement: number;
  readonly create: string;
}

function describe(session: Session, r: Recommendation): NamedIndex {
  const { db, table } = r;
  const columns = r.columns.map((c) => table.columns.find((o) => o.lower === c)!);
  const names = columns.map((c) => c.name);
  const index = freeName(new Set(table.indices.map((i) => i.lower)), names);
  const statistics = session.engine.statistics.get(table.id);
  const bytes = columns.reduce((n, c) => n + (statistics?.columns.get(c.id)?.avgSize ?? 0), 0);
  const first = r.impacts[0]!.query;
  return {
    db: db.name,
    table: table.name,
    index,
    columns: names.join(','),
    size: Math.round(bytes * (statistics?.rowCount ?? 0)),
    reason: `Column [${names.join(' ')}] appear in Equal or Range Predicate clause(s) in query: ${normalize(first)}`,
    queries: JSON.stringify(r.impacts.map((i) => ({ Query: i.query, Improvement: i.improvement }))),
    improvement: r.improvement,
    create: createIndex(table.name, index, names),
  };
}

const plainName = (name: string): string => (/^[a-z_][a-z0-9_$]*$/i.test(name) ? name : quoteName(name));

const createIndex = (table: string, index: string, columns: readonly string[]): string =>
  `CREATE INDEX ${plainName(index)} ON ${plainName(table)}(${columns.map(plainName).join(',')})`;

/** A name that the table's indexes do not have. */
function freeName(taken: ReadonlySet<string>, columns: readonly string[]): string {
  const base = `idx_${columns.join('_')}`.slice(0, 60);
  let name = base;
  for (let n = 0; taken.has(name.toLowerCase()); n++) name = `${base}_${n}`;
  return name;
}

async function keep(session: Session, r: NamedIndex): Promise<void> {
  const texts = [r.db, r.table, r.index, r.columns].map(sqlString).join(', ');
  const json = [
    JSON.stringify({ IndexSize: r.size, Reason: r.reason }),
    r.queries,
    JSON.stringify({ WorkloadImprovement: r.improvement }),
  ];
  await session.engine.internalQuery(
    `INSERT INTO mysql.index_advisor_results (created_at, updated_at, schema_name, table_name, index_name, index_columns,
       index_details, top_impacted_queries, workload_impact, extra)
     VALUES (NOW(), NOW(), ${texts}, ${json.map(sqlString).join(', ')}, NULL)
     ON DUPLICATE KEY UPDATE updated_at = NOW(), index_details = VALUES(index_details),
       top_impacted_queries = VALUES(top_impacted_queries), workload_impact = VALUES(workload_impact)`,
  );
}

/** The statement that makes an index which was recommended before. Throws 1105. */
async function keptStatement(session: Session, id: number): Promise<string> {
  const [row] = await session.engine.internalQuery(
    `SELECT schema_name, table_name, index_name, index_columns FROM mysql.index_advisor_results WHERE id = ${id}`,
  );
  if (row === undefined) throw failure(`no recommendation with id ${id}`);
  const [db, table, index, columns] = row.map(asText) as [string, string, string, string];
  const list = columns.split(',').map(quoteName).join(', ');
  return `CREATE INDEX ${quoteName(index)} ON ${quoteName(db)}.${quoteName(table)} (${list})`;
}

/** RECOMMEND INDEX IGNORE: recommended no more. */
async function ignoredIndexes(session: Session): Promise<ReadonlySet<string>> {
  const rows = await session.engine.internalQuery(
    `SELECT CONCAT(schema_name, '.', table_name, '(', index_columns, ')') FROM mysql.index_advisor_results
     WHERE extra->'$.ignored' = TRUE`,
  );
  return new Set(rows.map(([name]) => asText(name!).toLowerCase()));
}

const asText = (v: Datum): string => (v === null ? '' : Buffer.from(v as Uint8Array).toString());
