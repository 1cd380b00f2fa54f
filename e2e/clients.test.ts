import { Readable } from 'node:stream';
import { createConnection as createStreaming } from 'mysql2';
import type { ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { ServerProcess } from './testing/server-process.js';

const server = new ServerProcess();
beforeAll(() => server.start());
afterAll(() => server.remove());

/** What a driver must give back for each type, through the text and the binary protocol alike. */
const VALUES: readonly (readonly [column: string, given: unknown, got: unknown])[] = [
  ['t TINYINT', -128, -128],
  ['s SMALLINT UNSIGNED', 65535, 65535],
  ['m MEDIUMINT', -8388608, -8388608],
  ['i INT', 2147483647, 2147483647],
  ['b BIGINT', '-9223372036854775808', '-9223372036854775808'],
  ['u BIGINT UNSIGNED', '18446744073709551615', '18446744073709551615'],
  ['d DECIMAL(30,10)', '-12345678901234567890.0123456789', '-12345678901234567890.0123456789'],
  ['f DOUBLE', 1.5e300, 1.5e300],
  ['c CHAR(10)', 'ab', 'ab'],
  ['v VARCHAR(50)', "it's 日本 🎉", "it's 日本 🎉"],
  ['x TEXT', 'x'.repeat(65_000), 'x'.repeat(65_000)],
  ['bl BLOB', Buffer.from([0, 255, 39, 92]), Buffer.from([0, 255, 39, 92])],
  ['da DATE', '2024-02-29', '2024-02-29'],
  ['dt DATETIME(6)', '2024-02-29 23:59:59.123456', '2024-02-29 23:59:59.123456'],
  ['ts TIMESTAMP(3) NULL', '2024-02-29 12:00:00.123', '2024-02-29 12:00:00.123'],
  ['ti TIME(2)', '-838:59:58.25', '-838:59:58.25'],
  ['y YEAR', 2155, 2155],
  ['n INT', null, null],
];

test('types come back as they were given, as text and as binary', async () => {
  const db = await server.connect({ supportBigNumbers: true, dateStrings: true });
  await db.query(
    `CREATE TABLE round_trip (id INT PRIMARY KEY, ${VALUES.map(([column]) => column).join(', ')})`,
  );
  const given = VALUES.map(([, value]) => value) as string[];
  const marks = `(?${', ?'.repeat(given.length)})`;
  await db.query(`INSERT INTO round_trip VALUES ${marks}`, [1, ...given]);
  await db.execute(`INSERT INTO round_trip VALUES ${marks}`, [2, ...given]);
  const expected = VALUES.map(([, , value]) => value);
  for (const id of [1, 2]) {
    const [text] = await db.query({ sql: `SELECT * FROM round_trip WHERE id = ${id}`, rowsAsArray: true });
    const [binary] = await db.execute({ sql: 'SELECT * FROM round_trip WHERE id = ?', rowsAsArray: true }, [
      id,
    ]);
    expect((text as unknown[][])[0]).toEqual([id, ...expected]);
    expect((binary as unknown[][])[0]).toEqual([id, ...expected]);
  }
  await db.end();
});

test('transactions, insert ids, affected rows and errors', async () => {
  const db = await server.connect();
  const other = await server.connect();
  await db.query('CREATE TABLE accounts (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(9) UNIQUE, n INT)');
  const [inserted] = await db.execute<ResultSetHeader>(
    "INSERT INTO accounts (name, n) VALUES ('a', 1), ('b', 2)",
  );
  expect([inserted.insertId, inserted.affectedRows]).toEqual([1, 2]);
  await db.beginTransaction();
  await db.execute('UPDATE accounts SET n = n + 10 WHERE name = ?', ['a']);
  const sum = async (from: typeof db): Promise<number> => {
    const [rows] = await from.query<RowDataPacket[]>('SELECT SUM(n) AS total FROM accounts');
    return Number(rows[0]!['total']);
  };
  expect([await sum(db), await sum(other)]).toEqual([13, 3]);
  await db.rollback();
  expect(await sum(db)).toBe(3);
  await db.beginTransaction();
  await db.execute('DELETE FROM accounts WHERE n = 2');
  await db.commit();
  expect(await sum(other)).toBe(1);
  await expect(other.query("INSERT INTO accounts (name, n) VALUES ('a', 5)")).rejects.toMatchObject({
    errno: 1062,
    sqlState: '23000',
    sqlMessage: "Duplicate entry 'a' for key 'accounts.name'",
  });
  await expect(other.query('SELEC 1')).rejects.toMatchObject({ errno: 1064, sqlState: '42000' });
  await expect(other.execute('SELECT * FROM nowhere')).rejects.toMatchObject({ errno: 1146 });
  await Promise.all([db.end(), other.end()]);
});

test('several statements in one packet', async () => {
  const db = await server.connect({ multipleStatements: true });
  const [results] = await db.query("SELECT 1 AS a; SET @x = 5; SELECT @x AS b, 'c' AS c");
  const [first, set, last] = results as unknown as [RowDataPacket[], ResultSetHeader, RowDataPacket[]];
  expect(first).toEqual([{ a: 1 }]);
  expect(set.affectedRows).toBe(0);
  expect(last).toEqual([{ b: 5, c: 'c' }]);
  await expect(db.query('SELECT 1; SELECT * FROM nowhere; SELECT 3')).rejects.toMatchObject({ errno: 1146 });
  const [rows] = await db.query('SELECT 4 AS n');
  expect(rows).toEqual([{ n: 4 }]);
  await db.end();
});

test('LOAD DATA LOCAL from a stream', async () => {
  const db = await server.connect();
  await db.query('CREATE TABLE loaded (id INT PRIMARY KEY, name VARCHAR(20), twice INT)');
  const lines = ['id,name', ...Array.from({ length: 5000 }, (_, i) => `${i},"name, ${i}"`)].join('\n');
  const [result] = await db.query<ResultSetHeader>({
    sql: `LOAD DATA LOCAL INFILE 'rows.csv' INTO TABLE loaded FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"'
          IGNORE 1 LINES (id, name) SET twice = id * 2`,
    infileStreamFactory: () => Readable.from([Buffer.from(lines)]),
  });
  expect(result.affectedRows).toBe(5000);
  const [rows] = await db.query('SELECT COUNT(*) AS n, MAX(twice) AS t, MAX(name) AS m FROM loaded');
  expect(rows).toEqual([{ n: 5000, t: 9998, m: 'name, 999' }]);
  await db.end();
});

test('rows are streamed', async () => {
  const db = createStreaming({ host: '127.0.0.1', port: server.port, user: 'root', database: 'test' });
  const rows = db
    .query('SELECT a.id * 5000 + b.id AS n FROM loaded a JOIN loaded b WHERE a.id < 20 ORDER BY n')
    .stream();
  let expected = 0;
  for await (const row of rows) {
    if ((row as { n: number }).n !== expected++) break;
  }
  expect(expected).toBe(100_000);
  db.destroy();
});
