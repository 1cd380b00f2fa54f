import { TestEngine, type TestSession } from './testing/test-engine.js';

/**
 * Random queries give the same rows whatever plan is taken: under hints, switched rules, static and dynamic pruning, with
 * statistics and without, and in a transaction that has written. Two further oracles need no second plan: the rows of a
 * condition, of its negation and of its being unknown together are all rows (ternary logic partitioning, Rigger and Su,
 * OOPSLA 2020), and counting a condition's rows by filter equals counting where it is evaluated as a value (NoREC, ESEC/FSE
 * 2020). PLAN_SEED repeats a run, PLAN_ROUNDS=n makes a long one.
 */
const SEED = Number(process.env['PLAN_SEED'] ?? Date.now() % 1_000_000);
const ROUNDS = Number(process.env['PLAN_ROUNDS'] ?? 24);

const next = random(SEED);
const pick = (n: number): number => Math.floor(next() * n);
const one = <T>(list: readonly T[]): T => list[pick(list.length)]!;

/** Mulberry32. */
function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const ROWS = 200;
const COLUMNS = `a INT, b INT, c VARCHAR(12) COLLATE utf8mb4_general_ci, d DECIMAL(8,2), e DATE, j JSON`;
const KEYS = `KEY ia (a), KEY ib (b, a), KEY ic (c(4)), KEY icc (c), KEY id (d), KEY ie (e, b), KEY ij ((CAST(j AS SIGNED ARRAY)), b)`;
const TABLES: readonly string[] = [
  `CREATE TABLE t0 (id INT PRIMARY KEY, ${COLUMNS}, ${KEYS})`,
  `CREATE TABLE t1 (id INT, ${COLUMNS}, PRIMARY KEY (id, e) CLUSTERED, ${KEYS}, UNIQUE u (id, e))`,
  `CREATE TABLE t2 (id INT, ${COLUMNS}, ${KEYS}) PARTITION BY HASH (a) PARTITIONS 4`,
  `CREATE TABLE t3 (id INT, ${COLUMNS}, PRIMARY KEY (id, b), ${KEYS}) PARTITION BY RANGE (b) (PARTITION p0 VALUES LESS THAN (5), PARTITION p1 VALUES LESS THAN (10), PARTITION p2 VALUES LESS THAN MAXVALUE)`,
];

let engine: TestEngine;
let s: TestSession;

const text = (): string => `'${one(['', 'a', 'A', 'ab', 'aB', 'abcde', 'b ', 'zz', 'é'])}'`;
const date = (): string => `'2024-01-${String(1 + pick(20)).padStart(2, '0')}'`;
const orNull = (v: string, table: string): string => (table === 't3' || pick(12) > 0 ? v : 'NULL');

function row(table: string, id: number): string {
  const array = `'[${Array.from({ length: pick(4) }, () => pick(9)).join(',')}]'`;
  const b = table === 't3' ? String(pick(15)) : orNull(String(pick(15)), table);
  return `(${id}, ${orNull(String(pick(20)), '')}, ${b}, ${orNull(text(), '')}, ${orNull(`${pick(30)}.5`, '')}, ${date()}, ${orNull(array, '')})`;
}

beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  for (const create of TABLES) await s.query(create);
  for (const t of ['t0', 't1', 't2', 't3']) {
    const rows = Array.from({ length: ROWS }, (_, i) => row(t, i));
    await s.query(`INSERT INTO ${t} VALUES ${rows.join(', ')}`);
  }
});

afterAll(() => engine.close());

/** A condition over the columns of an alias. */
function predicate(x: string, depth: number): string {
  if (depth > 0 && pick(2) === 0)
    return `(${predicate(x, depth - 1)} ${one(['AND', 'OR', 'OR'])} ${predicate(x, depth - 1)})`;
  const op = one(['=', '<', '>', '<=', '>=', '<>', '<=>']);
  switch (pick(11)) {
    case 0:
      return `${x}.a ${op} ${pick(20)}`;
    case 1:
      return `${x}.b ${op} ${pick(15)}`;
    case 2:
      return `${x}.c ${op} ${text()}`;
    case 3:
      return `${x}.c LIKE '${one(['a', 'A', 'ab', 'b ', 'z', ''])}${one(['%', '_', '', '%b%'])}'`;
    case 4:
      return `${x}.d ${op} ${pick(30)}${one(['', '.5', '.25'])}`;
    case 5:
      return `${x}.e ${op} ${date()}`;
    case 6:
      return `${x}.a IN (${pick(20)}, ${pick(20)}, ${pick(20)})`;
    case 7:
      return `${pick(9)} MEMBER OF (${x}.j)`;
    case 8:
      return `JSON_${one(['CONTAINS', 'OVERLAPS'])}(${x}.j, '[${pick(9)}, ${pick(9)}]')`;
    case 9:
      return `${x}.${one(['a', 'b', 'c', 'd'])} IS ${one(['', 'NOT '])}NULL`;
    default:
      return `${x}.id ${op} ${pick(ROWS)}`;
  }
}

