import { TestEngine } from '../session/testing/test-engine.js';
import { randomSource } from '../testing/random.js';

/** Errors that a statement may meet while the schema changes under it. */
const ALLOWED: ReadonlySet<number> = new Set([0, 1062, 1213, 8028, 9007]);

test('indexes and columns come and go while rows are written; indexes agree with rows after each', async () => {
  const { seed, random } = randomSource();
  const engine = await TestEngine.open();
  try {
    const ddl = await engine.session();
    await ddl.query('CREATE TABLE t (id INT PRIMARY KEY, a INT, b VARCHAR(20), KEY a (a))');
    const values = Array.from({ length: 1500 }, (_, i) => `(${i}, ${i % 97}, 'row ${i}')`);
    await ddl.query(`INSERT INTO t VALUES ${values.join(',')}`);
    let stop = false;
    const seen = new Map<number, number>();
    const writers = Array.from({ length: 4 }, async (_, n) => {
      const s = await engine.session();
      while (!stop) {
        const id = Math.floor(random() * 6000);
        const statement = [
          `INSERT INTO t (id, a, b) VALUES (${id}, ${id % 31}, 'w${n}')`,
          `UPDATE t SET a = a + 1, b = CONCAT('u', a) WHERE id = ${id}`,
          `DELETE FROM t WHERE id = ${id}`,
          `REPLACE INTO t (id, a) VALUES (${id}, 7)`,
        ][Math.floor(random() * 4)]!;
        const error = await s.errorOf(statement);
        seen.set(error, (seen.get(error) ?? 0) + 1);
        // Lets timers and the schema change have their turn.
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    for (let round = 0; round < 2; round++) {
      await ddl.query(`CREATE INDEX i${round} ON t (b(${3 + round}), a)`);
      await ddl.query('ADMIN CHECK TABLE t');
      await ddl.query(
        `ALTER TABLE t ADD COLUMN c${round} INT NOT NULL DEFAULT ${round}, ADD UNIQUE INDEX u${round} (id, c${round})`,
      );
      await ddl.query('ADMIN CHECK TABLE t');
      if (round > 0) await ddl.query(`ALTER TABLE t DROP INDEX u${round - 1}, DROP COLUMN c${round - 1}`);
      await ddl.query('ADMIN CHECK TABLE t');
    }
    stop = true;
    await Promise.all(writers);
    await ddl.query('ADMIN CHECK TABLE t');
    const unexpected = [...seen.keys()].filter((e) => !ALLOWED.has(e));
    expect({ seed, unexpected }).toEqual({ seed, unexpected: [] });
    expect(seen.get(0) ?? 0).toBeGreaterThan(10);
    const [byTable] = await ddl.query('SELECT COUNT(*), SUM(a) FROM t IGNORE INDEX (a, i1)');
    const [byIndex] = await ddl.query('SELECT COUNT(*), SUM(a) FROM t FORCE INDEX (i1)');
    expect(byIndex).toEqual(byTable);
  } finally {
    await engine.close();
  }
});

test('a duplicate found by the backfill takes the unique index back out', async () => {
  const engine = await TestEngine.open();
  try {
    const s = await engine.session();
    await s.query('CREATE TABLE d (id INT PRIMARY KEY, v INT)');
    await s.query('INSERT INTO d VALUES (1, 5), (2, 6), (3, 5)');
    expect(await s.errorOf('CREATE UNIQUE INDEX v ON d (v)')).toBe(1062);
    expect((await s.query('SHOW INDEX FROM d')).length).toBe(1);
    await s.query('INSERT INTO d VALUES (4, 5)');
    await s.query('ADMIN CHECK TABLE d');
  } finally {
    await engine.close();
  }
});

test('a schema change waits for the transaction that wrote the table', async () => {
  const engine = await TestEngine.open();
  try {
    const [a, b] = [await engine.session(), await engine.session()];
    await a.query('CREATE TABLE w (id INT PRIMARY KEY, v INT)');
    await a.query('BEGIN');
    await a.query('INSERT INTO w VALUES (1, 1)');
    let done = false;
    const change = b.query('CREATE INDEX v ON w (v)').then(() => (done = true));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(done).toBe(false);
    await a.query('COMMIT');
    await change;
    expect(await b.query('SELECT id FROM w FORCE INDEX (v) WHERE v = 1')).toEqual([['1']]);
    await b.query('ADMIN CHECK TABLE w');
  } finally {
    await engine.close();
  }
});
