import { createHash } from 'node:crypto';
import type mysql from 'mysql2/promise';
import { killStatement } from './testing/running-statement.js';
import { ServerProcess } from './testing/server-process.js';

/** Values that take long are computed in threads of their own, with the answers and errors that they have in place. */
const server = new ServerProcess(['--durability', '0']);
let db: mysql.Connection;
let other: mysql.Connection;

const ITEMS = 60_000;
const OBJECT = `{${Array.from({ length: ITEMS }, (_, i) => `"k${i}":"v${i}"`).join(',')}}`;

async function cells(sql: string, values?: unknown[]): Promise<unknown[][]> {
  const [rows] =
    values === undefined
      ? await db.query({ sql, rowsAsArray: true })
      : await db.execute({ sql, rowsAsArray: true }, values as string[]);
  return rows as unknown as unknown[][];
}

beforeAll(async () => {
  await server.start();
  db = await server.connect();
  other = await server.connect();
  await db.query('CREATE TABLE docs (id INT PRIMARY KEY, doc LONGTEXT, j JSON)');
  await db.query(`SET @obj = '${OBJECT}'`);
});
afterAll(async () => {
  await db.end();
  await other.end();
  await server.remove();
});

test('variables, parameters, rows and constants give what they give in place', async () => {
  expect(
    await cells(
      `SELECT JSON_LENGTH(@obj), JSON_EXTRACT(@obj, '$.k77'), JSON_LENGTH(JSON_MERGE_PATCH(@obj, '{"x":1}')), 5`,
    ),
  ).toEqual([[ITEMS, 'v77', ITEMS + 1, 5]]);
  expect(await cells('SELECT JSON_UNQUOTE(JSON_EXTRACT(?, ?))', [OBJECT, '$.k59999'])).toEqual([['v59999']]);
  await db.query("INSERT INTO docs VALUES (1, @obj, @obj), (2, '{}', '{}'), (3, NULL, NULL)");
  expect(await cells("SELECT id, JSON_LENGTH(doc), JSON_EXTRACT(j, '$.k5') FROM docs ORDER BY id")).toEqual([
    [1, ITEMS, 'v5'],
    [2, 0, null],
    [3, null, null],
  ]);
  const sum = createHash('sha512').update('ab'.repeat(4_000_000)).digest('hex');
  expect(await cells("SELECT SHA2(REPEAT('ab', 4000000), 512)")).toEqual([[sum]]);
  await db.query("UPDATE docs SET doc = SHA2(REPEAT('ab', 4000000), 512) WHERE id = 2");
  await db.query("INSERT INTO docs VALUES (LENGTH(UPPER(REPEAT('ab', 4000000))), 'x', NULL)");
  expect(
    await cells("SELECT id, doc FROM docs WHERE id IN (2, LENGTH(UPPER(REPEAT('ab', 4000000))))"),
  ).toEqual([
    [2, sum],
    [8_000_000, 'x'],
  ]);
  // A constant to the optimizer as ever.
  const plan = (
    await cells("EXPLAIN SELECT * FROM docs WHERE id = LENGTH(UPPER(REPEAT('ab', 4000000)))")
  ).join();
  expect(plan).toMatch(/handle:8000000/);
});

test('errors and warnings are those of the statement', async () => {
  const invalid = `SELECT JSON_LENGTH(CONCAT(@obj, 'x'))`;
  await expect(db.query(invalid)).rejects.toMatchObject({ errno: 3141 });
  await expect(db.query(`INSERT INTO docs VALUES (4, NULL, CONCAT(@obj, 'x'))`)).rejects.toMatchObject({
    errno: 3140,
  });
  expect(await cells("SELECT CAST(REVERSE(REPEAT('b1', 4000000)) AS SIGNED)")).toEqual([[1]]);
  const warnings = await cells('SHOW WARNINGS');
  expect(warnings.map((w) => w[1])).toEqual([1292]);
});

test('KILL QUERY and max_execution_time end them, and the next ones are computed as before', async () => {
  const long = `SELECT ${Array.from({ length: 60 }, (_, i) => `JSON_LENGTH(JSON_MERGE_PATCH(@obj, @obj, '{"x":${i}}'))`).join(', ')}`;
  const killed = expect(db.query(long)).rejects.toMatchObject({ errno: 1317 });
  await killStatement(other, db.threadId!);
  await killed;
  await db.query('SET max_execution_time = 50');
  await expect(db.query(long)).rejects.toMatchObject({ errno: 3024 });
  const constants = `SELECT ${Array.from({ length: 20 }, (_, i) => `SHA2(REPEAT('a', ${60_000_000 + i}), 512)`).join(', ')}`;
  await expect(db.query(constants)).rejects.toMatchObject({ errno: 3024 });
  await db.query('SET max_execution_time = 0');
  expect(await cells('SELECT JSON_LENGTH(@obj)')).toEqual([[ITEMS]]);
});

test('rows of a condition that take long are decided apart, in their places', async () => {
  await db.query('CREATE TABLE texts (id INT PRIMARY KEY, s VARCHAR(100))');
  const texts = Array.from({ length: 300 }, (_, i) =>
    i % 100 === 50 ? `${'a'.repeat(19)}!` : i % 3 === 0 ? 'aab' : `x${i}`,
  );
  await db.query('INSERT INTO texts VALUES ?', [texts.map((t, i) => [i, t])]);
  const found = texts.flatMap((t, i) => (t === 'aab' ? [[i]] : []));
  expect(await cells("SELECT id FROM texts WHERE s REGEXP '(a+)+b' ORDER BY id")).toEqual(found);
  expect(await cells('SELECT id FROM texts WHERE s REGEXP ? AND id < 99 ORDER BY id', ['(a+)+b'])).toEqual(
    found.filter(([id]) => id! < 99),
  );
  expect(await cells("SELECT COUNT(*) FROM texts WHERE NOT s REGEXP '(a+)+b'")).toEqual([
    [300 - found.length],
  ]);
  // A string counts as a number.
  expect(
    await cells("SELECT COUNT(*) FROM texts WHERE REGEXP_REPLACE(s, '^(a+)+b$', '7') AND id > 0"),
  ).toEqual([[found.length - 1]]);
  await db.query(`UPDATE texts SET s = '${'a'.repeat(60)}!' WHERE id = 299`);
  await expect(db.query("SELECT id FROM texts WHERE s REGEXP '(a+)+b'")).rejects.toMatchObject({
    errno: 3699,
  });
  expect(
    await cells(
      `SELECT COUNT(*) FROM texts WHERE id < 5 AND JSON_EXTRACT(JSON_MERGE_PATCH(@obj, CONCAT('{"id":', id, '}')), '$.id') = id`,
    ),
  ).toEqual([[5]]);
});
