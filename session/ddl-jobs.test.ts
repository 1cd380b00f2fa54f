import { MetaMutator } from '../catalog/meta/meta.js';
import { UndeterminedError, type Storage, type TxnOptions } from '../kv/storage.js';
import { transact } from '../kv/transact.js';
import { mysqlError } from '../types/error-table.js';
import type { Session } from './session.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.open();
});
afterAll(() => engine.close());

/** [id, state] of the newest job of the table. */
async function newest(s: TestSession, table: string): Promise<[string, string]> {
  const [job] = await s.query(`ADMIN SHOW DDL JOBS 1 WHERE table_name = '${table}'`);
  return [job![0]!, job![11]!];
}

/** Batches of rows are the transactions that need not be on disk at once and ask for nothing else; those of sessions do. */
const isBatch = (options: TxnOptions | undefined): boolean =>
  options?.durability === 2 && options.pessimistic === undefined;

/** Something that is waited for. */
function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give!: () => void;
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give };
}

async function until(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('statements that wait for a job of their table are seen, paused, resumed and cancelled', async () => {
  const [a, b, c, d] = await Promise.all([1, 2, 3, 4].map(() => engine.session()));
  await a!.query('CREATE TABLE q (id INT PRIMARY KEY, v INT)');
  await a!.query('BEGIN');
  await a!.query('INSERT INTO q VALUES (1, 1)');
  const first = b!.query('ALTER TABLE q ADD INDEX v (v)');
  await until(async () => (await newest(d!, 'q'))[1] === 'running');
  // A table of another name waits for nobody.
  await d!.query('CREATE TABLE other (id INT)');
  const [running] = await newest(d!, 'q');
  const second = c!.query('ALTER TABLE q ADD COLUMN n INT');
  await until(async () => (await newest(d!, 'q'))[1] === 'queueing');
  const [queued] = await newest(d!, 'q');
  expect(Number(queued)).toBeGreaterThan(Number(running));
  expect(await d!.query(`ADMIN PAUSE DDL JOBS ${queued}`)).toEqual([[queued, 'successful']]);
  expect((await newest(d!, 'q'))[1]).toBe('paused');
  await a!.query('COMMIT');
  await first;
  let done = false;
  void second.then(() => (done = true));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(done).toBe(false);
  expect(await d!.query(`ADMIN RESUME DDL JOBS ${queued}`)).toEqual([[queued, 'successful']]);
  await second;
  expect((await d!.query('SHOW COLUMNS FROM q')).map((r) => r[0])).toEqual(['id', 'v', 'n']);

  await a!.query('BEGIN');
  await a!.query('UPDATE q SET v = 2');
  const index = b!.query('ALTER TABLE q ADD INDEX n (n)');
  await until(async () => (await newest(d!, 'q'))[1] === 'running');
  const dropped = c!.errorOf('ALTER TABLE q DROP COLUMN v');
  await until(async () => (await newest(d!, 'q'))[1] === 'queueing');
  const [id] = await newest(d!, 'q');
  expect(await d!.query(`ADMIN CANCEL DDL JOBS ${id}`)).toEqual([[id, 'successful']]);
  expect(await dropped).toBe(8214);
  await a!.query('COMMIT');
  await index;
  expect((await d!.query('SHOW COLUMNS FROM q')).map((r) => r[0])).toEqual(['id', 'v', 'n']);
  expect((await d!.query(`ADMIN CANCEL DDL JOBS ${id}`))[0]![1]).toMatch(/8224|not found/i);
});

test('a job keeps to what ADMIN ALTER DDL JOBS says, and shows it', async () => {
  const [a, b, c] = await Promise.all([1, 2, 3].map(() => engine.session()));
  await a!.query('CREATE TABLE s (id INT PRIMARY KEY, v INT)');
  await a!.query('BEGIN');
  await a!.query('INSERT INTO s VALUES (1, 1)');
  const change = b!.query('ALTER TABLE s ADD INDEX v (v)');
  await until(async () => (await newest(c!, 's'))[1] === 'running');
  const [id] = await newest(c!, 's');
  await c!.query(`ADMIN ALTER DDL JOBS ${id} THREAD = 2, BATCH_SIZE = 64, MAX_WRITE_SPEED = '1MiB'`);
  const [job] = await c!.query("ADMIN SHOW DDL JOBS 1 WHERE table_name = 's'");
  expect(job![12]).toContain('thread=2, batch_size=64, max_write_speed=1048576');
  expect(await c!.errorOf(`ADMIN ALTER DDL JOBS ${id} THREAD = 0`)).toBe(1105);
  expect(await c!.errorOf(`ADMIN ALTER DDL JOBS ${id} NOTHING = 1`)).toBe(1105);
  expect(await c!.errorOf('ADMIN ALTER DDL JOBS 999999 THREAD = 2')).toBe(8224);
  await a!.query('COMMIT');
  await change;
});

test('a statement waits for its job where that was taken over', async () => {
  const [a, b, c] = await Promise.all([1, 2, 3].map(() => engine.session()));
  await a!.query('CREATE TABLE away (id INT PRIMARY KEY, v INT)');
  await a!.query('INSERT INTO away VALUES (1, 1)');
  await a!.query('BEGIN');
  await a!.query('UPDATE away SET v = 2');
  const index = b!.query('ALTER TABLE away ADD INDEX v (v)');
  await until(async () => (await newest(c!, 'away'))[1] === 'running');
  const [id] = await newest(c!, 'away');
  // Another node, which falls silent at once.
  await c!.query(
    `UPDATE mysql.tidb_ddl_job SET job_meta = REGEXP_REPLACE(REGEXP_REPLACE(CONVERT(job_meta USING utf8mb4), '"node":"[^"]*"', '"node":"other"'), '"leaseUntil":[0-9]+', '"leaseUntil":1') WHERE job_id = ${id}`,
  );
  await a!.query('COMMIT');
  await index;
  expect((await newest(c!, 'away'))[1]).toBe('synced');
  expect(await c!.query('SELECT id FROM away FORCE INDEX (v) WHERE v = 2')).toEqual([['1']]);
  await c!.query('ADMIN CHECK TABLE away');
});

test('a node that stood still while another took its job over and further changes no more rows', async () => {
  const [a, b] = await Promise.all([1, 2].map(() => engine.session()));
  await a!.query('CREATE TABLE still (id INT PRIMARY KEY, v INT)');
  await a!.query('INSERT INTO still VALUES (1, 1), (2, 2), (3, 3)');
  const core = (a!.session as Session).engine;
  const begin = core.storage.begin.bind(core.storage);
  let arrived: () => void;
  let goOn: () => void;
  const held = new Promise<void>((resolve) => (arrived = resolve));
  const moved = new Promise<void>((resolve) => (goOn = resolve));
  const outcomes: unknown[] = [];
  core.storage.begin = async (options) => {
    const txn = await begin(options);
    const commit = txn.commit.bind(txn);
    if (isBatch(options) && outcomes.length === 0)
      txn.commit = async () => {
        arrived();
        await moved;
        const committed = Promise.resolve().then(() => commit());
        outcomes.push(await committed.then(String, (e: { code: number }) => e.code));
        return committed;
      };
    return txn;
  };
  const divided = a!.query('ALTER TABLE still PARTITION BY HASH (id) PARTITIONS 2');
  await held;
  core.storage.begin = begin;
  const [id] = await newest(b!, 'still');
  await b!.query(
    `UPDATE mysql.tidb_ddl_job SET job_meta = REGEXP_REPLACE(REGEXP_REPLACE(CONVERT(job_meta USING utf8mb4), '"node":"[^"]*"', '"node":"other"'), '"leaseUntil":[0-9]+', '"leaseUntil":1') WHERE job_id = ${id}`,
  );
  const { db, table } = core.schemaLoader.current.tableById(
    core.schemaLoader.current.table('test', 'still')!.id,
  )!;
  await transact(core.storage, async (txn) => {
    const meta = new MetaMutator(txn);
    meta.putTable(db.id, { ...table, version: table.version + 1000, previousVersion: table.version });
    await meta.bumpSchemaVersion({ dbIds: [], tables: [{ dbId: db.id, tableId: table.id }] });
  });
  await core.refreshSchema();
  goOn!();
  await divided;
  expect(outcomes).toEqual([8028]);
  await b!.query('ADMIN CHECK TABLE still');
  expect(await b!.query('SELECT id FROM still ORDER BY id')).toEqual([['1'], ['2'], ['3']]);
});

test('a job that its node takes over from itself, since telling others of it took too long, has one driver', async () => {
  const s = await engine.session();
  await s.query('CREATE TABLE twice (id INT PRIMARY KEY, v INT, KEY w (v))');
  await s.query('INSERT INTO twice VALUES (1, 1), (2, 2)');
  const core = (s.session as Session).engine;
  const tell = core.cluster.tellSchema.bind(core.cluster);
  let told = 0;
  core.cluster.tellSchema = async () => {
    if (told++ === 0) await core.ddl.takeOver(true);
    await tell();
  };
  // Those who are alone tell nobody.
  Object.defineProperty(core.cluster, 'shared', { value: true, configurable: true });
  const before = core.schemaLoader.current.version;
  await s.query('ALTER TABLE twice ADD INDEX v (v), DROP INDEX w');
  Reflect.deleteProperty(core.cluster, 'shared');
  core.cluster.tellSchema = tell;
  // Delete-only, write-only, filling, public, the other index delete-only, done.
  expect(core.schemaLoader.current.version - before).toBe(6);
  await s.query('ADMIN CHECK TABLE twice');
});

/** What the worker does from time to time: it renews the leases of its jobs. */
const beat = (worker: Session['engine']['ddl']): Promise<void> => worker['beat']();

test('a lease that is renewed while a step is told to other nodes leaves the step as it is', async () => {
  const s = await engine.session();
  await s.query('CREATE TABLE beaten (id INT PRIMARY KEY, v INT, KEY w (v))');
  await s.query('INSERT INTO beaten VALUES (1, 1), (2, 2)');
  const core = (s.session as Session).engine;
  const tell = core.cluster.tellSchema.bind(core.cluster);
  core.cluster.tellSchema = async () => {
    await beat(core.ddl);
    await tell();
  };
  Object.defineProperty(core.cluster, 'shared', { value: true, configurable: true });
  const before = core.schemaLoader.current.version;
  try {
    await s.query('ALTER TABLE beaten ADD INDEX v (v), DROP INDEX w');
  } finally {
    Reflect.deleteProperty(core.cluster, 'shared');
    core.cluster.tellSchema = tell;
  }
  // Delete-only, write-only, filling, public, the other index delete-only, done.
  expect(core.schemaLoader.current.version - before).toBe(6);
  await s.query('ADMIN CHECK TABLE beaten');
});

test('a job is paused, resumed and cancelled from other nodes', async () => {
  const [a, b, c] = await Promise.all([1, 2, 3].map(() => engine.session()));
  await a!.query('CREATE TABLE far (id INT PRIMARY KEY, v INT)');
  const { ddl, storage } = (a!.session as Session).engine;
  const elsewhere = async (state: 'paused' | 'running' | 'cancelling'): Promise<void> => {
    const [id] = await newest(c!, 'far');
    await transact(storage, async (txn) =>
      ddl.jobs.put(txn, { ...(await ddl.jobs.running(txn, Number(id)))!, state }),
    );
    await beat(ddl);
  };
  for (const last of ['running', 'cancelling'] as const) {
    await a!.query('BEGIN');
    await a!.query(`REPLACE INTO far VALUES (1, ${last.length})`);
    const index = b!.errorOf('ALTER TABLE far ADD INDEX v (v)');
    await until(async () => (await newest(c!, 'far'))[1] === 'running');
    await elsewhere('paused');
    await a!.query('COMMIT');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await newest(c!, 'far'))[1]).toBe('paused');
    await elsewhere(last);
    expect(await index).toBe(last === 'running' ? 0 : 8214);
    if (last === 'running') await b!.query('ALTER TABLE far DROP INDEX v');
  }
  await c!.query('ADMIN CHECK TABLE far');
});

