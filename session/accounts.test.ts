import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
let root: TestSession;
const lines = async (s: TestSession, sql: string): Promise<string[]> =>
  (await s.query(sql)).map((row) => row.join('\t'));
const run = async (s: TestSession, ...statements: readonly string[]): Promise<void> => {
  for (const sql of statements) await s.query(sql);
};

beforeAll(async () => {
  engine = await TestEngine.open();
  root = await engine.session();
  await run(root, 'CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT)', 'INSERT INTO t VALUES (1, 10, 100)');
});
afterAll(() => engine.close());

describe('roles', () => {
  test('are active by default, by SET ROLE, and no longer when revoked', async () => {
    await run(
      root,
      'CREATE USER ann',
      'CREATE ROLE reader, writer, inner_role',
      'GRANT SELECT ON test.t TO inner_role',
      'GRANT inner_role TO reader',
      'GRANT INSERT ON test.* TO writer',
      'GRANT reader, writer TO ann',
      'SET DEFAULT ROLE reader TO ann',
    );
    const ann = await engine.login('ann');
    expect(await lines(ann, 'SELECT CURRENT_ROLE()')).toEqual(['`reader`@`%`']);
    expect(await lines(ann, 'SELECT a FROM test.t')).toEqual(['10']);
    expect(await ann.errorOf('INSERT INTO test.t VALUES (2, 2, 2)')).toBe(1142);
    await run(ann, 'SET ROLE ALL EXCEPT reader', 'INSERT INTO test.t VALUES (2, 2, 2)');
    expect(await ann.errorOf('SELECT a FROM test.t')).toBe(1142);
    await run(ann, 'SET ROLE NONE');
    expect(await lines(ann, 'SELECT CURRENT_ROLE()')).toEqual(['NONE']);
    expect(await lines(ann, 'SHOW GRANTS')).toEqual([
      "GRANT USAGE ON *.* TO 'ann'@'%'",
      "GRANT 'reader'@'%', 'writer'@'%' TO 'ann'@'%'",
    ]);
    expect(await lines(root, 'SHOW GRANTS FOR ann USING reader, writer')).toEqual([
      "GRANT USAGE ON *.* TO 'ann'@'%'",
      "GRANT INSERT ON `test`.* TO 'ann'@'%'",
      "GRANT SELECT ON `test`.`t` TO 'ann'@'%'",
      "GRANT 'reader'@'%', 'writer'@'%' TO 'ann'@'%'",
    ]);
    await run(ann, 'SET ROLE DEFAULT', 'SELECT a FROM test.t');
    await run(root, 'REVOKE reader FROM ann');
    expect(await ann.errorOf('SELECT a FROM test.t')).toBe(1142);
    expect(await ann.errorOf('SET ROLE reader')).toBe(3530);
    expect(await root.errorOf('GRANT nobody TO ann')).toBe(3523);
    expect(await root.errorOf('GRANT reader TO inner_role')).toBe(3524);
    await run(root, 'DELETE FROM t WHERE id = 2', 'DROP USER ann', 'DROP ROLE reader, writer, inner_role');
  });

  test('are handed on by who holds them with ADMIN OPTION', async () => {
    await run(root, 'CREATE USER bob, carl', 'CREATE ROLE r', 'GRANT r TO bob');
    const bob = await engine.login('bob');
    expect(await bob.errorOf('GRANT r TO carl')).toBe(1227);
    await run(root, 'GRANT r TO bob WITH ADMIN OPTION');
    await run(bob, 'GRANT r TO carl');
    expect(await lines(root, 'SELECT TO_USER, WITH_ADMIN_OPTION FROM mysql.role_edges ORDER BY 1')).toEqual([
      'bob\tY',
      'carl\tN',
    ]);
    expect(await bob.errorOf('DROP ROLE r')).toBe(1227);
    await run(root, 'DROP ROLE r', 'DROP USER bob, carl');
    expect(await lines(root, 'SELECT * FROM mysql.role_edges')).toEqual([]);
  });
});

