import { TestEngine, type TestSession } from './testing/test-engine.js';

/**
 * Plans of few rows without operators: which there are, and when they give up. That they give what operators give random queries show
 * (plan-equivalence.test.ts, short-read.test.ts).
 */
let engine: TestEngine;
let s: TestSession;

beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  await s.query(
    'CREATE TABLE users (id INT PRIMARY KEY, mail VARCHAR(20), name VARCHAR(20), UNIQUE KEY (mail))',
  );
  await s.query(
    'CREATE TABLE orders (id INT PRIMARY KEY, user_id INT, status VARCHAR(10), amount DECIMAL(8,2), KEY (user_id))',
  );
  await s.query('CREATE TABLE items (id INT PRIMARY KEY, order_id INT, product INT, KEY (order_id))');
  await s.query("INSERT INTO users VALUES (1, 'a@x', 'Ann'), (2, 'b@x', 'Bob'), (3, NULL, 'Cy')");
  const orders = Array.from({ length: 400 }, (_, i) => {
    const user = i % 100 === 0 ? 1 : i % 100 === 1 ? 2 : 100 + (i % 100);
    return `(${i + 1}, ${user}, '${i % 200 === 0 ? 'paid' : 'new'}', ${i}.25)`;
  });
  await s.query(`INSERT INTO orders VALUES ${orders.join(', ')}`);
  const items = Array.from({ length: 1200 }, (_, i) => `(${i + 1}, ${1 + (i % 600)}, ${i})`);
  await s.query(`INSERT INTO items VALUES ${items.join(', ')}`);
  await s.query('ANALYZE TABLE users, orders, items');
});
afterAll(() => engine.close());

const lookUp = 'SELECT /*+ USE_INDEX(orders, user_id) */';
const inOrder = 'SELECT /*+ INL_JOIN(o), USE_INDEX(o, user_id) */';

test.each([
  [`${lookUp} id, amount FROM orders WHERE user_id = 1`, '1,0.25 101,100.25 201,200.25 301,300.25'],
  [`${lookUp} id FROM orders WHERE user_id = 1 AND status = 'paid'`, '1 201'],
  [`${lookUp} id, status FROM orders WHERE user_id = 1 ORDER BY id DESC LIMIT 2`, '301,new 201,paid'],
  [`${lookUp} id FROM orders WHERE user_id = 1 ORDER BY status, id DESC LIMIT 1, 2`, '101 201'],
  [`${lookUp} COUNT(*), SUM(amount), MAX(status) FROM orders WHERE user_id = 1`, '4,601.00,paid'],
  [`${lookUp} COUNT(*), SUM(amount) FROM orders WHERE user_id = 7`, '0,null'],
  [
    `${lookUp} status, COUNT(*) n FROM orders WHERE user_id = 1 GROUP BY status ORDER BY n, status`,
    'new,2 paid,2',
  ],
  [
    `${lookUp} UPPER(status), amount * 2 FROM orders WHERE user_id = 2`,
    'NEW,2.50 NEW,202.50 NEW,402.50 NEW,602.50',
  ],
  ['SELECT id, CONCAT(name, ?) FROM users WHERE id = 1'.replace('?', "'!'"), '1,Ann!'],
  [
    `${inOrder} u.name, o.id FROM users u JOIN orders o ON o.user_id = u.id WHERE u.id = 2`,
    'Bob,2 Bob,102 Bob,202 Bob,302',
  ],
  [
    `${inOrder} u.name, o.id FROM users u LEFT JOIN orders o ON o.user_id = u.id AND o.amount > 250 WHERE u.id IN (1, 3)`,
    'Ann,301 Cy,null',
  ],
  [
    `${inOrder} u.id FROM users u WHERE u.id IN (2, 3) AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.user_id = u.id)`,
    '3',
  ],
  [
    `SELECT /*+ HASH_JOIN(u, o) */ u.name, o.id FROM users u RIGHT JOIN orders o ON o.user_id = u.id AND u.id < 3 WHERE o.id IN (1, 3)`,
    'Ann,1 null,3',
  ],
  [
    `SELECT /*+ MERGE_JOIN(u, o) */ u.name, o.id FROM users u JOIN orders o ON o.id = u.id WHERE u.id < 4 AND o.id < 4`,
    'Ann,1 Bob,2 Cy,3',
  ],
  [
    'SELECT x.id, y.id FROM users x, users y WHERE x.id < 3 AND y.id < 3 ORDER BY x.id, y.id',
    '1,1 1,2 2,1 2,2',
  ],
])('%s', async (sql, expected) => {
  const { rows, short } = await s.queryAtOnce(sql);
  const shown = rows.map((row) => row.map((v) => v ?? 'null').join(',')).join(' ');
  expect([short, shown]).toEqual([true, expected]);
  expect(rows).toEqual(await s.query(sql));
});