test.each(['PAUSE', 'CANCEL'])('%s that comes right before a step is not overwritten by it', async (wish) => {
  const [a, b] = await Promise.all([1, 2].map(() => engine.session()));
  await a!.query('CREATE TABLE asked (id INT PRIMARY KEY, v INT)');
  await a!.query('INSERT INTO asked VALUES (1, 1)');
  const { ddl } = (a!.session as Session).engine;
  const driver = ddl['driver'];
  const step = driver['step'].bind(driver);
  const answered = signal();
  driver['step'] = async (...args) => {
    driver['step'] = step;
    const [id] = await newest(b!, 'asked');
    expect(await b!.query(`ADMIN ${wish} DDL JOBS ${id}`)).toEqual([[id, 'successful']]);
    const taken = await step(...args);
    answered.give();
    return taken;
  };
  const altered = a!.errorOf('ALTER TABLE asked ADD INDEX v (v)');
  await answered.given;
  await beat(ddl);
  if (wish === 'PAUSE') {
    const [id, state] = await newest(b!, 'asked');
    expect(state).toBe('paused');
    expect(await b!.query(`ADMIN RESUME DDL JOBS ${id}`)).toEqual([[id, 'successful']]);
  }
  expect(await altered).toBe(wish === 'PAUSE' ? 0 : 8214);
  await a!.query('ADMIN CHECK TABLE asked');
  await a!.query('DROP TABLE asked');
});