test('privileges of columns reach as far as they say', async () => {
  await run(
    root,
    'CREATE USER col',
    'GRANT SELECT (id, a), UPDATE (a), INSERT (id) ON test.t TO col',
    'CREATE TABLE u (id INT PRIMARY KEY)',
    'GRANT SELECT ON test.u TO col',
  );
  const col = await engine.login('col');
  expect(await lines(col, 'SELECT a FROM test.t WHERE id = 1')).toEqual(['10']);
  expect(await lines(col, 'SELECT COUNT(*) FROM test.t')).toEqual(['1']);
  for (const sql of [
    'SELECT b FROM test.t',
    'SELECT * FROM test.t',
    'SELECT a FROM test.t WHERE b = 1',
    'SELECT b FROM test.t WHERE id = 1',
    'SELECT t.b FROM test.t JOIN test.u USING (id)',
    'SELECT (SELECT b FROM test.t WHERE t.id = u.id) FROM test.u',
    'UPDATE test.t SET b = 1 WHERE id = 1',
    'UPDATE test.t SET a = b',
    'INSERT INTO test.t VALUES (3, 3, 3)',
    'INSERT INTO test.t (id) VALUES (1) ON DUPLICATE KEY UPDATE b = 3',
  ])
    expect([sql, await col.errorOf(sql)]).toEqual([sql, 1143]);
  expect(await col.errorOf('DELETE FROM test.t')).toBe(1142);
  await run(col, 'UPDATE test.t SET a = a + 1 WHERE id = 1', 'INSERT INTO test.t (id) VALUES (3)');
  expect(await lines(root, 'SHOW GRANTS FOR col')).toEqual([
    "GRANT USAGE ON *.* TO 'col'@'%'",
    "GRANT SELECT ON `test`.`u` TO 'col'@'%'",
    "GRANT SELECT(a, id), INSERT(id), UPDATE(a) ON `test`.`t` TO 'col'@'%'",
  ]);
  await run(root, 'REVOKE SELECT (a) ON test.t FROM col');
  expect(await col.errorOf('SELECT a FROM test.t')).toBe(1143);
  await run(root, 'REVOKE ALL PRIVILEGES, GRANT OPTION FROM col');
  expect(await col.errorOf('SELECT id FROM test.t')).toBe(1142);
  await run(root, 'DROP USER col', 'DROP TABLE u', 'DELETE FROM t WHERE id = 3');
});

test('who grants holds what is granted', async () => {
  await run(root, 'CREATE USER a1, a2', 'GRANT SELECT ON test.* TO a1 WITH GRANT OPTION');
  const a1 = await engine.login('a1');
  await run(a1, 'GRANT SELECT ON test.t TO a2');
  expect(await a1.errorOf('GRANT INSERT ON test.t TO a2')).toBe(1142);
  expect(await a1.errorOf('GRANT SELECT ON *.* TO a2')).toBe(1227);
  expect(await a1.errorOf('CREATE USER a3')).toBe(1227);
  expect(await a1.errorOf('CREATE DEFINER = root VIEW v AS SELECT 1')).not.toBe(0);
  expect(await root.errorOf('GRANT PROCESS ON test.* TO a2')).toBe(1221);
  expect(await root.errorOf('GRANT PROCESS ON test.t TO a2')).toBe(1144);
  expect(await root.errorOf('GRANT BACKUP_ADMIN ON test.* TO a2')).toBe(3619);
  expect(await root.errorOf('GRANT NO_SUCH_ADMIN ON *.* TO a2')).toBe(3929);
  expect(await root.errorOf('GRANT SELECT (nope) ON test.t TO a2')).toBe(1054);
  expect(await root.errorOf('GRANT SELECT ON test.nope TO a2')).toBe(1146);
  await run(root, 'GRANT CREATE USER ON *.* TO a1');
  expect(await a1.errorOf("ALTER USER root IDENTIFIED BY 'mine'")).toBe(1227);
  expect(await a1.errorOf('DROP USER root')).toBe(1227);
  await run(root, 'RENAME USER a2 TO a4');
  expect(await lines(root, 'SHOW GRANTS FOR a4')).toContain("GRANT SELECT ON `test`.`t` TO 'a4'@'%'");
  await run(root, 'DROP USER a1, a4');
});

