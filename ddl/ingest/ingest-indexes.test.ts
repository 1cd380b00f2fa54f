import { TestEngine, type TestSession } from '../../session/testing/test-engine.js';
import { randomSource } from '../../testing/random.js';

/** Errors that a statement may meet while the schema changes under it. */
const ALLOWED: ReadonlySet<number> = new Set([0, 1062, 1213, 8028, 9007]);
const ROWS = 3000;

async function fill(s: TestSession, table: string, row: (i: number) => string): Promise<void> {
  for (let from = 0; from < ROWS; from += 1500)
    await s.query(
      `INSERT INTO ${table} VALUES ${Array.from({ length: 1500 }, (_, i) => `(${row(from + i)})`).join(',')}`,
    );
}

test('indexes of all kinds, filled in bulk, agree with the rows', async () => {
  const engine = await TestEngine.open();
  try {
    const s = await engine.session();
    const columns =
      'a INT UNSIGNED, b VARCHAR(60) COLLATE utf8mb4_general_ci, c DECIMAL(20, 3), d DATETIME(3), ts TIMESTAMP NULL, f DOUBLE, ' +
      "e ENUM('x', 'y', 'z'), bi BIT(12), t TIME(6), bl BLOB, u BIGINT UNSIGNED";
    const row = (i: number): string =>
      i % 11 === 0
        ? 'NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL'
        : `${i % 97}, 'Zeile ${'äA'.repeat(i % 5)}${i % 701} ', ${i - 3000}.125, '2024-01-01' + INTERVAL ${i} MINUTE, ` +
          `'2024-06-01' + INTERVAL ${i} SECOND, ${i / 7 - 400}, ${(i % 3) + 1}, ${i % 4096}, SEC_TO_TIME(${i}), ` +
          `'${'b'.repeat(i % 40)}', ${i % 2 === 0 ? '18446744073709551615' : i}`;
    const tables = {
      common: `CREATE TABLE common (id VARCHAR(20), ${columns}, PRIMARY KEY (id) CLUSTERED)`,
      parts: `CREATE TABLE parts (id INT, ${columns}) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (100), PARTITION p1 VALUES LESS THAN MAXVALUE)`,
    };
    for (const [table, sql] of Object.entries(tables)) {
      await s.query(sql);
      await fill(s, table, (i) => `${i}, ${row(i)}`);
      await s.query(
        `ALTER TABLE ${table} ADD INDEX i1 (b, a), ADD INDEX i2 (b(7), c), ADD UNIQUE INDEX i3 (id), ADD INDEX i4 (d, ts, f, e, bi, t), ` +
          'ADD UNIQUE INDEX i5 (id, u, bl(20))',
      );
      await s.query(`ADMIN CHECK TABLE ${table}`);
      for (const index of ['i1', 'i4', 'i5']) {
        const sum = 'COUNT(*), SUM(a), SUM(c), SUM(CRC32(CONCAT_WS(0, id, b, d, ts, e, t)))';
        expect(await s.query(`SELECT ${sum} FROM ${table} FORCE INDEX (${index}) WHERE id >= 0`)).toEqual(
          await s.query(`SELECT ${sum} FROM ${table} IGNORE INDEX (i1, i2, i3, i4, i5) WHERE id >= 0`),
        );
      }
      await s.query(`DELETE FROM ${table} WHERE id % 3 = 0`);
      await s.query(`UPDATE ${table} SET b = 'changed', id = id + 100000 WHERE a = 5`);
      await s.query(`ADMIN CHECK TABLE ${table}`);
      expect(await s.query(`SELECT COUNT(*) FROM ${table} FORCE INDEX (i1) WHERE b = 'CHANGED'`)).toEqual(
        await s.query(`SELECT COUNT(*) FROM ${table} IGNORE INDEX (i1, i2) WHERE b = 'changed'`),
      );
    }
    // What was dropped and added again is filled anew.
    await s.query('ALTER TABLE parts DROP INDEX i1');
    await s.query('ALTER TABLE parts ADD INDEX i1 (b, a)');
    await s.query('ADMIN CHECK TABLE parts');
  } finally {
    await engine.close();
  }
});