test('a statement whose job another node ended answers when all nodes know what the job left', async () => {
  const [a, b] = await Promise.all([1, 2].map(() => engine.session()));
  await a!.query('CREATE TABLE ended (id INT PRIMARY KEY, v INT)');
  await a!.query('INSERT INTO ended VALUES (1, 1), (2, 2)');
  const core = (a!.session as Session).engine;
  const { ddl, cluster, storage, schemaLoader } = core;
  const begin = storage.begin.bind(storage);
  const [held, goOn, told, known] = [signal(), signal(), signal(), signal()];
  // The transaction of the first rows of the new index.
  storage.begin = async (options) => {
    const txn = await begin(options);
    if (!isBatch(options)) return txn;
    storage.begin = begin;
    const commit = txn.commit.bind(txn);
    txn.commit = async () => {
      held.give();
      await goOn.given;
      return commit();
    };
    return txn;
  };
  const steps: string[] = [];
  const altered = a!.query('ALTER TABLE ended ADD INDEX v (v)').then(() => steps.push('answered'));
  await held.given;
  const tell = cluster.tellSchema.bind(cluster);
  cluster.tellSchema = async () => {
    steps.push('telling');
    told.give();
    await known.given;
    steps.push('known');
  };
  Object.defineProperty(cluster, 'shared', { value: true, configurable: true });
  try {
    const [id] = await newest(b!, 'ended');
    await transact(storage, async (txn) => {
      const job = (await ddl.jobs.running(txn, Number(id)))!;
      ddl.jobs.put(txn, { ...job, state: 'synced', node: 'other', endTime: 1 });
      const meta = new MetaMutator(txn);
      const table = schemaLoader.current.table('test', 'ended')!;
      const version = (await meta.schemaVersion()) + 1;
      meta.putTable(job.dbId, { ...table, indices: [], version, previousVersion: table.version });
      await meta.bumpSchemaVersion({ dbIds: [], tables: [{ dbId: job.dbId, tableId: table.id }] });
    });
    goOn.give();
    await told.given;
    // This node knows it already.
    expect(
      await b!.query(
        "SELECT COUNT(*) FROM information_schema.tidb_indexes WHERE table_name = 'ended' AND key_name = 'v'",
      ),
    ).toEqual([['0']]);
    expect(steps).toEqual(['telling']);
    known.give();
    await altered;
    expect(steps).toEqual(['telling', 'known', 'answered']);
  } finally {
    Reflect.deleteProperty(cluster, 'shared');
    cluster.tellSchema = tell;
  }
  await b!.query('ADMIN CHECK TABLE ended');
});

