import { Random, testSeed } from '../testing/random.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';
import { TYPED_COLUMNS, TYPED_CONSTANTS, TYPED_NAMES, TypedPredicates } from './testing/typed-predicates.js';

/**
 * A condition selects the same rows whether it is evaluated for each row, or answered by ranges of an index, a prefix index, a clustered key,
 * by partitions or columns; a join on keys of two types gives the pairs for which they are equal as values. RUTILE_SEED repeats a run,
 * TYPED_ROUNDS=n makes a long one over all types.
 */
const LONG = process.env['TYPED_ROUNDS'];
const ROUNDS = Number(LONG ?? 8);
const random = new Random(testSeed());
const predicates = new TypedPredicates(random);
const names = LONG !== undefined ? TYPED_NAMES : sample(TYPED_NAMES, 5);
const LIMIT_MS = 36_000_000;

function sample<T>(from: readonly T[], n: number): T[] {
  const left = [...from];
  return Array.from({ length: n }, () => left.splice(random.below(left.length), 1)[0]!);
}

let engine: TestEngine;
let s: TestSession;

beforeAll(async () => {
  engine = await TestEngine.open();
  s = await engine.session();
  await s.query("SET sql_mode = '', time_zone = 'Europe/Berlin'");
  for (const n of names) {
    const { type, values, prefix } = TYPED_COLUMNS[n]!;
    const short = prefix === undefined ? '' : `, KEY kp (c(${prefix}))`;
    const notNull = type.replace(/ NULL$/, '');
    await s.query(
      `CREATE TABLE t_${n} (id INT PRIMARY KEY, c ${type}, e INT, KEY kc (c), KEY ke (e, c)${short})`,
    );
    await s.query(`CREATE TABLE k_${n} (c ${notNull} NOT NULL PRIMARY KEY CLUSTERED, id INT)`);
    await s.query(`CREATE TABLE u_${n} (c ${type}, id INT, UNIQUE KEY (c))`);
    const partition = /BIT|JSON/.test(type) ? 'HASH (id)' : 'KEY (c)';
    await s.query(`CREATE TABLE h_${n} (c ${type}, id INT) PARTITION BY ${partition} PARTITIONS 5`);
    const own = [...values, 'NULL', ...Array.from({ length: 4 }, () => random.pick(TYPED_CONSTANTS))];
    for (const [i, v] of own.entries()) {
      await s.query(`INSERT IGNORE INTO t_${n} VALUES (${i}, ${v}, ${i % 2})`);
      await s.query(`INSERT IGNORE INTO u_${n} VALUES (${v}, ${i})`);
      await s.query(`INSERT IGNORE INTO h_${n} VALUES (${v}, ${i})`);
      if (v !== 'NULL') await s.query(`INSERT IGNORE INTO k_${n} VALUES (${v}, ${i})`);
    }
    await s.query(`ALTER TABLE t_${n} SET TIFLASH REPLICA 1`);
  }
}, LIMIT_MS);

afterAll(() => engine.close());

async function rowsOf(sql: string): Promise<unknown[][] | string> {
  try {
    return (await s.query(sql)) as unknown[][];
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const told = (rows: unknown[][] | string): string =>
  typeof rows === 'string'
    ? rows
    : rows
        .map((r) => r.join(':'))
        .sort()
        .join(' ');

const problems: string[] = [];

/** The keys of the rows whose last column, the value of the condition, is true. */
async function byValue(sql: string): Promise<string> {
  const rows = await rowsOf(sql);
  return told(
    typeof rows === 'string' ? rows : rows.filter((r) => Number(r.at(-1)) === 1).map((r) => r.slice(0, -1)),
  );
}

async function expectSame(expected: string, sql: string): Promise<void> {
  const got = told(await rowsOf(sql));
  if (got !== expected) problems.push(`${sql}\n    got ${got}\n    of the values ${expected}`);
}

test(
  'conditions on columns of all types, with constants of all types',
  async () => {
    for (let i = 0; i < ROUNDS; i++)
      for (const n of names) {
        const where = predicates.condition('c');
        const t = `t_${n}`;
        const value = await byValue(`SELECT id, (${where}) IS TRUE FROM ${t} IGNORE INDEX (kc, ke)`);
        await expectSame(value, `SELECT id FROM ${t} IGNORE INDEX (kc, ke) WHERE ${where}`);
        await expectSame(value, `SELECT id FROM ${t} FORCE INDEX (kc) WHERE ${where}`);
        if (TYPED_COLUMNS[n]!.prefix !== undefined)
          await expectSame(value, `SELECT id FROM ${t} FORCE INDEX (kp) WHERE ${where}`);
        await expectSame(value, `SELECT id FROM ${t} FORCE INDEX (ke) WHERE e IN (0, 1) AND (${where})`);
        await expectSame(value, `SELECT /*+ READ_FROM_STORAGE(TIFLASH[${t}]) */ id FROM ${t} WHERE ${where}`);
        for (const other of ['k', 'u', 'h']) {
          const o = `${other}_${n}`;
          const all = await byValue(`SELECT id, (${where}) IS TRUE FROM ${o}`);
          await expectSame(all, `SELECT id FROM ${o} WHERE ${where}`);
        }
      }
    expect(problems).toEqual([]);
  },
  LIMIT_MS,
);

test(
  'joins on columns of two types',
  async () => {
    problems.length = 0;
    for (let i = 0; i < ROUNDS; i++) {
      const [x, y] = [random.pick(names), random.pick(names)];
      const value = await byValue(`SELECT a.id, b.id, (a.c = b.c) IS TRUE FROM t_${x} a JOIN t_${y} b`);
      for (const hint of [
        'INL_JOIN(a)',
        'INL_JOIN(b)',
        'HASH_JOIN(a, b)',
        'MERGE_JOIN(a, b)',
        'INL_HASH_JOIN(b)',
      ])
        await expectSame(value, `SELECT /*+ ${hint} */ a.id, b.id FROM t_${x} a JOIN t_${y} b ON a.c = b.c`);
      await expectSame(
        value,
        `SELECT /*+ READ_FROM_STORAGE(TIFLASH[a, b]) */ a.id, b.id FROM t_${x} a JOIN t_${y} b ON a.c = b.c`,
      );
      const found = await byValue(
        `SELECT a.id, (SELECT MAX((a.c = b.c) IS TRUE) FROM t_${y} b) FROM t_${x} a`,
      );
      for (const hint of ['', '/*+ SEMI_JOIN_REWRITE() */', '/*+ NO_DECORRELATE() */'])
        await expectSame(
          found,
          `SELECT id FROM t_${x} a WHERE EXISTS (SELECT ${hint} 1 FROM t_${y} b WHERE a.c = b.c)`,
        );
      await expectSame(found, `SELECT id FROM t_${x} a WHERE c IN (SELECT c FROM t_${y})`);
      await expectSame(found, `SELECT id FROM t_${x} a WHERE c = ANY (SELECT c FROM t_${y} LIMIT 1000)`);
    }
    expect(problems).toEqual([]);
  },
  LIMIT_MS,
);