test('a join of two joins, each by an index', async () => {
  const sql = `SELECT /*+ INL_JOIN(o, i) */ u.name, o.id, i.product FROM users u JOIN orders o ON o.user_id = u.id
    JOIN items i ON i.order_id = o.id WHERE u.id = 1`;
  const { rows, short } = await s.queryAtOnce(sql);
  expect(short).toBe(true);
  expect(rows.length).toBe(8);
  expect(rows.map(String).sort()).toEqual((await s.query(sql)).map(String).sort());
});

test('own writes are seen', async () => {
  await s.query('BEGIN');
  await s.query("UPDATE orders SET status = 'own' WHERE id = 101");
  await s.query('DELETE FROM users WHERE id = 2');
  expect((await s.queryAtOnce(`${lookUp} status FROM orders WHERE user_id = 1 AND id = 101`)).rows).toEqual([
    ['own'],
  ]);
  expect(
    (
      await s.queryAtOnce(
        'SELECT u.name, o.id FROM users u JOIN orders o ON o.id = u.id WHERE u.id IN (1, 2)',
      )
    ).rows,
  ).toEqual([['Ann', '1']]);
  await s.query('ROLLBACK');
});

test('a value that may take long is for the operators', async () => {
  expect(
    (await s.queryAtOnce(`${lookUp} LENGTH(REPEAT(status, 4)) FROM orders WHERE user_id = 1`)).short,
  ).toBe(true);
  const { rows, short } = await s.queryAtOnce(
    `${lookUp} LENGTH(REPEAT(status, 10000000)) FROM orders WHERE user_id = 2 LIMIT 1`,
  );
  expect([short, rows]).toEqual([false, [['30000000']]]);
});

test('what has effects, or waits, is for the operators', async () => {
  for (const value of ['@x := id', 'SLEEP(0)', 'RAND()', 'UUID()'])
    expect([
      value,
      (await s.queryAtOnce(`SELECT ${value}, CONCAT(name) FROM users WHERE id = 1`)).short,
    ]).toEqual([value, false]);
});

test('an evaluation that is given up leaves no warnings', async () => {
  await s.query('CREATE TABLE many (id INT PRIMARY KEY, k INT, v VARCHAR(10), KEY (k))');
  const rows = Array.from({ length: 2000 }, (_, i) => `(${i}, ${i < 3 ? i : 7}, 'x')`);
  await s.query(`INSERT INTO many VALUES ${rows.join(', ')}`);
  // Statistics that are not there, and a join that meets more rows than are expected behind a filter that warns.
  const sql = `SELECT /*+ INL_JOIN(m) */ COUNT(*) FROM users u JOIN many m ON m.k = u.id + 6 WHERE u.id = 1 AND u.name + 0 = 0`;
  await s.query(sql);
  const told = await s.query('SHOW WARNINGS');
  const { rows: counted } = await s.queryAtOnce(sql);
  expect(counted).toEqual([['1997']]);
  expect(await s.query('SHOW WARNINGS')).toEqual(told);
});