test('a statement that a schema change overtakes while it is planned is planned again', async () => {
  const before = await engine.session();
  await before.query('CREATE TABLE source (id INT PRIMARY KEY, v INT, KEY v (v))');
  await before.query('INSERT INTO source VALUES (1, 1), (2, 2), (3, 3)');
  await before.query('ANALYZE TABLE source');
  await before.query('CREATE TABLE late (id INT PRIMARY KEY, v INT DEFAULT 1)');
  // Statistics are read when they are asked for first.
  await engine.restart();
  const [a, b] = await Promise.all([1, 2].map(() => engine.session()));
  const { statistics } = (a!.session as Session).engine;
  const load = statistics.load.bind(statistics);
  const [asked, goOn] = [signal(), signal()];
  statistics.load = async (...tables) => {
    asked.give();
    await goOn.given;
    return load(...tables);
  };
  await a!.query('SET tidb_stats_load_sync_wait = 60000');
  const inserted = a!.query('INSERT INTO late (id) SELECT id FROM source WHERE v > 1');
  await asked.given;
  statistics.load = load;
  await b!.query('ALTER TABLE late ALTER COLUMN v SET DEFAULT 2');
  goOn.give();
  await inserted;
  expect(await b!.query('SELECT id, v FROM late ORDER BY id')).toEqual([
    ['2', '2'],
    ['3', '2'],
  ]);
});