/** A query without an order whose rows depend on nothing but its meaning. */
function query(hints: string): string {
  const [x, y] = [one(['t0', 't1', 't2', 't3']), one(['t0', 't1', 't2', 't3'])];
  const h = hints === '' ? '' : `/*+ ${hints} */ `;
  switch (pick(6)) {
    case 0:
      return `SELECT ${h}x.id, x.a, x.c FROM ${x} x WHERE ${predicate('x', 2)}`;
    case 1:
      return `SELECT ${h}x.b, COUNT(*), SUM(x.d), MIN(x.e), MAX(x.a) FROM ${x} x WHERE ${predicate('x', 1)} GROUP BY x.b`;
    case 2:
      return `SELECT ${h}x.id, y.id FROM ${x} x ${one(['', 'LEFT ', 'RIGHT '])}JOIN ${y} y ON x.a = y.a AND ${predicate('y', 0)} WHERE ${predicate('x', 1)}`;
    case 3:
      return `SELECT ${h}x.id, x.b FROM ${x} x WHERE x.b ${one(['IN', 'NOT IN'])} (SELECT y.b FROM ${y} y WHERE ${predicate('y', 1)}) AND ${predicate('x', 0)}`;
    case 4:
      return `SELECT ${h}x.id, (SELECT COUNT(*) FROM ${y} y WHERE y.a = x.a AND ${predicate('y', 0)}) FROM ${x} x WHERE ${predicate('x', 1)}`;
    default:
      return `SELECT ${h}x.id, x.c FROM ${x} x WHERE ${predicate('x', 1)} AND EXISTS (SELECT 1 FROM ${y} y WHERE y.b = x.b AND ${predicate('y', 1)}) ORDER BY x.b, x.id, x.e, x.a, x.c, x.d`;
  }
}

const HINTS: readonly string[] = [
  'HASH_JOIN(x, y)',
  'INL_JOIN(y)',
  'INL_JOIN(x)',
  'USE_INDEX(x, ia)',
  'USE_INDEX(x, ib) USE_INDEX(y, ib)',
  'USE_INDEX(x, icc)',
  'USE_INDEX(x, ic)',
  'USE_INDEX(x)',
  'USE_INDEX_MERGE(x)',
  'USE_INDEX_MERGE(x, ia, ib, ij)',
  'USE_INDEX_MERGE(x, ij, id, ie)',
  'USE_INDEX_MERGE(x, icc, ib)',
  'NO_INDEX_MERGE()',
];
const SETTINGS: readonly (readonly [string, string])[] = [
  ['tidb_partition_prune_mode', "'static'"],
  ['tidb_enable_index_merge', 'OFF'],
  ['tidb_opt_insubq_to_join_and_agg', 'OFF'],
];

async function sorted(sql: string): Promise<string[]> {
  const rows = (await s.query(sql)) as unknown as readonly (readonly unknown[])[];
  return rows.map((r) => JSON.stringify(r)).sort();
}

async function sameUnderPlans(note: string): Promise<void> {
  const marker = 'HINT_PLACE()';
  const template = query(marker);
  const plain = template.replace(`/*+ ${marker} */ `, '');
  const expected = await sorted(plain);
  const told = (variant: string): string => `seed ${SEED}, ${note}, ${variant}: ${plain}`;
  for (let k = 0; k < 4; k++) {
    const hint = one(HINTS);
    expect([told(hint), await sorted(template.replace(marker, hint))]).toEqual([told(hint), expected]);
  }
  const [name, value] = one(SETTINGS);
  await s.query(`SET SESSION ${name} = ${value}`);
  try {
    expect([told(name), await sorted(plain)]).toEqual([told(name), expected]);
  } finally {
    await s.query(`SET SESSION ${name} = DEFAULT`);
  }
}

async function ternary(): Promise<void> {
  const t = one(['t0', 't1', 't2', 't3']);
  const p = predicate('x', 2);
  const rows = async (where: string): Promise<string[]> =>
    sorted(`SELECT x.id, x.b, x.e, x.a FROM ${t} x${where}`);
  const parts = [
    ...(await rows(` WHERE ${p}`)),
    ...(await rows(` WHERE NOT (${p})`)),
    ...(await rows(` WHERE (${p}) IS NULL`)),
  ].sort();
  const told = `seed ${SEED}: ${t} ${p}`;
  expect([told, parts]).toEqual([told, await rows('')]);
  const counted = await sorted(`SELECT COUNT(*) FROM ${t} x WHERE ${p}`);
  const summed = await sorted(`SELECT COUNT(CASE WHEN ${p} THEN 1 END) FROM ${t} x`);
  expect([told, counted]).toEqual([told, summed]);
}

test('queries give the same rows under every plan', async () => {
  for (let i = 0; i < ROUNDS; i++) await sameUnderPlans('without statistics');
  await s.query('BEGIN');
  for (const t of ['t0', 't1', 't2', 't3']) {
    await s.query(`DELETE FROM ${t} WHERE id % 7 = 3`);
    await s.query(`UPDATE ${t} SET c = 'abX', j = '[2, 4]' WHERE id % 11 = 5`);
    await s.query(`INSERT INTO ${t} VALUES ${row(t, ROWS + 1)}, ${row(t, ROWS + 2)}`);
  }
  for (let i = 0; i < ROUNDS / 3; i++) await sameUnderPlans('with own writes');
  await s.query('ROLLBACK');
  await s.query('ANALYZE TABLE t0, t1, t2, t3');
  for (let i = 0; i < ROUNDS / 2; i++) await sameUnderPlans('with statistics');
}, 3_600_000);

test('a condition, its negation and its being unknown make up all rows', async () => {
  for (let i = 0; i < ROUNDS; i++) await ternary();
}, 3_600_000);
