import type { GrantStmt, PrivilegeLevel, PrivilegeSpec, RevokeStmt } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import {
  DATABASE_PRIVILEGES,
  GLOBAL_PRIVILEGES,
  privilegeColumn,
  TABLE_PRIVILEGES,
  tableMember,
} from '../privileges/privilege-names.js';
import type { Session } from '../session.js';
import { accountOf } from './account.js';
import { registerStatement } from './statement-handler.js';

const quote = (s: string): string => `'${s.replace(/\\/g, '\\\\').replace(/'/g, "''")}'`;

interface Target {
  readonly level: 'GLOBAL' | 'DATABASE' | 'TABLE';
  readonly db: string;
  readonly table: string;
}

function targetOf(session: Session, on: PrivilegeLevel): Target {
  if (on.level === 'GLOBAL') return { level: 'GLOBAL', db: '', table: '' };
  const db = session.databaseOf(on.schema);
  if (on.level === 'DATABASE') return { level: 'DATABASE', db, table: '' };
  const table = on.table ?? '';
  if (session.schema.table(db, table) === null) throw mysqlError('ER_NO_SUCH_TABLE', db, table);
  return { level: 'TABLE', db, table };
}

/** The privileges named, ALL spelled out. Throws 1221 for one that the level does not know. */
function namesOf(specs: readonly PrivilegeSpec[], level: Target['level']): string[] {
  const known =
    level === 'GLOBAL' ? GLOBAL_PRIVILEGES : level === 'DATABASE' ? DATABASE_PRIVILEGES : TABLE_PRIVILEGES;
  const names = new Set<string>();
  for (const spec of specs) {
    if (spec.columns.length > 0) throw mysqlError('ER_NOT_SUPPORTED_YET', 'column privileges');
    if (spec.name === 'USAGE') continue;
    if (spec.name === 'ALL' || spec.name === 'ALL PRIVILEGES')
      for (const p of known) if (p !== 'GRANT OPTION') names.add(p);
    if (spec.name === 'ALL' || spec.name === 'ALL PRIVILEGES') continue;
    if (!known.includes(spec.name))
      throw mysqlError('ER_WRONG_USAGE', level === 'TABLE' ? 'TABLE GRANT' : 'DB GRANT', 'GLOBAL PRIVILEGES');
    names.add(spec.name);
  }
  return [...names];
}

registerStatement('Grant', {
  implicitCommit: true,
  run: async (session, stmt: GrantStmt) => {
    const target = targetOf(session, stmt.on);
    requireGrantOption(session, target);
    const names = namesOf(stmt.privileges, target.level);
    if (stmt.grantOption) names.push('GRANT OPTION');
    for (const spec of stmt.users) {
      const a = accountOf(session, spec.user);
      if (session.engine.accounts.exact(a.user, a.host) === null)
        throw mysqlError('ER_CANT_CREATE_USER_WITH_GRANT');
      await write(session, a, target, names, true);
    }
    await session.engine.accounts.reload();
    await session.engine.cluster.tellAccounts();
    return null;
  },
});

registerStatement('Revoke', {
  implicitCommit: true,
  run: async (session, stmt: RevokeStmt) => {
    for (const user of stmt.users) {
      const a = accountOf(session, user);
      if (session.engine.accounts.exact(a.user, a.host) === null)
        throw mysqlError('ER_UNKNOWN_ERROR', `Unknown user: '${a.user}'@'${a.host}'`);
      if (stmt.on === null) {
        await write(session, a, { level: 'GLOBAL', db: '', table: '' }, GLOBAL_PRIVILEGES, false);
        for (const table of ['db', 'tables_priv']) {
          await session.engine.internalQuery(
            `DELETE FROM mysql.${table} WHERE User = ${quote(a.user)} AND Host = ${quote(a.host)}`,
          );
        }
        continue;
      }
      const target = targetOf(session, stmt.on);
      requireGrantOption(session, target);
      const all = stmt.privileges.some((p) => p.name === 'ALL' || p.name === 'ALL PRIVILEGES');
      await write(
        session,
        a,
        target,
        all ? [...namesOf(stmt.privileges, target.level)] : namesOf(stmt.privileges, target.level),
        false,
      );
    }
    await session.engine.accounts.reload();
    await session.engine.cluster.tellAccounts();
    return null;
  },
});

function requireGrantOption(session: Session, target: Target): void {
  if (
    session.privileges.has(
      'GRANT OPTION',
      target.level === 'GLOBAL' ? null : target.db,
      target.table === '' ? null : target.table,
    )
  )
    return;
  if (target.level === 'GLOBAL') throw mysqlError('ER_SPECIFIC_ACCESS_DENIED_ERROR', 'GRANT OPTION');
  const { user, host } = session.connection.account;
  throw mysqlError('ER_DBACCESS_DENIED_ERROR', user, host, target.db);
}

async function write(
  session: Session,
  a: { user: string; host: string },
  target: Target,
  names: readonly string[],
  give: boolean,
): Promise<void> {
  const { engine } = session;
  const who = `User = ${quote(a.user)} AND Host = ${quote(a.host)}`;
  if (names.length === 0) return;
  if (target.level === 'TABLE') return writeTable(session, a, target, names, give);
  const set = names.map((n) => `${privilegeColumn(n)} = '${give ? 'Y' : 'N'}'`).join(', ');
  if (target.level === 'GLOBAL') {
    await engine.internalQuery(`UPDATE mysql.user SET ${set} WHERE ${who}`);
    return;
  }
  if (give)
    await engine.internalQuery(
      `INSERT IGNORE INTO mysql.db SET Host = ${quote(a.host)}, DB = ${quote(target.db)}, User = ${quote(a.user)}`,
    );
  await engine.internalQuery(`UPDATE mysql.db SET ${set} WHERE ${who} AND DB = ${quote(target.db)}`);
}

async function writeTable(
  session: Session,
  a: { user: string; host: string },
  target: Target,
  names: readonly string[],
  give: boolean,
): Promise<void> {
  const { engine } = session;
  const row = `Host = ${quote(a.host)} AND DB = ${quote(target.db)} AND User = ${quote(a.user)} AND Table_name = ${quote(target.table)}`;
  const [found] = await engine.internalQuery(
    `SELECT CAST(Table_priv AS CHAR) FROM mysql.tables_priv WHERE ${row}`,
  );
  const text = found?.[0] instanceof Uint8Array ? Buffer.from(found[0]).toString() : '';
  const members = new Set(text === '' ? [] : text.split(','));
  for (const name of names) {
    if (give) members.add(tableMember(name));
    else members.delete(tableMember(name));
  }
  await engine.internalQuery(`DELETE FROM mysql.tables_priv WHERE ${row}`);
  if (members.size === 0) return;
  const grantor = `${session.connection.account.user}@${session.connection.account.host}`;
  await engine.internalQuery(
    `INSERT INTO mysql.tables_priv SET Host = ${quote(a.host)}, DB = ${quote(target.db)}, User = ${quote(a.user)}, Table_name = ${quote(target.table)}, Grantor = ${quote(grantor)}, Table_priv = ${quote([...members].join(','))}`,
  );
}
