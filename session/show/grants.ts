import { mysqlError } from '../../types/error-table.js';
import { DATABASE_PRIVILEGES, GLOBAL_PRIVILEGES, TABLE_PRIVILEGES } from '../privileges/privilege-names.js';
import { text, textColumn } from '../static-rows.js';
import { registerShow } from './show-registry.js';

registerShow('GRANTS', (session, stmt) => {
  const { account } = session.connection;
  const current = stmt.user === null || stmt.user.current;
  const a = current ? account : { user: stmt.user!.name, host: stmt.user!.host };
  if (!current && (a.user !== account.user || a.host !== account.host))
    session.privileges.require('SELECT', 'mysql', 'user');
  const grants = session.engine.accounts.grantsOf(a.user, a.host);
  if (grants === null) throw mysqlError('ER_NONEXISTING_GRANT', a.user, a.host);
  const to = `'${a.user}'@'${a.host}'`;
  const lines = grants.map((g) => {
    const known = g.db === '' ? GLOBAL_PRIVILEGES : g.table === '' ? DATABASE_PRIVILEGES : TABLE_PRIVILEGES;
    const on = g.db === '' ? '*.*' : `\`${g.db}\`.${g.table === '' ? '*' : `\`${g.table}\``}`;
    const held = known.filter((p) => p !== 'GRANT OPTION' && g.privileges.has(p));
    const all = held.length === known.length - 1;
    const names = all ? 'ALL PRIVILEGES' : held.length === 0 ? 'USAGE' : held.join(',');
    return `GRANT ${names} ON ${on} TO ${to}${g.privileges.has('GRANT OPTION') ? ' WITH GRANT OPTION' : ''}`;
  });
  return {
    columns: [textColumn(`Grants for ${current ? 'User' : `${a.user}@${a.host}`}`, 1024)],
    rows: lines.map((l) => [text(l)]),
  };
});

registerShow('PRIVILEGES', () => ({
  columns: ['Privilege', 'Context', 'Comment'].map((n) => textColumn(n, 64)),
  rows: GLOBAL_PRIVILEGES.map((p) => [
    text(p.charAt(0) + p.slice(1).toLowerCase()),
    text(TABLE_PRIVILEGES.includes(p) ? 'Databases,Tables' : 'Server Admin'),
    text(''),
  ]),
}));

registerShow('CREATE USER', (session, stmt) => {
  const { account } = session.connection;
  const a =
    stmt.user === null || stmt.user.current ? account : { user: stmt.user.name, host: stmt.user.host };
  const found = session.engine.accounts.exact(a.user, a.host);
  if (found === null) throw mysqlError('ER_CANNOT_USER', 'SHOW CREATE USER', `'${a.user}'@'${a.host}'`);
  const line =
    `CREATE USER '${found.user}'@'${found.host}' IDENTIFIED WITH '${found.plugin}' AS '${found.authString}' REQUIRE ${found.requireTls ? 'SSL' : 'NONE'} ` +
    `PASSWORD EXPIRE DEFAULT ACCOUNT ${found.locked ? 'LOCK' : 'UNLOCK'} PASSWORD HISTORY DEFAULT PASSWORD REUSE INTERVAL DEFAULT`;
  return { columns: [textColumn(`CREATE USER for ${a.user}@${a.host}`, 4096)], rows: [[text(line)]] };
});
