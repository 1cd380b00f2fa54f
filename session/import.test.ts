import { gzipSync } from 'node:zlib';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dumpStatements } from './import/dump-statements.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
let root: TestSession;
const dir = mkdtempSync(join(tmpdir(), 'rutile-import-'));
const at = (name: string): string => join(dir, name);
const lines = async (sql: string): Promise<string[]> =>
  (await root.query(sql)).map((row) => row.map((v) => v ?? 'NULL').join('\t'));

beforeAll(async () => {
  engine = await TestEngine.open();
  root = await engine.session();
  await root.query('CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), b INT)');
});
beforeEach(async () => {
  await root.query('TRUNCATE TABLE t');
});
afterAll(async () => {
  await engine.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('IMPORT INTO', () => {
  test('reads CSV as it is usually written', async () => {
    writeFileSync(at('a.csv'), 'id,a,b\r\n1,"x, ""y""",\\N\r\n2,NULL,3\r\n3,"\\N",4\r\n');
    const [job] = await root.query(`IMPORT INTO t FROM '${at('a.csv')}' WITH skip_rows=1`);
    expect([job![6], job![8]]).toEqual(['finished', '3']);
    expect(await lines('SELECT * FROM t')).toEqual(['1\tx, "y"\tNULL', '2\tNULL\t3', '3\tN\t4']);
    expect(await lines('SELECT a IS NULL FROM t WHERE id = 2')).toEqual(['0']);
    expect(await root.errorOf(`IMPORT INTO t FROM '${at('a.csv')}' WITH skip_rows=1`)).toBe(8173);
  });

  test('takes several files, columns, variables and SET', async () => {
    writeFileSync(at('p1.csv'), '1|x\n');
    writeFileSync(at('p2.csv.gz'), gzipSync('2|y\n'));
    await root.query(
      `IMPORT INTO t (id, @v) SET a = UPPER(@v), b = id * 10 FROM '${at('p?.csv*')}' WITH fields_terminated_by='|'`,
    );
    expect(await lines('SELECT * FROM t')).toEqual(['1\tX\t10', '2\tY\t20']);
  });

  test('takes the rows of an SQL dump', async () => {
    writeFileSync(
      at('d.sql'),
      "/*!40101 SET NAMES utf8 */;\nINSERT INTO `other` VALUES (1,'a;''b',NULL),\n(2,'--',3);\n-- it's over;\nINSERT INTO other (id, a) VALUES (4,'d\\'e');\n",
    );
    await root.query(`IMPORT INTO t FROM '${at('d.sql')}' FORMAT 'SQL'`);
    expect(await lines('SELECT * FROM t')).toEqual(["1\ta;'b\tNULL", '2\t--\t3', "4\td'e\tNULL"]);
  });

  test('is there as a whole or not at all', async () => {
    writeFileSync(at('bad.csv'), '1,a,1\n2,b,2\n2,c,3\n');
    expect(await root.errorOf(`IMPORT INTO t FROM '${at('bad.csv')}'`)).toBe(1062);
    expect(await lines('SELECT * FROM t')).toEqual([]);
    expect((await root.query('SHOW IMPORT JOBS')).at(-1)![6]).toBe('failed');
  });

  test('detached jobs go on by themselves', async () => {
    writeFileSync(at('big.csv'), Array.from({ length: 3000 }, (_, i) => `${i},x${i},${i}\n`).join(''));
    const [job] = await root.query(`IMPORT INTO t FROM '${at('big.csv')}' WITH detached, group_key='g'`);
    const status = async (): Promise<string> => (await root.query(`SHOW IMPORT JOB ${job![0]}`))[0]![6]!;
    while ((await status()) === 'running') await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await status()).toBe('finished');
    expect(await lines('SELECT COUNT(*), SUM(b) FROM t')).toEqual(['3000\t4498500']);
    expect(await root.errorOf(`CANCEL IMPORT JOB ${job![0]}`)).toBe(8171);
    expect(await root.errorOf('CANCEL IMPORT JOB 999')).toBe(8170);
  });

  test('takes the rows of a query', async () => {
    await root.query('CREATE TABLE u LIKE t');
    await root.query("INSERT INTO t VALUES (1, 'a', 2)");
    await root.query('IMPORT INTO u FROM SELECT * FROM t');
    expect(await lines('SELECT * FROM u')).toEqual(['1\ta\t2']);
    expect(await root.errorOf('IMPORT INTO u FROM SELECT id + 1, a, b FROM t')).toBe(8173);
    await root.query('IMPORT INTO u FROM SELECT id + 1, a, b FROM t WITH disable_precheck');
    expect(await lines('SELECT COUNT(*) FROM u')).toEqual(['2']);
  });
});

test('dumps are split at any byte', async () => {
  const dump = "SELECT 'a;\\'b;';/* ; */ SELECT \"x;\" -- ;\n;\n# ;\nSELECT `;`;";
  const bytes = new TextEncoder().encode(dump);
  async function* pieces(size: number): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < bytes.length; i += size) yield bytes.slice(i, i + size);
  }
  for (let size = 1; size <= bytes.length; size++) {
    const found: string[] = [];
    for await (const s of dumpStatements(pieces(size))) found.push(s);
    expect(found).toEqual(["SELECT 'a;\\'b;'", '/* ; */ SELECT "x;" -- ;\n', '\n# ;\nSELECT `;`']);
  }
});