test('unique and other indexes are filled in bulk while rows are written', async () => {
  const { seed, random } = randomSource();
  const engine = await TestEngine.open();
  try {
    const ddl = await engine.session();
    await ddl.query('CREATE TABLE t (id INT PRIMARY KEY, a INT, v INT, b VARCHAR(20))');
    await fill(ddl, 't', (i) => `${i}, ${i % 97}, ${i}, 'row ${i}'`);
    let stop = false;
    const seen = new Map<number, number>();
    const writers = Array.from({ length: 4 }, async (_, n) => {
      const s = await engine.session();
      while (!stop) {
        const id = Math.floor(random() * ROWS * 1.2);
        const other = Math.floor(random() * ROWS * 1.2);
        const statement = [
          `INSERT INTO t VALUES (${id}, ${id % 31}, ${id}, 'w${n}')`,
          `UPDATE t SET a = a + 1, b = CONCAT('u', a) WHERE id = ${id}`,
          `DELETE FROM t WHERE id = ${id}`,
          // Rows that pass a value of the unique column on to each other.
          `UPDATE t SET v = IF(id = ${id}, -${id}, v) WHERE id IN (${id}, ${other})`,
          `UPDATE t SET id = id + 100000 WHERE id = ${id}`,
        ][Math.floor(random() * 5)]!;
        const error = await s.errorOf(statement);
        seen.set(error, (seen.get(error) ?? 0) + 1);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    for (let round = 0; round < 2; round++) {
      const error = await ddl.errorOf(
        `ALTER TABLE t ADD UNIQUE INDEX v (v), ADD UNIQUE INDEX w (b, id), ADD INDEX b (b, a)`,
      );
      expect([0, 1062]).toContain(error);
      await ddl.query('ADMIN CHECK TABLE t');
      if (error === 0) {
        const twice = await ddl.query(
          'SELECT v FROM t IGNORE INDEX (v) WHERE v IS NOT NULL GROUP BY v HAVING COUNT(*) > 1',
        );
        expect({ seed, twice }).toEqual({ seed, twice: [] });
        await ddl.query('ALTER TABLE t DROP INDEX v, DROP INDEX w, DROP INDEX b');
      }
    }
    stop = true;
    await Promise.all(writers);
    await ddl.query('ADMIN CHECK TABLE t');
    const unexpected = [...seen.keys()].filter((e) => !ALLOWED.has(e));
    expect({ seed, unexpected }).toEqual({ seed, unexpected: [] });
  } finally {
    await engine.close();
  }
});

test('a duplicate among many rows takes the index back out', async () => {
  const engine = await TestEngine.open();
  try {
    const s = await engine.session();
    await s.query('CREATE TABLE d (id INT PRIMARY KEY, v INT, w INT)');
    await fill(s, 'd', (i) => `${i}, ${i === 2900 ? 2500 : i}, ${i === 2900 ? 7 : i}`);
    await expect(s.query('CREATE UNIQUE INDEX v ON d (v)')).rejects.toThrow(
      "Duplicate entry '2500' for key 'd.v'",
    );
    // One of the two was added by a transaction before the bulk began.
    await expect(s.query('CREATE UNIQUE INDEX w ON d (w)')).rejects.toThrow(
      "Duplicate entry '7' for key 'd.w'",
    );
    expect((await s.query('SHOW INDEX FROM d')).length).toBe(1);
    await s.query('INSERT INTO d VALUES (10000, 2500, 7)');
    await s.query('ADMIN CHECK TABLE d');
    await s.query('DELETE FROM d WHERE id IN (2900, 10000)');
    await s.query('CREATE UNIQUE INDEX v ON d (v)');
    expect(await s.errorOf('INSERT INTO d VALUES (20000, 2500, 0)')).toBe(1062);
    expect(await s.errorOf('INSERT INTO d VALUES (20000, 2900, 0)')).toBe(0);
    await s.query('ADMIN CHECK TABLE d');
  } finally {
    await engine.close();
  }
});