describe('passwords', () => {
  test('obey the rules of validate_password', async () => {
    await run(root, 'SET GLOBAL validate_password.enable = ON');
    const errorOf = (password: string): Promise<number> =>
      root.errorOf(`CREATE USER pat IDENTIFIED BY '${password}'`);
    for (const bad of [
      '',
      'short',
      'alllowercase1!',
      'NOLOWERCASE1!',
      'NoDigitsHere!',
      'NoSpecial123',
      'Xpat12345!',
      'Xtap12345!',
    ])
      expect([bad, await errorOf(bad)]).toEqual([bad, 1819]);
    await run(
      root,
      'SET GLOBAL validate_password.policy = STRONG',
      "SET GLOBAL validate_password.dictionary = 'secret;word'",
    );
    expect(await errorOf('MySecret12345!')).toBe(1819);
    expect(await errorOf('Long-enough-12')).toBe(0);
    await run(
      root,
      'DROP USER pat',
      'SET GLOBAL validate_password.enable = DEFAULT',
      'SET GLOBAL validate_password.policy = DEFAULT',
      'SET GLOBAL validate_password.dictionary = DEFAULT',
    );
  });

  test('do not come back while the history holds them', async () => {
    await run(
      root,
      "CREATE USER hist IDENTIFIED BY 'one' PASSWORD HISTORY 2",
      "ALTER USER hist IDENTIFIED BY 'two'",
    );
    expect(await root.errorOf("ALTER USER hist IDENTIFIED BY 'one'")).toBe(3638);
    expect(await root.errorOf("SET PASSWORD FOR hist = 'two'")).toBe(3638);
    await run(root, "ALTER USER hist IDENTIFIED BY 'three'", "ALTER USER hist IDENTIFIED BY 'one'");
    await run(root, 'ALTER USER hist PASSWORD HISTORY 0 PASSWORD REUSE INTERVAL 3 DAY');
    expect(await root.errorOf("ALTER USER hist IDENTIFIED BY 'one'")).toBe(3638);
    await run(root, 'DROP USER hist');
  });

  test('failed logins lock the account', async () => {
    await run(root, "CREATE USER fl IDENTIFIED BY 'x' FAILED_LOGIN_ATTEMPTS 2 PASSWORD_LOCK_TIME 3");
    await expect(engine.login('fl', 'no')).rejects.toThrow('wrong password');
    await engine.login('fl', 'x');
    await expect(engine.login('fl', 'no')).rejects.toThrow('wrong password');
    await expect(engine.login('fl', 'no')).rejects.toThrow(
      'Account is blocked for 3 day(s) (3 day(s) remaining) due to 2 consecutive failed logins.',
    );
    await expect(engine.login('fl', 'x')).rejects.toThrow('Account is blocked');
    await run(root, 'ALTER USER fl ACCOUNT UNLOCK');
    await engine.login('fl', 'x');
    expect(await lines(root, 'SHOW CREATE USER fl')).toEqual([
      "CREATE USER 'fl'@'%' IDENTIFIED WITH 'mysql_native_password' AS 'hash of x' REQUIRE NONE PASSWORD EXPIRE DEFAULT ACCOUNT UNLOCK PASSWORD HISTORY DEFAULT PASSWORD REUSE INTERVAL DEFAULT FAILED_LOGIN_ATTEMPTS 2 PASSWORD_LOCK_TIME 3",
    ]);
    await run(root, 'DROP USER fl');
  });

  test('that expired let nothing be done but change them', async () => {
    await run(root, "CREATE USER ex IDENTIFIED BY 'x' PASSWORD EXPIRE");
    const ex = await engine.login('ex', 'x');
    expect(await ex.errorOf('SELECT 1')).toBe(1820);
    await run(ex, "ALTER USER USER() IDENTIFIED BY 'y'", 'SELECT 1');
    await run(await engine.login('ex', 'y'), 'SELECT 1');
    await run(root, 'DROP USER ex');
  });

  test('random ones are told', async () => {
    const [row] = await root.query('CREATE USER rnd IDENTIFIED BY RANDOM PASSWORD');
    expect(row?.slice(0, 2)).toEqual(['rnd', '%']);
    await engine.login('rnd', row![2]!);
    await run(root, 'DROP USER rnd');
  });
});

test('a limit of connections holds', async () => {
  await run(root, 'CREATE USER few WITH MAX_USER_CONNECTIONS 1');
  const first = await engine.login('few');
  await expect(engine.login('few')).rejects.toThrow('max_user_connections');
  await first.session.close();
  await (await engine.login('few')).session.close();
  await run(root, 'DROP USER few');
});

test('the tables of privileges show what is the own', async () => {
  await run(
    root,
    "CREATE USER own COMMENT 'mine'",
    'GRANT SELECT ON test.t TO own',
    'CREATE ROLE rr',
    'GRANT rr TO own',
  );
  const own = await engine.login('own');
  expect(await lines(own, 'SELECT * FROM information_schema.user_privileges')).toEqual([
    "'own'@'%'\tdef\tUSAGE\tNO",
  ]);
  expect(
    await lines(own, 'SELECT table_name, privilege_type FROM information_schema.table_privileges'),
  ).toEqual(['t\tSELECT']);
  // What is said of accounts is for everybody.
  expect(await lines(own, "SELECT * FROM information_schema.user_attributes WHERE user <> 'root'")).toEqual([
    'own\t%\t{"comment": "mine"}',
    'rr\t%\t',
  ]);
  expect(await lines(own, 'SELECT role_name, is_default FROM information_schema.applicable_roles')).toEqual([
    'rr\tNO',
  ]);
  await run(root, 'DROP USER own', 'DROP ROLE rr');
});
