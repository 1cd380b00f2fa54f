import { TestEngine } from './testing/test-engine.js';

describe('AUTO_RANDOM', () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await TestEngine.open();
  });
  afterAll(() => engine.close());

  it('counts in the lower bits and scatters transactions by the upper ones', async () => {
    const s = await engine.session();
    await s.query('CREATE TABLE r (id BIGINT PRIMARY KEY AUTO_RANDOM, v INT)');
    const counted = 'id & ((1 << 58) - 1)';
    for (let i = 0; i < 40; i++) await s.query(`INSERT INTO r (v) VALUES (${i}), (${i})`);
    expect(await s.query(`SELECT MIN(${counted}), MAX(${counted}), COUNT(*), MIN(id) > 0 FROM r`)).toEqual([
      ['1', '80', '80', '1'],
    ]);
    // Rows of one statement lie together, statements apart.
    expect(
      await s.query(
        'SELECT COUNT(*) FROM (SELECT v FROM r GROUP BY v HAVING COUNT(DISTINCT id >> 58) > 1) x',
      ),
    ).toEqual([['0']]);
    const [[shards]] = (await s.query('SELECT COUNT(DISTINCT id >> 58) FROM r')) as [[string]];
    expect(Number(shards)).toBeGreaterThan(4);
    await s.query('INSERT INTO r (v) VALUES (100)');
    expect(await s.query(`SELECT LAST_INSERT_ID() = id, ${counted} FROM r WHERE v = 100`)).toEqual([
      ['1', '81'],
    ]);
    await s.query('SET allow_auto_random_explicit_insert = ON');
    await s.query('INSERT INTO r VALUES (100000, 101), (NULL, 102), (0, 103)');
    expect(await s.query(`SELECT ${counted} FROM r WHERE v IN (102, 103) ORDER BY v`)).toEqual([
      ['100001'],
      ['100002'],
    ]);
    await s.query('ALTER TABLE r AUTO_RANDOM_BASE = 500000');
    await s.query('INSERT INTO r (v) VALUES (104)');
    expect(await s.query(`SELECT ${counted} FROM r WHERE v = 104`)).toEqual([['500000']]);
  });

  it('keeps within the bits of its range', async () => {
    const s = await engine.session();
    await s.query(
      'CREATE TABLE u (id BIGINT UNSIGNED AUTO_RANDOM(3, 40), v INT, PRIMARY KEY (id)) AUTO_RANDOM_BASE = 10',
    );
    await s.query('INSERT INTO u (v) VALUES (1), (2)');
    expect(await s.query('SELECT id & ((1 << 37) - 1), id < (1 << 40) FROM u ORDER BY v')).toEqual([
      ['10', '1'],
      ['11', '1'],
    ]);
  });

  it('takes over what AUTO_INCREMENT has counted', async () => {
    const s = await engine.session();
    await s.query('CREATE TABLE c (id BIGINT PRIMARY KEY AUTO_INCREMENT, v INT)');
    await s.query('INSERT INTO c (v) VALUES (1), (2)');
    await s.query('ALTER TABLE c MODIFY COLUMN id BIGINT AUTO_RANDOM(5)');
    await s.query('INSERT INTO c (v) VALUES (3)');
    expect(await s.query('SELECT (id & ((1 << 58) - 1)) > 2 FROM c WHERE v = 3')).toEqual([['1']]);
  });

  it('gives values without gaps across restarts with AUTO_ID_CACHE = 1', async () => {
    let s = await engine.session();
    await s.query('CREATE TABLE one (id BIGINT PRIMARY KEY AUTO_INCREMENT) AUTO_ID_CACHE = 1');
    await s.query('INSERT INTO one VALUES (), ()');
    await engine.restart();
    s = await engine.session();
    await s.query('INSERT INTO one VALUES ()');
    expect(await s.query('SELECT id FROM one')).toEqual([['1'], ['2'], ['3']]);
  });

  it('goes on behind what came with EXCHANGE PARTITION', async () => {
    const s = await engine.session();
    const columns = 'id BIGINT AUTO_RANDOM(3), v INT, PRIMARY KEY (id, v) CLUSTERED';
    await s.query(
      `CREATE TABLE pt (${columns}) PARTITION BY LIST (v) (PARTITION p0 VALUES IN (0), PARTITION p1 VALUES IN (1))`,
    );
    await s.query(`CREATE TABLE nt (${columns})`);
    await s.query(`INSERT INTO nt (v) VALUES ${Array.from({ length: 64 }, () => '(1)').join()}`);
    await s.query('ALTER TABLE pt EXCHANGE PARTITION p1 WITH TABLE nt');
    for (let i = 0; i < 20; i++) await s.query('INSERT INTO pt (v) VALUES (1), (1), (1)');
    await s.query('INSERT INTO nt (v) VALUES (1)');
    expect(await s.query('SELECT COUNT(DISTINCT id & ((1 << 60) - 1)) FROM pt')).toEqual([['124']]);
  });
});
