import type { GrantStmt, PrivilegeLevel, PrivilegeSpec, RevokeStmt } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import { SqlMode } from '../../types/sql-mode.js';
import {
  accountKey,
  accountOf,
  type AccountName,
  quote,
  rowsOf,
  shownAccount,
} from '../privileges/account-name.js';
import type { ServerQuery } from '../privileges/password-policy.js';
import {
  COLUMN_PRIVILEGES,
  DATABASE_PRIVILEGES,
  DYNAMIC_PRIVILEGES,
  GLOBAL_PRIVILEGES,
  privilegeColumn,
  TABLE_PRIVILEGES,
  tableMember,
} from '../privileges/privilege-names.js';
import type { Session } from '../session.js';
import { accountsChanged, insertAccount, writeRequirement } from './account.js';
import { registerStatement } from './statement-handler.js';

interface Target {
  readonly level: 'GLOBAL' | 'DATABASE' | 'TABLE';
  readonly db: string;
  readonly table: string;
}

function targetOf(session: Session, on: PrivilegeLevel): Target {
  if (on.objectType === 'FUNCTION' || on.objectType === 'PROCEDURE')
    throw mysqlError('ER_NOT_SUPPORTED_YET', `GRANT ON ${on.objectType}`);
  if (on.level === 'GLOBAL') return { level: 'GLOBAL', db: '', table: '' };
  const db = session.databaseOf(on.schema);
  // The name as it was given to the object; objects that are not there yet may be named too.
  const shown = session.schema.database(db)?.name ?? db;
  if (on.level === 'DATABASE') return { level: 'DATABASE', db: shown, table: '' };
  const table = on.table ?? '';
  return { level: 'TABLE', db: shown, table: session.schema.table(db, table)?.name ?? table };
}

