/** A heavy statement and what surrounds it: `before` prepares it, `after` undoes it; neither is measured. */
export interface HeavyStatement {
  readonly name: string;
  readonly sql: string;
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** Runs to its end whatever comes: only the event loop is looked at. */
  readonly unstoppable?: boolean;
  /** The error that it ends with by itself. */
  readonly fails?: number;
}

const ITEMS = (n: number): string => Array.from({ length: n }, (_, i) => i * 3 + 1).join(',');

const SMALL_QUOTA = ['SET tidb_mem_quota_query = 16777216'];
const NO_QUOTA = ['SET tidb_mem_quota_query = 1073741824'];
const spilling = (name: string, sql: string): HeavyStatement => ({
  name: `${name}, spilling`,
  sql,
  before: SMALL_QUOTA,
  after: NO_QUOTA,
});
const change = (name: string, sql: string): HeavyStatement => ({
  name,
  sql,
  before: ['BEGIN'],
  after: ['ROLLBACK'],
});

/** Variables of documents of 200,000 items each: an array, one of other numbers, an object. */
const LARGE_DOCUMENTS = [
  `SET @doc = '[${ITEMS(200_000)}]'`,
  `SET @neg = '[-${ITEMS(200_000).replaceAll(',', ',-')}]'`,
  `SET @obj = '{${Array.from({ length: 200_000 }, (_, i) => `"k${i}":"v${i}"`).join(',')}}'`,
];

/** The tables; `t` is loaded from a file of `rows` lines. */
export const schema = (rows: number): string[] => [
  'CREATE TABLE t (id INT PRIMARY KEY, k INT, u INT, s VARCHAR(40), d DECIMAL(12,2), f DOUBLE, dt DATETIME, KEY (k))',
  'CREATE TABLE copy (id INT PRIMARY KEY, k INT, u INT, s VARCHAR(40), d DECIMAL(12,2), f DOUBLE, dt DATETIME, KEY (k), KEY (s))',
  'CREATE TABLE heap (a INT, b VARCHAR(40))',
  `CREATE TABLE parts (id INT PRIMARY KEY, k INT, s VARCHAR(40)) PARTITION BY HASH (id) PARTITIONS 8 /* ${rows} */`,
];

export const LOADS = (file: string): string[] => [
  `LOAD DATA INFILE '${file}' INTO TABLE t FIELDS TERMINATED BY ','`,
  'INSERT INTO parts SELECT id, k, s FROM t',
  'ANALYZE TABLE t',
];

