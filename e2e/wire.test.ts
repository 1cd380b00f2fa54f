import type { Connection } from 'mysql2/promise';
import { ServerProcess } from './testing/server-process.js';
import { StoreProcess } from './testing/store-process.js';

/** Coprocessor requests over the network: answers of several parts, of several regions, from both ends. */
const ROWS = 12_000;
let store: StoreProcess;
let server: ServerProcess;
let db: Connection;

beforeAll(async () => {
  store = new StoreProcess(['--durability', '0', '--region-size', '1']);
  await store.start();
  server = new ServerProcess(['--store', 'tikv', '--pd', store.address]);
  await server.start();
  db = await server.connect({ rowsAsArray: true });
  await db.query('CREATE DATABASE d');
  await db.query('USE d');
  await db.query(
    'CREATE TABLE t (id INT PRIMARY KEY, k INT, v DECIMAL(10,2), s VARCHAR(100), at DATETIME(3), e ENUM("x", "y"), KEY (k, s))',
  );
  for (let from = 0; from < ROWS; from += 3000) {
    const rows = Array.from({ length: 3000 }, (_, i) => {
      const id = from + i;
      const s = id % 10 === 0 ? 'NULL' : `'${'text '.repeat(15)}${id % 50}'`;
      return `(${id}, ${id % 97}, ${id}.25, ${s}, '2024-01-0${1 + (id % 9)} 10:00:00.125', '${id % 2 === 0 ? 'x' : 'y'}')`;
    });
    await db.query(`INSERT INTO t VALUES ${rows.join(',')}`);
  }
  await db.query('SPLIT TABLE t BETWEEN (0) AND (12000) REGIONS 3');
});
afterAll(async () => {
  await db.end();
  await server.remove();
  await store.remove();
});

const rowsOf = async (sql: string): Promise<unknown[][]> => (await db.query(sql))[0] as unknown[][];
const ids = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

test('all rows in order, from either end', async () => {
  expect((await rowsOf('SELECT id FROM t ORDER BY id')).flat()).toEqual(ids(0, ROWS));
  expect((await rowsOf('SELECT id FROM t ORDER BY id DESC')).flat()).toEqual(ids(0, ROWS).reverse());
  expect((await rowsOf('SELECT id FROM t WHERE id >= 3990 AND v < 9000 ORDER BY id DESC')).flat()).toEqual(
    ids(3990, 9000).reverse(),
  );
});

test('aggregates of several regions, filters, indexes', async () => {
  const kept = ids(0, ROWS).filter((id) => id % 97 === 5 && id % 10 !== 0);
  const [[n, sum, least, most, average]] = (await rowsOf(
    'SELECT COUNT(s), SUM(v), MIN(id), MAX(at), AVG(id) FROM t WHERE k = 5 AND s IS NOT NULL',
  )) as [[number, string, number, Date, string]];
  const total = kept.reduce((a, b) => a + b, 0);
  expect([n, Number(sum), least]).toEqual([kept.length, total + kept.length / 4, kept[0]]);
  expect(Number(average)).toBeCloseTo(total / kept.length, 3);
  expect(most.getMilliseconds()).toBe(125);
  const groups = await rowsOf('SELECT e, COUNT(*) FROM t GROUP BY e ORDER BY e');
  expect(groups.map(([e, c]) => [e, Number(c)])).toEqual([
    ['x', ROWS / 2],
    ['y', ROWS / 2],
  ]);
  expect((await rowsOf('SELECT id FROM t WHERE k IN (3, 4) ORDER BY v DESC LIMIT 3')).flat()).toEqual(
    ids(0, ROWS)
      .filter((id) => id % 97 === 3 || id % 97 === 4)
      .reverse()
      .slice(0, 3),
  );
});

test('the store evaluates what it understands', async () => {
  const plan = await rowsOf("EXPLAIN ANALYZE SELECT id FROM t WHERE v > 11000 AND s LIKE '%1'");
  const scan = plan.find(([id]) => String(id).includes('TableFullScan'))!;
  expect(Number(scan[2])).toBe(ROWS);
  expect(Number(plan[0]![2])).toBe(ids(11_000, ROWS).filter((id) => id % 10 === 1).length);
});
