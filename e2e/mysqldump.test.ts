import { spawnSync } from 'node:child_process';
import { ServerProcess } from './testing/server-process.js';

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
const run = has('mysqldump') && has('mysql') ? test : test.skip;

const server = new ServerProcess();
beforeAll(() => server.start());
afterAll(() => server.remove());

const SCHEMA = [
  `CREATE TABLE ty (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, b1 BOOL, t1 TINYINT DEFAULT 1, t2 SMALLINT(5) UNSIGNED ZEROFILL, t3 MEDIUMINT, i INT,
    bg BIGINT, f FLOAT, f2 FLOAT(7,3), d DOUBLE, e DECIMAL(20,5) DEFAULT '1.50000', e0 DECIMAL(65,30), b BIT(10), b64 BIT(64), y YEAR, da DATE,
    dt DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), ts TIMESTAMP(3) NULL, ti TIME(2), c CHAR(5) CHARACTER SET latin1,
    v VARCHAR(20) COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT 'x''y', bi BINARY(3), vb VARBINARY(10), tt TINYTEXT, lt LONGTEXT, tb TINYBLOB, lb LONGBLOB,
    en ENUM('a','b','c''d') DEFAULT 'b', se SET('x','y'), j JSON, KEY kv (v(5)), UNIQUE KEY ue (e, y), KEY ex ((i + 1))) COMMENT 'a table'`,
  String.raw`INSERT INTO ty (b1,t1,t2,t3,i,bg,f,f2,d,e,e0,b,b64,y,da,dt,ts,ti,c,v,bi,vb,tt,lt,tb,lb,en,se,j) VALUES
    (1,-128,7,-8388608,-2147483648,9223372036854775807,1.5,1.5,2.25e100,3.1,123456789.123456789012345678901234567890,b'1010',b'1',2020,'2020-01-02',
    '2020-01-02 03:04:05.123456','2020-01-02 03:04:05.123','-10:11:12.13','é','日本',0x000102,0xfffe,'te\nxt','l"t',0x00,'bl\0ob\\','c''d','x,y','{"a": [1, "z"]}')`,
  'CREATE TABLE parent (id INT PRIMARY KEY, name VARCHAR(10), UNIQUE KEY (name))',
  'CREATE TABLE child (id INT PRIMARY KEY AUTO_INCREMENT, pid INT, CONSTRAINT fk1 FOREIGN KEY (pid) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE SET NULL)',
  "INSERT INTO parent VALUES (1, 'a'), (2, 'b')",
  'INSERT INTO child (pid) VALUES (1), (2)',
  'CREATE TABLE part (id INT, d DATE) PARTITION BY RANGE (YEAR(d)) (PARTITION p0 VALUES LESS THAN (2000), PARTITION p1 VALUES LESS THAN MAXVALUE)',
  "INSERT INTO part VALUES (1, '1999-01-01'), (2, '2020-01-01')",
  'CREATE TABLE gen (id INT PRIMARY KEY, a INT, g1 INT AS (a * 2), g2 INT AS (a + 1) STORED, emb VECTOR(2), KEY (g1))',
  "INSERT INTO gen (id, a, emb) VALUES (1, 5, '[1,2.5]'), (2, NULL, NULL)",
  'CREATE VIEW vv AS SELECT ty.id, ty.v FROM ty JOIN parent ON ty.id = parent.id',
];

/** The dump without the lines that tell of the server and the hour. */
function dump(): string {
  const args = [
    '-h127.0.0.1',
    `-P${server.port}`,
    '-uroot',
    '--default-character-set=utf8mb4',
    '--databases',
    'dumped',
  ];
  const { stdout, stderr, status } = spawnSync('mysqldump', args, { encoding: 'latin1' });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.replace(/^-- Dump completed.*$/m, '');
}

run('what mysqldump writes loads again and dumps the same', async () => {
  const db = await server.connect();
  await db.query('CREATE DATABASE dumped');
  await db.query('USE dumped');
  for (const sql of SCHEMA) await db.query(sql);
  const first = dump();
  await db.query('DROP DATABASE dumped');
  const loaded = spawnSync('mysql', ['-h127.0.0.1', `-P${server.port}`, '-uroot'], {
    input: Buffer.from(first, 'latin1'),
    encoding: 'utf8',
  });
  expect([loaded.status, loaded.stderr]).toEqual([0, '']);
  expect(dump()).toBe(first);
  const [rows] = await db.query('SELECT COUNT(*) AS n FROM dumped.vv');
  expect(rows).toEqual([{ n: 1 }]);
  await db.end();
});