/** Every other step of a job fails as it does where the store is gone, before or after it took place. */
class LostStore {
  private readonly storage: Storage;
  private readonly begin: Storage['begin'];
  private steps = 0;

  constructor(
    private readonly s: TestSession,
    tookPlace: boolean,
  ) {
    this.storage = (s.session as Session).engine.storage;
    this.begin = this.storage.begin.bind(this.storage);
    this.storage.begin = async (...args) => {
      const txn = await this.begin(...args);
      const commit = txn.commit.bind(txn);
      const writes = (from: string, to: string): boolean =>
        txn.memBuffer.hasRange(Buffer.from(from), Buffer.from(to));
      txn.commit = async () => {
        // A step writes the schema and the job's row.
        if (!writes('m', 'n') || !writes('t', 'u') || ++this.steps % 2 === 1) return commit();
        if (tookPlace) {
          await commit();
          throw new UndeterminedError();
        }
        await txn.rollback();
        throw mysqlError('ER_RESOLVE_LOCK_TIMEOUT');
      };
      return txn;
    };
  }
  /** The statement's own transaction, which begins the job, does not fail. */
  errorOf(sql: string): Promise<number> {
    this.steps = 0;
    return this.s.errorOf(sql);
  }
  found(): void {
    this.storage.begin = this.begin;
  }
}

test.each([true, false])(
  'a job goes on when the store is there again; lost steps took place: %s',
  async (tookPlace) => {
    const s = await engine.session();
    await s.query('DROP TABLE IF EXISTS gone');
    await s.query('CREATE TABLE gone (id INT PRIMARY KEY, v INT, KEY w (v))');
    await s.query('INSERT INTO gone VALUES (1, 1), (2, 2), (3, 2)');
    const store = new LostStore(s, tookPlace);
    try {
      expect(await store.errorOf('ALTER TABLE gone ADD INDEX v (v)')).toBe(0);
      expect(
        await store.errorOf('ALTER TABLE gone MODIFY COLUMN v VARCHAR(20), ADD COLUMN c INT DEFAULT 5'),
      ).toBe(0);
      // The way back.
      expect(await store.errorOf('ALTER TABLE gone ADD UNIQUE INDEX y (v), ADD COLUMN e INT')).toBe(1062);
      expect((await newest(s, 'gone'))[1]).toBe('rollback done');
      expect(await store.errorOf('ALTER TABLE gone PARTITION BY HASH (id) PARTITIONS 2')).toBe(0);
    } finally {
      store.found();
    }
    await s.query('ADMIN CHECK TABLE gone');
    expect(await s.query('SELECT id, v FROM gone FORCE INDEX (v) WHERE v = 2 ORDER BY id')).toEqual([
      ['2', '2'],
      ['3', '2'],
    ]);
  },
);