describe('LOAD DATA through a view', () => {
  beforeAll(async () => {
    writeFileSync(at('v.txt'), '1\t5\n2\t6\n');
    await root.query('CREATE TABLE below (id INT PRIMARY KEY, v INT, w INT DEFAULT 9)');
    await root.query('CREATE VIEW renamed AS SELECT v AS y, id AS x FROM below');
    await root.query('CREATE VIEW small AS SELECT id, v FROM below WHERE v < 6 WITH CHECK OPTION');
    await root.query('CREATE VIEW computed AS SELECT id, v + 1 AS n FROM below');
  });
  beforeEach(async () => {
    await root.query('DELETE FROM below');
  });
  const load = (rest: string): string => `LOAD DATA INFILE '${at('v.txt')}' ${rest}`;

  test('fields go to the columns that the view names', async () => {
    await root.query(load('INTO TABLE renamed'));
    expect(await lines('SELECT * FROM below')).toEqual(['5\t1\t9', '6\t2\t9']);
    await root.query(load('REPLACE INTO TABLE renamed (@a, x) SET y = @a * 10 + x'));
    expect(await lines('SELECT * FROM below')).toEqual(['5\t15\t9', '6\t26\t9']);
  });

  test('rows keep to the CHECK OPTION', async () => {
    expect(await root.errorOf(load('INTO TABLE small'))).toBe(1369);
    await root.query(load('IGNORE INTO TABLE small'));
    expect(await lines('SELECT * FROM below')).toEqual(['1\t5\t9']);
  });

  test('views that rows cannot be inserted into are refused', async () => {
    expect(await root.errorOf(load('INTO TABLE computed'))).toBe(1471);
  });
});

test('LOAD DATA into partitions takes no rows of others', async () => {
  writeFileSync(at('p.txt'), '1\n5\n2\n');
  await root.query(
    'CREATE TABLE parts (a INT) PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (3), PARTITION p1 VALUES LESS THAN (9))',
  );
  const load = (rest: string): string => `LOAD DATA INFILE '${at('p.txt')}' ${rest}`;
  expect(await root.errorOf(load('INTO TABLE parts PARTITION (p0)'))).toBe(1748);
  await root.query(load('IGNORE INTO TABLE parts PARTITION (p0)'));
  expect(await lines('SELECT * FROM parts ORDER BY a')).toEqual(['1', '2']);
  await root.query(load('INTO TABLE parts PARTITION (p0, p1)'));
  expect(await lines('SELECT COUNT(*) FROM parts')).toEqual(['5']);
  expect(await root.errorOf(load('INTO TABLE parts PARTITION (nosuch)'))).toBe(1735);
  expect(await root.errorOf(load('INTO TABLE t PARTITION (p0)'))).toBe(1747);
  expect(await root.errorOf(load('INTO TABLE t WITH nosuch = 1'))).toBe(8163);
});