/** What a GRANT or REVOKE is about. */
interface Privileges {
  readonly statics: readonly string[];
  readonly dynamics: readonly string[];
  /** Columns (as the table spells them) by privilege. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  readonly all: boolean;
}

const KNOWN: Readonly<Record<Target['level'], readonly string[]>> = {
  GLOBAL: GLOBAL_PRIVILEGES,
  DATABASE: DATABASE_PRIVILEGES,
  TABLE: TABLE_PRIVILEGES,
};
const EVERY_STATIC: ReadonlySet<string> = new Set([
  ...GLOBAL_PRIVILEGES,
  ...DATABASE_PRIVILEGES,
  'USAGE',
  'PROXY',
]);

/** The privileges named, ALL spelled out. Throws 1144, 1221, 3619, 3929 for those that the level does not know. */
function privilegesOf(
  session: Session,
  specs: readonly PrivilegeSpec[],
  target: Target,
  unregistered: (name: string) => void,
): Privileges {
  const known = KNOWN[target.level];
  const statics = new Set<string>();
  const dynamics = new Set<string>();
  const columns = new Map<string, string[]>();
  const illegal: string[] = [];
  let all = false;
  for (const { name, columns: named } of specs) {
    if (named.length > 0) {
      addColumns(session, target, name, named, columns);
      continue;
    }
    if (name === 'USAGE') continue;
    if (name === 'ALL' || name === 'ALL PRIVILEGES') {
      all = true;
      for (const p of known) if (p !== 'GRANT OPTION') statics.add(p);
      continue;
    }
    if (known.includes(name)) statics.add(name);
    else if (EVERY_STATIC.has(name)) throw illegalAt(target.level);
    else if (target.level !== 'GLOBAL') illegal.push(name);
    else if (DYNAMIC_PRIVILEGES.has(name)) dynamics.add(name);
    else unregistered(name);
  }
  if (illegal.length > 0) throw mysqlError('ER_ILLEGAL_PRIVILEGE_LEVEL', illegal.join(','));
  return { statics: [...statics], dynamics: [...dynamics], columns, all };
}

const illegalAt = (level: Target['level']): Error =>
  level === 'TABLE'
    ? mysqlError('ER_ILLEGAL_GRANT_FOR_TABLE')
    : mysqlError('ER_WRONG_USAGE', 'DB GRANT', 'GLOBAL PRIVILEGES');

function addColumns(
  session: Session,
  target: Target,
  name: string,
  named: readonly string[],
  columns: Map<string, string[]>,
): void {
  if (target.level !== 'TABLE') throw mysqlError('ER_ILLEGAL_GRANT_FOR_TABLE');
  const table = session.schema.table(target.db, target.table);
  if (table === null) throw mysqlError('ER_NO_SUCH_TABLE', target.db, target.table);
  const privileges = name === 'ALL' || name === 'ALL PRIVILEGES' ? COLUMN_PRIVILEGES : [name];
  for (const p of privileges) {
    if (!COLUMN_PRIVILEGES.includes(p))
      throw mysqlError('ER_WRONG_USAGE', 'COLUMN GRANT', 'NON-COLUMN PRIVILEGES');
    for (const written of named) {
      const column = table.columns.find(
        (c) => c.lower === written.toLowerCase() && c.state === 'public' && !c.hidden,
      );
      if (column === undefined) throw mysqlError('ER_BAD_FIELD_ERROR', written, target.table);
      const list = columns.get(p) ?? [];
      if (!list.includes(column.name)) list.push(column.name);
      columns.set(p, list);
    }
  }
}

registerStatement('Grant', {
  implicitCommit: true,
  run: async (session, stmt: GrantStmt) => {
    const { engine } = session;
    const target = targetOf(session, stmt.on);
    const p = privilegesOf(session, stmt.privileges, target, (name) => {
      throw mysqlError('ER_DYNAMIC_PRIVILEGE_NOT_REGISTERED', name);
    });
    // A table that is to be created may be granted on (MySQL manual, "GRANT Statement": CREATE).
    if (
      target.level === 'TABLE' &&
      session.schema.table(target.db, target.table) === null &&
      !p.statics.includes('CREATE')
    )
      throw mysqlError('ER_NO_SUCH_TABLE', target.db, target.table);
    requireGrantOption(session, target, p);
    const create = (session.evalContext.sqlMode & SqlMode.NoAutoCreateUser) === 0;
    await engine.internalTransaction(async (query) => {
      for (const spec of stmt.users) {
        const a = accountOf(session, spec.user);
        if (engine.accounts.exact(a.user, a.host) === null) {
          if (!create) throw mysqlError('ER_CANT_CREATE_USER_WITH_GRANT');
          session.privileges.requireGlobal('CREATE USER');
          await insertAccount(session, query, spec, { set: [], patch: {} }, []);
        }
        await writeRequirement(query, a, stmt.require);
        // A dynamic privilege carries its own option.
        const option = stmt.grantOption && (p.statics.length > 0 || p.dynamics.length === 0);
        const statics = option ? [...new Set([...p.statics, 'GRANT OPTION'])] : p.statics;
        await give(session, query, a, target, { ...p, statics });
        for (const name of p.dynamics)
          await query(
            `REPLACE INTO mysql.global_grants (USER, HOST, PRIV, WITH_GRANT_OPTION) VALUES (${quote(a.user)}, ${quote(a.host)}, ${quote(name)}, '${stmt.grantOption ? 'Y' : 'N'}')`,
          );
      }
    });
    await accountsChanged(session);
    return null;
  },
});

registerStatement('Revoke', {
  implicitCommit: true,
  run: async (session, stmt: RevokeStmt) => {
    const { engine } = session;
    const target = stmt.on === null ? null : targetOf(session, stmt.on);
    const p =
      target === null
        ? null
        : privilegesOf(session, stmt.privileges, target, (name) => {
            const { code, message } = mysqlError('ER_DYNAMIC_PRIVILEGE_NOT_REGISTERED', name);
            session.statement.warn({ level: 'Warning', code, message });
          });
    if (target !== null && p !== null) requireGrantOption(session, target, p);
    else if (!session.privileges.has('UPDATE', 'mysql', 'user'))
      session.privileges.requireGlobal('CREATE USER');
    await engine.internalTransaction(async (query) => {
      for (const user of stmt.users) {
        const a = accountOf(session, user);
        if (engine.accounts.exact(a.user, a.host) === null) {
          if (!stmt.ignoreUnknownUser)
            throw mysqlError('ER_UNKNOWN_ERROR', `Unknown user: ${shownAccount(a)}`);
          session.statement.warn({
            level: 'Warning',
            code: 3162,
            message: `Authorization ID ${a.user}@${a.host} does not exist.`,
          });
        } else if (target === null || p === null) await revokeEverything(query, a);
        else {
          await take(session, query, a, target, p, stmt.ifExists);
          for (const name of p.dynamics)
            await query(`DELETE FROM mysql.global_grants WHERE ${rowsOf(a)} AND PRIV = ${quote(name)}`);
          if (p.all && target.level === 'GLOBAL')
            await query(`DELETE FROM mysql.global_grants WHERE ${rowsOf(a)}`);
        }
      }
    });
    await accountsChanged(session);
    return null;
  },
});

/** REVOKE ALL PRIVILEGES, GRANT OPTION: privileges of every level, but not roles. */
async function revokeEverything(query: ServerQuery, a: AccountName): Promise<void> {
  const set = GLOBAL_PRIVILEGES.map((name) => `${privilegeColumn(name)} = 'N'`).join(', ');
  await query(`UPDATE mysql.user SET ${set} WHERE ${rowsOf(a)}`);
  for (const table of ['db', 'tables_priv', 'columns_priv', 'global_grants'])
    await query(`DELETE FROM mysql.${table} WHERE ${rowsOf(a)}`);
}

/** Who passes privileges on holds them, and the option to do so. Throws 1227, 1044, 1142. */
function requireGrantOption(session: Session, target: Target, p: Privileges): void {
  const { privileges } = session;
  const { user, host } = session.connection.account;
  for (const name of p.dynamics)
    if (!privileges.mayGrantDynamic(name))
      throw mysqlError('ER_SPECIFIC_ACCESS_DENIED_ERROR', 'GRANT OPTION');
  if (p.statics.length === 0 && p.columns.size === 0 && p.dynamics.length > 0) return;
  const db = target.level === 'GLOBAL' ? null : target.db;
  const table = target.table === '' ? null : target.table;
  for (const name of ['GRANT OPTION', ...p.statics, ...p.columns.keys()]) {
    if (privileges.has(name, db, table)) continue;
    if (db === null) throw mysqlError('ER_SPECIFIC_ACCESS_DENIED_ERROR', name);
    if (table === null) throw mysqlError('ER_DBACCESS_DENIED_ERROR', user, host, db);
    throw mysqlError(
      'ER_TABLEACCESS_DENIED_ERROR',
      name === 'GRANT OPTION' ? 'GRANT' : name,
      user,
      host,
      table,
    );
  }
}

const flagsSet = (names: readonly string[], flag: 'Y' | 'N'): string =>
  names.map((n) => `${privilegeColumn(n)} = '${flag}'`).join(', ');

async function give(
  session: Session,
  query: ServerQuery,
  a: AccountName,
  target: Target,
  p: Privileges,
): Promise<void> {
  switch (target.level) {
    case 'GLOBAL':
      if (p.statics.length > 0)
        await query(`UPDATE mysql.user SET ${flagsSet(p.statics, 'Y')} WHERE ${rowsOf(a)}`);
      return;
    case 'DATABASE':
      await query(
        `INSERT IGNORE INTO mysql.db SET Host = ${quote(a.host)}, DB = ${quote(target.db)}, User = ${quote(a.user)}`,
      );
      if (p.statics.length > 0)
        await query(
          `UPDATE mysql.db SET ${flagsSet(p.statics, 'Y')} WHERE ${rowsOf(a)} AND DB = ${quote(target.db)}`,
        );
      return;
    case 'TABLE':
      await changeTable(session, query, a, target, p, true);
  }
}

async function take(
  session: Session,
  query: ServerQuery,
  a: AccountName,
  target: Target,
  p: Privileges,
  ifExists: boolean,
): Promise<void> {
  if (target.level === 'GLOBAL') {
    if (p.statics.length > 0)
      await query(`UPDATE mysql.user SET ${flagsSet(p.statics, 'N')} WHERE ${rowsOf(a)}`);
    return;
  }
  const where = `${rowsOf(a)} AND DB = ${quote(target.db)}`;
  const table = target.level === 'DATABASE' ? 'db' : 'tables_priv';
  const row = target.level === 'DATABASE' ? where : `${where} AND Table_name = ${quote(target.table)}`;
  const [found] = await query(`SELECT COUNT(*) FROM mysql.${table} WHERE ${row}`);
  if (Number(found?.[0]) === 0) {
    const on = target.level === 'DATABASE' ? `database ${target.db}` : `table ${target.db}.${target.table}`;
    const error = mysqlError(
      'ER_UNKNOWN_ERROR',
      `There is no such grant defined for user '${a.user}' on host '${a.host}' on ${on}`,
    );
    if (!ifExists) throw error;
    session.statement.warn({ level: 'Warning', code: error.code, message: error.message });
    return;
  }
  if (target.level === 'TABLE') return changeTable(session, query, a, target, p, false);
  if (p.statics.length > 0) await query(`UPDATE mysql.db SET ${flagsSet(p.statics, 'N')} WHERE ${where}`);
}

const setText = (v: unknown): string[] => {
  const text = v instanceof Uint8Array ? Buffer.from(v).toString() : '';
  return text === '' ? [] : text.split(',');
};

/** Rewrites the rows of a table in tables_priv and columns_priv. */
async function changeTable(
  session: Session,
  query: ServerQuery,
  a: AccountName,
  target: Target,
  p: Privileges,
  add: boolean,
): Promise<void> {
  const row = `Host = ${quote(a.host)} AND DB = ${quote(target.db)} AND User = ${quote(a.user)} AND Table_name = ${quote(target.table)}`;
  const key = `Host = ${quote(a.host)}, DB = ${quote(target.db)}, User = ${quote(a.user)}, Table_name = ${quote(target.table)}`;
  const change = (set: Set<string>, name: string): void => {
    if (add) set.add(tableMember(name));
    else set.delete(tableMember(name));
  };
  // Taking a privilege from the table takes it from its columns too.
  const touched = new Map(p.columns);
  if (!add) {
    for (const name of p.statics) {
      if (!COLUMN_PRIVILEGES.includes(name)) continue;
      const held = session.engine.accounts.tables.columns.filter(
        (c) => accountKey(c) === accountKey(a) && c.db === target.db && c.table === target.table,
      );
      touched.set(name, [...(touched.get(name) ?? []), ...held.map((c) => c.column)]);
    }
  }
  for (const [name, columns] of touched) {
    for (const column of new Set(columns)) {
      const at = `${row} AND Column_name = ${quote(column)}`;
      const [found] = await query(`SELECT CAST(Column_priv AS CHAR) FROM mysql.columns_priv WHERE ${at}`);
      const set = new Set(setText(found?.[0]));
      change(set, name);
      await query(`DELETE FROM mysql.columns_priv WHERE ${at}`);
      if (set.size > 0)
        await query(
          `INSERT INTO mysql.columns_priv SET ${key}, Column_name = ${quote(column)}, Column_priv = ${quote([...set].join(','))}`,
        );
    }
  }
  const [found] = await query(`SELECT CAST(Table_priv AS CHAR) FROM mysql.tables_priv WHERE ${row}`);
  const members = new Set(setText(found?.[0]));
  for (const name of p.statics) change(members, name);
  const columnMembers = new Set<string>();
  for (const [held] of await query(`SELECT CAST(Column_priv AS CHAR) FROM mysql.columns_priv WHERE ${row}`))
    for (const m of setText(held)) columnMembers.add(m);
  await query(`DELETE FROM mysql.tables_priv WHERE ${row}`);
  if (!add && members.size === 0 && columnMembers.size === 0) return;
  const { account } = session.connection;
  await query(
    `INSERT INTO mysql.tables_priv SET ${key}, Grantor = ${quote(`${account.user}@${account.host}`)}, Table_priv = ${quote([...members].join(','))}, Column_priv = ${quote([...columnMembers].join(','))}`,
  );
}
