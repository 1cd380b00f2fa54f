import type { Statement } from '../../parser/ast/index.js';
import type { DbInfo, TableInfo } from '../../catalog/model.js';
import { splitStatements } from './split-statements.js';
import { mysqlError } from '../../types/error-table.js';
import type { Datum } from '../../types/datum.js';
import type { Session } from '../session.js';
import { dumpStatistics, loadStatistics } from '../statistics/dump.js';
import { findVariable, allVariables } from '../variables/system-variable.js';
import { keepDump } from './dump-files.js';
import { unzip, zip, type ZipEntry } from './zip.js';
import { quoteName } from '../../parser/restore.js';

/** A statement of a dump, and what EXPLAIN says of it. */
export interface DumpedStatement {
  readonly sql: string;
  readonly explain: readonly (readonly string[])[];
  readonly tables: readonly { readonly db: DbInfo; readonly table: TableInfo }[];
}

const textOf = (d: Datum | undefined): string => (d instanceof Uint8Array ? Buffer.from(d).toString() : '');

/** Variables that say where a server runs, not how it plans. */
const LOCAL: ReadonlySet<string> = new Set([
  'hostname',
  'port',
  'socket',
  'datadir',
  'server_uuid',
  'last_insert_id',
  'identity',
  'timestamp',
  'tidb_current_ts',
  'tidb_snapshot',
]);

/**
 * PLAN REPLAYER DUMP: an archive of all that a plan depends on, laid out as TiDB's: tables, statistics, variables, bindings, the
 * statements and their plans. Gives the name that /plan_replayer/dump/NAME serves it by.
 */
export async function dumpPlan(session: Session, statements: readonly DumpedStatement[]): Promise<string> {
  const { engine } = session;
  const files: ZipEntry[] = [];
  const add = (name: string, data: string): void => {
    files.push({ name, data: Buffer.from(data) });
  };
  add('config.toml', '');
  add('meta.txt', engine.tidbVersion);
  add('sql_meta.toml', 'type = "DUMP"\n');
  const tables = new Map<number, { db: DbInfo; table: TableInfo }>();
  for (const s of statements) for (const t of s.tables) tables.set(t.table.id, t);
  const listed: string[] = [];
  // Views come behind the tables that they read.
  const ordered = [...tables.values()].sort(
    (a, b) => Number(a.table.view !== undefined) - Number(b.table.view !== undefined),
  );
  for (const { db, table } of ordered) {
    if (table.virtual === true) continue;
    const [row] = await engine.internalQuery(
      `SHOW CREATE TABLE ${quoteName(db.name)}.${quoteName(table.name)}`,
      db.name,
    );
    const name = `${db.name}.${table.name}`;
    listed.push(`${db.name};${table.name}`);
    add(
      `schema/${name}.schema.txt`,
      `create database if not exists ${quoteName(db.name)}; use ${quoteName(db.name)};${textOf(row?.[1])}`,
    );
    if (table.view === undefined)
      add(`stats/${name}.json`, JSON.stringify(await dumpStatistics(engine, db, table)));
  }
  add('schema/schema_meta.txt', listed.join('\n'));
  add(
    'variables.toml',
    allVariables()
      .filter((v) => v.readOnly !== true && v.scope !== 'none' && !LOCAL.has(v.name))
      .map((v) => `${v.name} = ${JSON.stringify(session.vars.get(v.name))}\n`)
      .join(''),
  );
  add('session_bindings.sql', session.bindings.list.map((b) => `${b.bindSql}\n`).join(''));
  add('global_bindings.sql', engine.bindings.list.map((b) => `${b.bindSql}\n`).join(''));
  for (const [i, s] of statements.entries()) {
    add(`sql/sql${i}.sql`, s.sql);
    add(`explain/sql${i}.txt`, s.explain.map((r) => r.join('\t')).join('\n'));
  }
  return keepDump('replayer', zip(files));
}

/** PLAN REPLAYER LOAD: makes the tables of a dump, with its statistics, and takes over its variables in this session. */
export async function loadPlan(session: Session, archive: Buffer): Promise<void> {
  let files: ZipEntry[];
  try {
    files = unzip(archive);
  } catch (e) {
    throw mysqlError('ER_UNKNOWN_ERROR', e instanceof Error ? e.message : String(e));
  }
  const { engine } = session;
  const byName = new Map(files.map((f) => [f.name, f.data.toString('utf8')]));
  for (const [name, value] of tomlStrings(byName.get('variables.toml') ?? '')) {
    const variable = findVariable(name);
    if (variable === undefined || variable.readOnly === true || LOCAL.has(name)) continue;
    if (variable.scope !== 'both' && variable.scope !== 'session') continue;
    if (session.vars.get(name) === value) continue;
    try {
      session.vars.set(name, value, session.statement);
    } catch {
      session.statement.warn({
        level: 'Warning',
        code: 1105,
        message: `variable ${name} was not taken over`,
      });
    }
  }
  const order = (byName.get('schema/schema_meta.txt') ?? '').split('\n').filter((l) => l !== '');
  const schemas =
    order.length > 0
      ? order.map((l) => `schema/${l.replace(';', '.')}.schema.txt`)
      : [...byName.keys()].filter((n) => n.endsWith('.schema.txt'));
  for (const name of schemas) {
    let db = '';
    for (const sql of splitStatements(byName.get(name) ?? '')) {
      const use = /^use\s+`?((?:[^`]|``)+)`?$/i.exec(sql.trim());
      if (use !== null) db = use[1]!.replaceAll('``', '`');
      else await engine.internalQuery(sql, db);
    }
  }
  for (const [name, text] of byName) if (/^stats\/.*\.json$/.test(name)) await loadStatistics(engine, text);
}

/** Lines `name = "value"`. */
function* tomlStrings(text: string): Generator<readonly [string, string]> {
  for (const line of text.split('\n')) {
    const m = /^([A-Za-z_0-9.]+)\s*=\s*("(?:[^"\\]|\\.)*")\s*$/.exec(line);
    if (m !== null) yield [m[1]!, JSON.parse(m[2]!) as string];
  }
}

/** Statements of a dump are those that have plans. */
export const isDumpable = (s: Statement): boolean =>
  ['Select', 'SetOperation', 'Values', 'TableStmt', 'Insert', 'Update', 'Delete'].includes(s.kind);