export const heavyStatements = (file: string, rows: number): HeavyStatement[] => [
  // Reads
  { name: 'scan and filter', sql: "SELECT COUNT(*) FROM t WHERE s LIKE '%zz%' AND f * 3 > k" },
  { name: 'result of all rows', sql: 'SELECT * FROM t' },
  { name: 'index look-ups', sql: 'SELECT /*+ USE_INDEX(t, k) */ SUM(u) FROM t WHERE k BETWEEN 1 AND 900' },
  { name: 'regular expression', sql: "SELECT COUNT(*) FROM t WHERE s REGEXP 'a.*b.*c.*[0-9]$'" },
  {
    name: 'LIKE over long texts',
    sql: "SELECT SUM(CONCAT(REPEAT(s, 100000), id) COLLATE utf8mb4_general_ci LIKE '%a%b%c%d%e%zzzz%zzzzzz%') FROM t",
  },
  {
    name: 'texts that are expensive',
    sql: "SELECT COUNT(*) FROM t WHERE REGEXP_REPLACE(REPEAT(s, 500), '[a-c]+', 'zz') LIKE '%zzx%zzy%' OR SHA2(REPEAT(s, 5000), 512) = ''",
  },
  { name: 'long IN', sql: `SELECT COUNT(*) FROM t WHERE u IN (${ITEMS(200_000)})` },
  {
    name: 'long OR',
    sql: `SELECT COUNT(*) FROM t WHERE ${Array.from({ length: 3000 }, (_, i) => `u = ${i} AND k = ${i % 7}`).join(' OR ')}`,
  },
  {
    name: 'long VALUES',
    sql: `SELECT COUNT(*) FROM (VALUES ${Array.from({ length: 2_000 }, (_, i) => `ROW(${i}, 'v${i}')`).join(',')}) v`,
  },
  {
    name: 'many UNION ALL',
    sql: Array.from({ length: 300 }, (_, i) => `SELECT COUNT(*) FROM t WHERE k = ${i}`).join(' UNION ALL '),
  },
  {
    name: 'deep expression',
    sql: `SELECT ${Array.from({ length: 700 }, (_, i) => `k + ${i}`).join(' + ')} FROM t LIMIT 1`,
  },
  {
    name: 'OR nested to the left',
    sql: `SELECT COUNT(*) FROM t WHERE ${Array.from({ length: 20_000 }, (_, i) => `u = ${i * 3}`).join(' OR ')}`,
  },
  {
    name: 'OR of ranges',
    sql: `SELECT COUNT(*) FROM t WHERE ${Array.from({ length: 5000 }, (_, i) => `k > ${i * 10} AND k < ${i * 10 + 3}`).join(' OR ')}`,
  },
  {
    name: 'long AND',
    sql: `SELECT COUNT(*) FROM t WHERE ${Array.from({ length: 5000 }, (_, i) => `u <> ${i * 3}`).join(' AND ')}`,
  },
  {
    name: 'long CASE',
    sql: `SELECT COUNT(*) FROM t WHERE CASE u ${Array.from({ length: 5000 }, (_, i) => `WHEN ${i} THEN ${i * 3}`).join(' ')} ELSE 0 END = 7`,
  },
  {
    name: 'many columns',
    sql: `SELECT ${Array.from({ length: 3000 }, (_, i) => `u + ${i} AS c${i}`).join(', ')} FROM t ORDER BY c7 LIMIT 3`,
  },
  {
    name: 'many columns of a derived table',
    sql: `SELECT COUNT(*) FROM (SELECT ${Array.from({ length: 3000 }, (_, i) => `u + ${i} AS c${i}`).join(', ')} FROM t ORDER BY f LIMIT 1000) x WHERE c5 > 7`,
  },
  {
    name: 'many group columns',
    sql: `SELECT COUNT(*) FROM (SELECT 1 FROM t GROUP BY ${Array.from({ length: 1000 }, (_, i) => `u + ${i}`).join(', ')}) x`,
  },
  {
    name: 'nested subqueries',
    sql: `SELECT COUNT(*) FROM ${'(SELECT * FROM '.repeat(60)}t${') x'.repeat(60)}`,
  },
  {
    name: 'many joins',
    sql: `SELECT COUNT(*) FROM t t0 ${Array.from({ length: 60 }, (_, i) => `JOIN t t${i + 1} ON t${i + 1}.id = t${i}.u`).join(' ')}`,
  },
  {
    name: 'many CTEs',
    sql: `WITH ${Array.from({ length: 300 }, (_, i) => `c${i} AS (SELECT id, k FROM ${i === 0 ? 't' : `c${i - 1}`} WHERE k <> ${i})`).join(', ')} SELECT COUNT(*) FROM c299`,
  },
  {
    name: 'EXPLAIN of IN of rows',
    sql: `EXPLAIN SELECT COUNT(*) FROM t WHERE (k, u) IN (${Array.from({ length: 50_000 }, (_, i) => `(${i % 1000},${i})`).join(',')})`,
  },
  {
    name: 'IN of an index',
    sql: `SELECT COUNT(*) FROM t WHERE k IN (${Array.from({ length: 100_000 }, (_, i) => i * 2).join(',')}) AND f > 0.5`,
  },
  {
    name: 'IN of keys',
    sql: `SELECT SUM(u) FROM t WHERE id IN (${Array.from({ length: 100_000 }, (_, i) => i * 2).join(',')})`,
  },
  {
    name: 'UPDATE of IN of keys',
    sql: `UPDATE t SET f = f + 1 WHERE id IN (${Array.from({ length: 50_000 }, (_, i) => i * 2).join(',')})`,
  },
  {
    name: 'DELETE of IN of keys',
    sql: `DELETE FROM t WHERE id IN (${Array.from({ length: 50_000 }, (_, i) => i * 2 + 1e9).join(',')})`,
  },
  {
    name: 'UPDATE of a long CASE',
    sql: `UPDATE t SET f = CASE id ${Array.from({ length: 5000 }, (_, i) => `WHEN ${i} THEN ${i * 3}`).join(' ')} ELSE f END WHERE id < 5000`,
  },
  {
    name: 'IN of decimals',
    sql: `SELECT COUNT(*) FROM t WHERE d IN (${Array.from({ length: 100_000 }, (_, i) => `${i}.25`).join(',')})`,
  },
  {
    name: 'IN of times',
    sql: `SELECT COUNT(*) FROM t WHERE dt IN (${Array.from({ length: 50_000 }, (_, i) => `'2024-01-01 ${String(i % 24).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}:${String((i >> 6) % 60).padStart(2, '0')}'`).join(',')})`,
  },
  {
    name: 'IN of numbers as texts',
    sql: `SELECT COUNT(*) FROM t WHERE u IN (${Array.from({ length: 100_000 }, (_, i) => `'${i}'`).join(',')})`,
  },
  {
    name: 'IN of expressions',
    sql: `SELECT COUNT(*) FROM t WHERE u IN (${Array.from({ length: 20_000 }, (_, i) => `${i} + 1`).join(',')})`,
  },
  {
    name: 'ELT of many',
    sql: `SELECT MAX(ELT(u, ${Array.from({ length: 5000 }, (_, i) => `'v${i}'`).join(',')})), MAX(FIELD(s, ${Array.from({ length: 5_000 }, (_, i) => `'v${i}'`).join(',')})) FROM t`,
  },
  {
    name: 'statement that fails late',
    sql: `SELECT ${ITEMS(200_000)} )`,
    fails: 1064,
  },
  {
    name: 'many literals',
    sql: `SELECT ${ITEMS(4000)}`,
  },
  {
    name: 'long text literal',
    sql: `SELECT LENGTH('${'ä x'.repeat(3_000_000)}')`,
  },
  {
    name: 'equalities to propagate',
    sql: `SELECT COUNT(*) FROM t WHERE ${Array.from({ length: 400 }, (_, i) => `k = u + ${i % 3} AND u > ${i}`).join(' AND ')}`,
  },
  {
    name: 'many aggregates',
    sql: `SELECT ${Array.from({ length: 1500 }, (_, i) => `SUM(u + ${i})`).join(', ')} FROM t`,
  },
  { name: 'constant of megabytes', sql: "SELECT LENGTH(REPLACE(REPEAT('ab', 10000000), 'a', 'cc'))" },
  {
    name: 'many constants of megabytes',
    sql: `SELECT ${["HEX(REPEAT('ab', 10000000))", "REVERSE(REPEAT('ab', 10000000))", "UPPER(REPEAT('ab', 10000000))", "SHA2(REPEAT('ab', 10000000), 512)", "TO_BASE64(REPEAT('ab', 10000000))", "COMPRESS(REPEAT('abcdefgh', 2000000))"].map((f) => `LENGTH(${f})`).join(', ')}`,
  },
  {
    name: 'more constants of megabytes',
    sql: `SELECT ${["UNCOMPRESS(COMPRESS(REPEAT('abcdefgh', 4000000)))", "LPAD('x', 16000000, 'ab')", "AES_ENCRYPT(REPEAT('a', 60000000), 'k')", "TRIM('a' FROM REPEAT('ab', 10000000))", "SUBSTRING_INDEX(REPEAT('ab', 10000000), 'b', -1000000)", "SHA2(REPEAT('a', 60000000), 512)", "QUOTE(REPEAT('a', 20000000))"].map((f) => `LENGTH(${f})`).join(', ')}`,
  },
  {
    name: 'numbers of megabytes',
    sql: "SELECT CAST(REPEAT('9', 9000000) AS SIGNED), CAST(REPEAT('9', 9000000) AS DECIMAL(65,0)), REPEAT('9', 9000000) + 0, CAST(REPEAT('9', 9000000) AS DATETIME)",
  },
  {
    name: 'pattern that backtracks',
    fails: 3699,
    sql: `SELECT COUNT(*) FROM t WHERE CONCAT(s, '${'a'.repeat(40)}!') REGEXP '(a+)+b'`,
  },
  {
    name: 'LIKE that backtracks',
    sql: `SELECT CONCAT(REPEAT('a', 300000), 'b') LIKE '${'%a'.repeat(60)}%c', LOCATE(CONCAT(REPEAT('a', 100000), 'b'), REPEAT('a', 1000000)), FIND_IN_SET('x', REPEAT('a,', 4000000))`,
  },
  {
    name: 'IN of texts',
    sql: `SELECT COUNT(*) FROM t WHERE s IN (${Array.from({ length: 100_000 }, (_, i) => `'text ${i}'`).join(',')})`,
  },
  {
    name: 'IN of rows',
    sql: `SELECT COUNT(*) FROM t WHERE (k, u) IN (${Array.from({ length: 50_000 }, (_, i) => `(${i % 1000},${i})`).join(',')})`,
  },
  {
    name: 'IN of texts with weights',
    sql: `SELECT COUNT(*) FROM t WHERE s COLLATE utf8mb4_general_ci IN (${Array.from({ length: 50_000 }, (_, i) => `'text ${i}'`).join(',')})`,
  },
  {
    name: 'JSON_CONTAINS of objects',
    sql: `SELECT JSON_CONTAINS(@objs, @objs), JSON_OVERLAPS(@objs, '[{"id":-1},{"id":-2}]')`,
    before: [
      `SET @objs = '[${Array.from({ length: 5000 }, (_, i) => `{"id":${i},"v":"x${i}"}`).join(',')}]'`,
    ],
  },
  {
    name: 'large document of a condition',
    sql: 'SELECT COUNT(*) FROM t WHERE JSON_CONTAINS(@doc, CAST(u AS JSON)) AND id < 200',
    before: LARGE_DOCUMENTS,
  },
  {
    name: 'large document in JSON_TABLE',
    sql: "SELECT COUNT(*) FROM JSON_TABLE(@obj, '$.*' COLUMNS (a TEXT PATH '$')) j",
    before: LARGE_DOCUMENTS,
  },
  {
    name: 'INSERT of large documents',
    sql: "INSERT INTO docs VALUES (1, JSON_MERGE_PATCH(@doc, @doc)), (2, JSON_SET(@doc, '$[5]', 1))",
    before: ['CREATE TABLE docs (id INT PRIMARY KEY, j JSON)', ...LARGE_DOCUMENTS],
    after: ['DROP TABLE docs'],
  },
  {
    name: 'UPDATE of large documents',
    sql: "UPDATE docs SET j = JSON_SET(j, '$[7]', 8) WHERE JSON_EXTRACT(j, '$[8]') = 25",
    before: [
      'CREATE TABLE docs (id INT PRIMARY KEY, j JSON)',
      ...LARGE_DOCUMENTS,
      'INSERT INTO docs VALUES (1, @doc), (2, @doc), (3, @doc)',
    ],
    after: ['DROP TABLE docs'],
  },
  {
    name: 'groups of long texts',
    sql: 'SELECT COUNT(*) FROM (SELECT x, COUNT(*) FROM (SELECT REPEAT(s, 2000) x FROM t WHERE id < 3000) y GROUP BY x) z',
  },
  {
    name: 'sort of long texts',
    sql: 'SELECT COUNT(*) FROM (SELECT x, ROW_NUMBER() OVER (ORDER BY x) r FROM (SELECT REPEAT(s, 2000) COLLATE utf8mb4_general_ci x FROM t WHERE id < 3000) y) z WHERE r > 0',
  },
  {
    name: 'information_schema',
    sql: 'SELECT COUNT(*), MAX(t.table_rows), COUNT(DISTINCT c.column_name) FROM information_schema.tables t JOIN information_schema.columns c ON c.table_schema = t.table_schema AND c.table_name = t.table_name JOIN information_schema.statistics s ON s.table_name = t.table_name',
  },
  ...(
    [
      ['JSON_EXTRACT', "JSON_EXTRACT(@doc, '$[199999]')"],
      ['JSON_SET', "JSON_SET(@doc, '$[100000]', 'x')"],
      ['JSON_REMOVE', "JSON_REMOVE(@doc, '$[100000]')"],
      ['JSON_ARRAY_INSERT', "JSON_ARRAY_INSERT(@doc, '$[100000]', 1)"],
      ['JSON_MERGE_PRESERVE', 'JSON_MERGE_PRESERVE(@doc, @doc)'],
      ['JSON_MERGE_PATCH', 'JSON_MERGE_PATCH(@obj, @obj)'],
      ['JSON_CONTAINS', 'JSON_CONTAINS(@doc, @doc)'],
      ['JSON_OVERLAPS', 'JSON_OVERLAPS(@doc, @neg)'],
      ['JSON_SEARCH', "JSON_SEARCH(@obj, 'all', '%9%')"],
      ['JSON_EXTRACT of all cells', "JSON_EXTRACT(@doc, '$[*]')"],
      ['JSON_KEYS', 'JSON_KEYS(@obj)'],
      ['JSON_PRETTY', 'JSON_PRETTY(@doc)'],
      ['JSON_TYPE', 'JSON_TYPE(@doc)'],
      ['JSON_VALID', 'JSON_VALID(@doc)'],
      ['JSON wildcards', "JSON_EXTRACT(@obj, '$**.*')"],
    ] as const
  ).map(([name, call]) => ({
    name: `${name} of a large document`,
    sql: `SELECT LENGTH(${call})`,
    before: LARGE_DOCUMENTS,
  })),
  { name: 'BENCHMARK', sql: "SELECT BENCHMARK(20000000, MD5('a'))" },
  { name: 'SLEEP', sql: 'SELECT SLEEP(3)' },
  { name: 'SLEEP per row', sql: 'SELECT COUNT(*) FROM t WHERE SLEEP(0.001) = 0 AND id < 3000' },
  // Joins
  { name: 'hash join', sql: 'SELECT COUNT(*), SUM(a.u) FROM t a JOIN t b ON a.u = b.u' },
  { name: 'self join on few values', sql: 'SELECT COUNT(*) FROM t a JOIN t b ON a.k = b.k' },
  {
    name: 'self join with condition',
    sql: 'SELECT /*+ HASH_JOIN(a, b) */ COUNT(*) FROM t a JOIN t b ON a.k = b.k AND a.u < b.id',
  },
  { name: 'join on text', sql: 'SELECT COUNT(*) FROM t a JOIN t b ON a.s = b.s' },
  {
    name: 'left join',
    sql: 'SELECT COUNT(b.u), SUM(a.f) FROM t a LEFT JOIN t b ON a.u = b.u + 1 AND b.f > 0.5',
  },
  { name: 'cross join', sql: 'SELECT COUNT(*) FROM t a, t b WHERE a.f + b.f > 1.9999999' },
  { name: 'merge join', sql: 'SELECT /*+ MERGE_JOIN(a, b) */ COUNT(*) FROM t a JOIN t b ON a.k = b.k' },
  {
    name: 'merge join by key',
    sql: 'SELECT /*+ MERGE_JOIN(a, b) */ SUM(a.u + b.u) FROM t a JOIN t b ON a.id = b.id',
  },
  { name: 'index join', sql: 'SELECT /*+ INL_JOIN(b) */ SUM(b.u) FROM t a JOIN t b ON a.u = b.id' },
  {
    name: 'index hash join',
    sql: 'SELECT /*+ INL_HASH_JOIN(b) */ SUM(b.u) FROM t a JOIN t b ON a.u = b.k WHERE a.id < 4000',
  },
  {
    name: 'semi join',
    sql: 'SELECT COUNT(*) FROM t a WHERE EXISTS (SELECT 1 FROM t b WHERE b.u = a.u AND b.f > a.f)',
  },
  {
    name: 'anti join',
    sql: 'SELECT COUNT(*) FROM t a WHERE u NOT IN (SELECT u + 1 FROM t b WHERE b.f < 0.5)',
  },
  {
    name: 'NOT IN with NULLs',
    sql: 'SELECT COUNT(*) FROM t a WHERE (k, u) NOT IN (SELECT NULLIF(k, 3), NULLIF(u, 5) FROM t)',
  },
  { name: 'IN as a value', sql: 'SELECT SUM(u IN (SELECT u + 1 FROM t)) FROM t' },
  { name: 'apply', sql: 'SELECT SUM((SELECT COUNT(*) FROM t b WHERE b.k < a.k AND b.id < 1000)) FROM t a' },
  {
    name: 'apply by range',
    sql: 'SELECT /*+ NO_DECORRELATE() */ SUM((SELECT /*+ NO_DECORRELATE() */ MAX(b.f) FROM t b WHERE b.id > a.id LIMIT 1)) FROM t a WHERE a.id < 3000',
  },
  spilling('join on text', 'SELECT COUNT(*) FROM t a JOIN t b ON a.s = b.s'),
  spilling('hash join', 'SELECT COUNT(*), SUM(a.u), MIN(b.s) FROM t a JOIN t b ON a.u = b.u'),
  spilling('self join on few values', 'SELECT COUNT(*), MIN(b.s), MIN(a.s) FROM t a JOIN t b ON a.k = b.k'),
  // Aggregation
  { name: 'few groups', sql: 'SELECT k, COUNT(*), SUM(d), AVG(f) FROM t GROUP BY k' },
  { name: 'many groups', sql: 'SELECT COUNT(*) FROM (SELECT u, COUNT(*), SUM(d) FROM t GROUP BY u) x' },
  { name: 'groups of text', sql: 'SELECT COUNT(*) FROM (SELECT s, COUNT(*) c FROM t GROUP BY s) x' },
  {
    name: 'GROUP BY WITH ROLLUP',
    sql: 'SELECT COUNT(*) FROM (SELECT k, s, COUNT(*) c FROM t GROUP BY k, s WITH ROLLUP) x',
  },
  { name: 'COUNT DISTINCT', sql: 'SELECT COUNT(DISTINCT s), COUNT(DISTINCT u, k) FROM t' },
  {
    name: 'COUNT DISTINCT by group',
    sql: 'SELECT k, COUNT(DISTINCT s), COUNT(DISTINCT u) FROM t GROUP BY k',
  },
  { name: 'SUM DISTINCT', sql: 'SELECT SUM(DISTINCT d), AVG(DISTINCT f) FROM t' },
  {
    name: 'GROUP_CONCAT',
    sql: 'SELECT LENGTH(GROUP_CONCAT(s ORDER BY f)) FROM t',
    before: ['SET group_concat_max_len = 100000000'],
    after: ['SET group_concat_max_len = 1024'],
  },
  {
    name: 'GROUP_CONCAT DISTINCT',
    sql: 'SELECT SUM(LENGTH(x)) FROM (SELECT GROUP_CONCAT(DISTINCT s ORDER BY s) x FROM t GROUP BY k) y',
  },
  { name: 'JSON_ARRAYAGG', sql: 'SELECT JSON_LENGTH(JSON_ARRAYAGG(s)) FROM t' },
  { name: 'JSON_OBJECTAGG', sql: 'SELECT JSON_LENGTH(JSON_OBJECTAGG(s, u)) FROM t' },
  {
    name: 'JSON_ARRAYAGG by group',
    sql: 'SELECT SUM(JSON_LENGTH(j)) FROM (SELECT JSON_ARRAYAGG(JSON_OBJECT("a", u, "s", s)) j FROM t GROUP BY k) x',
  },
  {
    name: 'stream aggregation',
    sql: 'SELECT /*+ STREAM_AGG() */ COUNT(*) FROM (SELECT k, SUM(f) FROM t GROUP BY k) x',
  },
  { name: 'DISTINCT', sql: 'SELECT COUNT(*) FROM (SELECT DISTINCT s, u FROM t) x' },
  { name: 'percentile', sql: 'SELECT APPROX_PERCENTILE(u, 50) FROM t' },
  spilling('many groups', 'SELECT COUNT(*) FROM (SELECT u, s, COUNT(*), SUM(d) FROM t GROUP BY u, s) x'),
  spilling('COUNT DISTINCT', 'SELECT COUNT(DISTINCT s), COUNT(DISTINCT u, k) FROM t'),
  // Order
  {
    name: 'sort',
    sql: 'SELECT COUNT(*) FROM (SELECT s, ROW_NUMBER() OVER (ORDER BY s, f) r FROM t) x WHERE r > 0',
  },
  { name: 'sorted result', sql: 'SELECT * FROM t ORDER BY f' },
  { name: 'sort by text', sql: 'SELECT id FROM t ORDER BY s LIMIT 300000, 1' },
  { name: 'TopN', sql: 'SELECT * FROM t ORDER BY s DESC, f LIMIT 1000' },
  { name: 'large TopN', sql: 'SELECT id, s FROM t ORDER BY f LIMIT 100000, 10' },
  spilling('sort', 'SELECT * FROM t ORDER BY s, f'),
  // Windows
  { name: 'window', sql: 'SELECT SUM(x) FROM (SELECT SUM(u) OVER (PARTITION BY k ORDER BY f) x FROM t) y' },
  {
    name: 'window, one partition',
    sql: 'SELECT SUM(x) FROM (SELECT SUM(f) OVER (ORDER BY u ROWS BETWEEN 1000 PRECEDING AND 1000 FOLLOWING) x FROM t) y',
  },
  {
    name: 'moving MIN',
    sql: 'SELECT MAX(x) FROM (SELECT MIN(s) OVER (ORDER BY u ROWS BETWEEN 5000 PRECEDING AND CURRENT ROW) x FROM t) y',
  },
  {
    name: 'moving COUNT in RANGE',
    sql: 'SELECT MAX(x) FROM (SELECT COUNT(*) OVER (ORDER BY u RANGE BETWEEN 5000 PRECEDING AND 10 FOLLOWING) x FROM t) y',
  },
  {
    name: 'ranks',
    sql: 'SELECT MAX(a), MAX(b), MAX(c), MAX(e) FROM (SELECT RANK() OVER w a, NTILE(100) OVER w b, PERCENT_RANK() OVER w c, LAG(s, 3) OVER w e FROM t WINDOW w AS (ORDER BY k, u)) y',
  },
  {
    name: 'NTH_VALUE',
    sql: 'SELECT MAX(x) FROM (SELECT NTH_VALUE(s, 100) OVER (PARTITION BY k ORDER BY f) x FROM t) y',
  },
  {
    name: 'large frames',
    sql: 'SELECT MAX(a), MAX(b), MAX(c), MAX(e), MAX(g) FROM (SELECT SUM(d) OVER w a, MIN(f) OVER w b, STDDEV(f) OVER w c, LAST_VALUE(s) OVER w e, BIT_XOR(u) OVER w g FROM t WINDOW w AS (ORDER BY u ROWS BETWEEN 50000 PRECEDING AND 50000 FOLLOWING)) y',
  },
  {
    name: 'large frames of documents',
    sql: 'SELECT MAX(JSON_LENGTH(a)) FROM (SELECT JSON_ARRAYAGG(u) OVER (ORDER BY u ROWS BETWEEN 5000 PRECEDING AND 5000 FOLLOWING) a FROM t) y',
  },
  {
    name: 'frames to the end',
    sql: 'SELECT MAX(a), MAX(b), MAX(c) FROM (SELECT MAX(s) OVER w a, SUM(f) OVER w b, COUNT(s) OVER w c FROM t WINDOW w AS (ORDER BY f ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)) y',
  },
  {
    name: 'frames by text',
    sql: 'SELECT MAX(a) FROM (SELECT SUM(f) OVER (PARTITION BY LEFT(s, 1) ORDER BY s RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) a FROM t) y',
  },
  spilling('window', 'SELECT SUM(x) FROM (SELECT SUM(u) OVER (PARTITION BY k ORDER BY f) x, s FROM t) y'),
  spilling(
    'window, one partition',
    'SELECT SUM(x) FROM (SELECT SUM(f) OVER (ORDER BY u ROWS BETWEEN 1000 PRECEDING AND 1000 FOLLOWING) x FROM t) y',
  ),
  // Sets and common table expressions
  {
    name: 'recursion',
    sql: 'WITH RECURSIVE c AS (SELECT 1 n UNION ALL SELECT n + 1 FROM c WHERE n < 200000) SELECT SUM(n) FROM c',
    before: ['SET cte_max_recursion_depth = 10000000'],
  },
  {
    name: 'recursion that grows',
    sql: 'WITH RECURSIVE c AS (SELECT 1 n UNION ALL SELECT n * 2 FROM c WHERE n < 4000000 UNION ALL SELECT n * 2 + 1 FROM c WHERE n < 4000000) SELECT COUNT(*) FROM c',
  },
  {
    name: 'recursion of distinct rows',
    sql: 'WITH RECURSIVE c AS (SELECT id, u, s FROM t UNION SELECT id + 1, u + 1, s FROM c WHERE id % 7 <> 0) SELECT COUNT(*) FROM c',
  },
  {
    name: 'shared CTE',
    sql: 'WITH c AS (SELECT k, s, u FROM t WHERE f > 0.1) SELECT COUNT(*) FROM c a JOIN c b ON a.u = b.u',
  },
  { name: 'UNION', sql: 'SELECT COUNT(*) FROM (SELECT s FROM t UNION SELECT CONCAT(s, "x") FROM t) x' },
  {
    name: 'INTERSECT',
    sql: 'SELECT COUNT(*) FROM (SELECT s, u FROM t INTERSECT SELECT s, u FROM t WHERE f > 0.3) x',
  },
  {
    name: 'EXCEPT',
    sql: 'SELECT COUNT(*) FROM (SELECT s, u FROM t EXCEPT SELECT s, u FROM t WHERE f > 0.3) x',
  },
  {
    name: 'JSON_TABLE',
    sql: `SELECT SUM(a) FROM JSON_TABLE('[${ITEMS(100_000)}]', '$[*]' COLUMNS (a INT PATH '$')) j`,
  },
  {
    name: 'JSON_TABLE of each row',
    sql: "SELECT COUNT(*) FROM t, JSON_TABLE(CONCAT('[', REPEAT('1,', 1000), '1]'), '$[*]' COLUMNS (a INT PATH '$')) j",
  },
  {
    name: 'recursion of long texts',
    sql: 'WITH RECURSIVE c AS (SELECT CAST(1 AS CHAR(2000)) s, 1 n UNION ALL SELECT CONCAT(s, n), n + 1 FROM c WHERE LENGTH(s) < 1900 AND n < 100000) SELECT COUNT(*), MAX(a.s) FROM c a JOIN c b JOIN c d',
    before: ['SET cte_max_recursion_depth = 10000000'],
  },
  // Changes
  change('UPDATE', "UPDATE t SET s = CONCAT(s, 'x'), f = f + 1"),
  change('UPDATE of an indexed column', 'UPDATE t SET k = k + 1'),
  change('UPDATE of the key', 'UPDATE t SET id = id + 10000000'),
  change('UPDATE with join', 'UPDATE t a JOIN t b ON a.u = b.u SET a.f = b.f + 1'),
  change('DELETE', 'DELETE FROM t WHERE f < 0.9'),
  change('DELETE of partitions', 'DELETE FROM parts WHERE k > 10'),
  change('INSERT SELECT', 'INSERT INTO copy SELECT * FROM t'),
  change('INSERT SELECT without key', 'INSERT INTO heap SELECT u, s FROM t'),
  change('REPLACE SELECT', 'REPLACE INTO t SELECT id, k + 1, u, s, d, f, dt FROM t'),
  change('ON DUPLICATE KEY UPDATE', 'INSERT INTO t SELECT * FROM t x ON DUPLICATE KEY UPDATE f = x.f + 1'),
  {
    name: 'UPDATE in batches',
    sql: 'BATCH ON id LIMIT 5000 UPDATE t SET f = f + 1',
  },
  change('FOR UPDATE', 'SELECT COUNT(*) FROM (SELECT id FROM t FOR UPDATE) x'),
  {
    name: 'long INSERT',
    sql: `INSERT INTO heap VALUES ${Array.from({ length: 100_000 }, (_, i) => `(${i}, 'value ${i}')`).join(',')}`,
    after: ['TRUNCATE heap'],
  },
  {
    name: 'ROLLBACK',
    unstoppable: true,
    sql: 'ROLLBACK',
    before: ['BEGIN', 'INSERT INTO copy SELECT * FROM t'],
    after: ['ROLLBACK'],
  },
  {
    name: 'COMMIT',
    unstoppable: true,
    sql: 'COMMIT',
    before: ['TRUNCATE copy', 'BEGIN', 'INSERT INTO copy SELECT * FROM t'],
    after: ['ROLLBACK', 'TRUNCATE copy'],
  },
  { name: 'INSERT SELECT, autocommit', sql: 'INSERT INTO copy SELECT * FROM t', after: ['TRUNCATE copy'] },
  {
    name: 'LOAD DATA',
    sql: `LOAD DATA INFILE '${file}' INTO TABLE copy FIELDS TERMINATED BY ','`,
    after: ['TRUNCATE copy'],
  },
  {
    name: 'LOAD DATA in a transaction',
    sql: `LOAD DATA INFILE '${file}' INTO TABLE copy FIELDS TERMINATED BY ','`,
    before: ['BEGIN'],
    after: ['ROLLBACK'],
  },
  {
    name: 'LOAD DATA, REPLACE',
    sql: `LOAD DATA INFILE '${file}' REPLACE INTO TABLE t FIELDS TERMINATED BY ','`,
  },
  // Schema
  {
    name: 'ADD INDEX',
    sql: 'ALTER TABLE t ADD INDEX added (s, u)',
    after: ['ALTER TABLE t DROP INDEX IF EXISTS added'],
  },
  {
    name: 'MODIFY COLUMN',
    sql: `ALTER TABLE copy MODIFY u VARCHAR(${rows.toString().length + 10})`,
    before: ['DROP TABLE copy', 'CREATE TABLE copy LIKE t', 'INSERT INTO copy SELECT * FROM t'],
    after: ['DROP TABLE copy', 'CREATE TABLE copy LIKE t'],
  },
  {
    name: 'ADD CHECK',
    sql: 'ALTER TABLE copy ADD CONSTRAINT added CHECK (f >= 0 AND LENGTH(s) < 1000)',
    before: ['DROP TABLE copy', 'CREATE TABLE copy LIKE t', 'INSERT INTO copy SELECT * FROM t'],
    after: ['DROP TABLE copy', 'CREATE TABLE copy LIKE t'],
  },
  {
    name: 'ADD UNIQUE INDEX',
    sql: 'ALTER TABLE t ADD UNIQUE INDEX added (s, id)',
    after: ['ALTER TABLE t DROP INDEX IF EXISTS added'],
  },
  {
    name: 'ADD INDEX of an expression',
    sql: 'ALTER TABLE t ADD INDEX added ((LOWER(s)), (f * 3))',
    after: ['ALTER TABLE t DROP INDEX IF EXISTS added'],
  },
  {
    name: 'ADD COLUMN',
    sql: "ALTER TABLE copy ADD added VARCHAR(20) DEFAULT 'x', ADD INDEX (added)",
    before: ['DROP TABLE copy', 'CREATE TABLE copy LIKE t', 'INSERT INTO copy SELECT * FROM t'],
    after: ['DROP TABLE copy', 'CREATE TABLE copy LIKE t'],
  },
  {
    name: 'MODIFY of long texts',
    sql: 'ALTER TABLE texts MODIFY x VARCHAR(16000)',
    before: [
      'CREATE TABLE texts (id INT PRIMARY KEY, x MEDIUMTEXT)',
      'INSERT INTO texts SELECT id, REPEAT(s, 500) FROM t WHERE id < 10000',
    ],
    after: ['DROP TABLE texts'],
  },
  {
    name: 'MODIFY of long texts to JSON',
    sql: 'ALTER TABLE texts MODIFY x JSON',
    before: [
      'CREATE TABLE texts (id INT PRIMARY KEY, x MEDIUMTEXT)',
      "INSERT INTO texts SELECT id, CONCAT('[\"', REPEAT(s, 500), '\"]') FROM t WHERE id < 10000",
    ],
    after: ['DROP TABLE texts'],
  },
  {
    name: 'REORGANIZE PARTITION',
    sql: 'ALTER TABLE ranges REORGANIZE PARTITION p0 INTO (PARTITION a VALUES LESS THAN (30000), PARTITION b VALUES LESS THAN (100000000))',
    before: [
      'CREATE TABLE ranges (id INT PRIMARY KEY, k INT, s VARCHAR(40), KEY (k)) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (100000000))',
      'INSERT INTO ranges SELECT id, k, s FROM t',
    ],
    after: ['DROP TABLE ranges'],
  },
  {
    name: 'ADD FOREIGN KEY',
    sql: 'ALTER TABLE copy ADD CONSTRAINT fk FOREIGN KEY (id) REFERENCES t (id)',
    before: ['DROP TABLE copy', 'CREATE TABLE copy LIKE t', 'INSERT INTO copy SELECT * FROM t'],
    after: ['DROP TABLE copy', 'CREATE TABLE copy LIKE t'],
  },
  { name: 'ANALYZE', sql: 'ANALYZE TABLE t' },
  {
    name: 'ANALYZE of all rows',
    sql: 'ANALYZE TABLE t ALL COLUMNS WITH 1 SAMPLERATE, 1024 BUCKETS, 500 TOPN',
  },
  { name: 'ANALYZE of an index', sql: 'ANALYZE TABLE t INDEX k' },
  { name: 'ANALYZE of partitions', sql: 'ANALYZE TABLE parts ALL COLUMNS' },
  {
    name: 'ANALYZE of long texts',
    sql: 'ANALYZE TABLE texts ALL COLUMNS',
    before: [
      'CREATE TABLE texts (id INT PRIMARY KEY, x MEDIUMTEXT, y VARCHAR(4000), KEY (y(100)))',
      'INSERT INTO texts SELECT id, REPEAT(s, 500), REPEAT(s, 80) FROM t WHERE id < 10000',
    ],
    after: ['DROP TABLE texts'],
  },
  { name: 'ADMIN CHECK TABLE', sql: 'ADMIN CHECK TABLE t' },
  { name: 'CHECKSUM TABLE', sql: 'ADMIN CHECKSUM TABLE t' },
];