test('LOAD DATA leaves out lines whose end is not escaped, and the word NULL is a text where fields are never enclosed', async () => {
  await root.query('CREATE TABLE words (a INT, b VARCHAR(20))');
  writeFileSync(at('w.txt'), 'head\\\nof two lines\n1\tNULL\n2\t\\N\n');
  await root.query(`LOAD DATA INFILE '${at('w.txt')}' INTO TABLE words IGNORE 1 LINES`);
  await root.query(
    `LOAD DATA INFILE '${at('w.txt')}' INTO TABLE words FIELDS ENCLOSED BY '"' IGNORE 1 LINES`,
  );
  await root.query(`LOAD DATA INFILE '${at('w.txt')}' INTO TABLE words FIELDS ESCAPED BY '' IGNORE 2 LINES`);
  expect(await lines('SELECT a, b, b IS NULL FROM words')).toEqual([
    '1\tNULL\t0',
    '2\tNULL\t1',
    '1\tNULL\t1',
    '2\tNULL\t1',
    '1\tNULL\t0',
    '2\t\\N\t0',
  ]);
});

describe('SELECT ... INTO OUTFILE', () => {
  test('writes what LOAD DATA reads', async () => {
    await root.query("INSERT INTO t VALUES (1, 'a\\tb\\nc\\\\d', NULL), (2, '', -5)");
    await root.query(`SELECT * FROM t INTO OUTFILE '${at('o.txt')}'`);
    expect(readFileSync(at('o.txt'), 'utf8')).toBe('1\ta\\\tb\\\nc\\\\d\t\\N\n2\t\t-5\n');
    await root.query('CREATE TABLE back LIKE t');
    await root.query(`LOAD DATA INFILE '${at('o.txt')}' INTO TABLE back`);
    expect(await lines('SELECT * FROM back')).toEqual(await lines('SELECT * FROM t'));
    expect(await root.errorOf(`SELECT 1 INTO OUTFILE '${at('o.txt')}'`)).toBe(1086);
  });

  test('encloses and ends as it is told', async () => {
    await root.query("INSERT INTO t VALUES (1, 'a\"b,c', NULL)");
    await root.query(
      `SELECT * FROM t INTO OUTFILE '${at('q.txt')}' FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' LINES STARTING BY '>' TERMINATED BY ';'`,
    );
    expect(readFileSync(at('q.txt'), 'utf8')).toBe('>1,"a\\"b,c",\\N;');
  });

  test('JSON, VECTOR and BIT go out as LOAD DATA takes them', async () => {
    await root.query('CREATE TABLE f (j JSON, v VECTOR, b BIT(8))');
    await root.query(`INSERT INTO f VALUES ('{"a":[1,"x"]}', '[1,2.5]', b'1000001')`);
    await root.query(`SELECT * FROM f INTO OUTFILE '${at('f.txt')}'`);
    expect(readFileSync(at('f.txt'), 'utf8')).toBe('{"a": [1, "x"]}\t[1,2.5]\tA\n');
    await root.query('CREATE TABLE g LIKE f');
    await root.query(`LOAD DATA INFILE '${at('f.txt')}' INTO TABLE g`);
    expect(await lines('SELECT * FROM g')).toEqual(await lines('SELECT * FROM f'));
    await root.query(`SELECT j FROM f INTO DUMPFILE '${at('j.txt')}'`);
    expect(readFileSync(at('j.txt'), 'utf8')).toBe('{"a": [1, "x"]}');
  });

  test('DUMPFILE writes one row as it is', async () => {
    await root.query(`SELECT UNHEX('00FF5C'), 'x' INTO DUMPFILE '${at('d.bin')}'`);
    expect(readFileSync(at('d.bin'))).toEqual(Buffer.from([0, 255, 92, 120]));
    expect(await root.errorOf(`SELECT 1 UNION SELECT 2 INTO DUMPFILE '${at('e.bin')}'`)).toBe(1172);
  });
});
