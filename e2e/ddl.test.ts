import type mysql from 'mysql2/promise';
import { createConnection } from 'mysql2/promise';
import { randomSource } from '../testing/random.js';
import { ServerProcess } from './testing/server-process.js';
import { StoreProcess } from './testing/store-process.js';

/**
 * Rows are written in every way while the table's schema changes at random and servers (and the store, where it is a process of its own)
 * are killed at random. After each change ADMIN CHECK TABLE finds nothing, and every row is what its writer last wrote, whatever index it
 * is read by.
 *
 * RUTILE_DDLS: number of changes (100 by hand; then the table also has rows that nobody writes, so many that indexes are filled in bulk).
 * RUTILE_ENDPOINTS=host:port,host:port: servers on one store to be used in turn instead of some of our own; these are not killed.
 */
const DDLS = Number(process.env['RUTILE_DDLS'] ?? 0);
const ENDPOINTS = (process.env['RUTILE_ENDPOINTS'] ?? '').split(',').filter((e) => e !== '');
const WRITERS = 3;
const IDS = 300;
/** Rows with ids between those of the writers. */
const STILL = process.env['RUTILE_DDLS'] === undefined ? 0 : 1000 - IDS;
/** Errors that a statement may meet while the schema changes under it: 8028 and what conflicts give. */
const EXPECTED: ReadonlySet<number> = new Set([0, 1205, 1213, 8002, 8022, 8028, 9007]);
/** Errors of a store that is gone, which do not tell whether the statement took place: PD's and the store's timeouts, locks that were not resolved, no region, outcome unknown. */
const STORE_GONE: ReadonlySet<number> = new Set([8501, 9001, 9002, 9004, 9005]);

const { seed, random } = randomSource();
const int = (n: number): number => Math.floor(random() * n);
const pick = <T>(list: readonly T[]): T => list[int(list.length)]!;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Setup {
  readonly name: string;
  readonly nodes: number;
  readonly flags: readonly string[];
  readonly servedStore: boolean;
  /** Changes in the short run. */
  readonly ddls: number;
}

const SETUPS: readonly Setup[] = [
  { name: 'one server', nodes: 1, flags: [], servedStore: false, ddls: 10 },
  { name: 'a server of two threads', nodes: 1, flags: ['--workers', '2'], servedStore: false, ddls: 6 },
  { name: 'two servers on one store', nodes: 2, flags: [], servedStore: true, ddls: 6 },
];

class Servers {
  private readonly store: StoreProcess | null;
  private readonly nodes: ServerProcess[] = [];
  private next = 0;

  constructor(private readonly setup: Setup) {
    this.store = setup.servedStore && this.killable ? new StoreProcess() : null;
  }

  get killable(): boolean {
    return ENDPOINTS.length === 0;
  }
  async start(): Promise<void> {
    if (!this.killable) return;
    await this.store?.start();
    const { flags, nodes } = this.setup;
    const all = this.store === null ? flags : [...flags, '--store', 'tikv', '--pd', this.store.address];
    for (let i = 0; i < nodes; i++) {
      const node = new ServerProcess(all);
      this.nodes.push(node);
      await node.start();
    }
  }
  /** Kills one of the processes and starts it again; gives its name. */
  async restart(): Promise<string> {
    const victim = int(this.nodes.length + (this.store === null ? 0 : 1));
    const process = this.nodes[victim] ?? this.store!;
    await process.kill();
    await process.start();
    return victim < this.nodes.length ? `server ${victim}` : 'the store';
  }
  async remove(): Promise<void> {
    for (const node of this.nodes) await node.remove();
    await this.store?.remove();
  }
  connect(): Promise<mysql.Connection> {
    const turn = this.next++;
    if (this.killable) return this.nodes[turn % this.nodes.length]!.connect({ rowsAsArray: true });
    const [host, port] = ENDPOINTS[turn % ENDPOINTS.length]!.split(':');
    return createConnection({ host, port: Number(port), user: 'root', database: 'test', rowsAsArray: true });
  }
}

/** The error number of a statement: 0 = none, -1 = the connection is gone. */
async function run(
  connection: mysql.Connection,
  sql: string,
  tell: (message: string) => void = () => undefined,
): Promise<number> {
  try {
    await connection.query(sql);
    return 0;
  } catch (e) {
    tell((e as Error).message);
    return (e as { errno?: number; fatal?: boolean }).fatal === true
      ? -1
      : ((e as { errno?: number }).errno ?? -1);
  }
}

/** Writes rows of ids of its own and knows what they must be. */
class Writer {
  /** What a row's value may be: one, or two where the outcome of a statement is not known. null = no row. */
  readonly rows = new Map<number, readonly (string | null)[]>();
  readonly unexpected: string[] = [];
  written = 0;
  private stopped = false;
  private running: Promise<void> = Promise.resolve();
  private value = 0;

  constructor(
    private readonly servers: Servers,
    private readonly number: number,
  ) {}

  start(): void {
    this.stopped = false;
    this.running = this.loop();
  }
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async loop(): Promise<void> {
    let connection: mysql.Connection | null = null;
    while (!this.stopped) {
      if (connection === null) {
        connection = await this.servers.connect().catch(() => null);
        if (connection === null) {
          await pause(20);
          continue;
        }
        connection.on('error', () => undefined);
      }
      if (!(await this.write(connection))) {
        connection.destroy();
        connection = null;
      }
    }
    await connection?.end().catch(() => undefined);
  }

  /** One statement, or a transaction of two. False when the connection is gone. */
  private async write(connection: mysql.Connection): Promise<boolean> {
    const changes = new Map<number, string | null>();
    const statements: string[] = [];
    const many = random() < 0.2 ? 2 : 1;
    if (many > 1) statements.push(random() < 0.5 ? 'BEGIN' : 'BEGIN OPTIMISTIC');
    for (let i = 0; i < many; i++) statements.push(this.statement(changes));
    if (many > 1) statements.push('COMMIT');
    let error = 0;
    for (const sql of statements) {
      error = await run(connection, sql);
      if (error === 0) continue;
      if (STORE_GONE.has(error)) error = -1;
      if (error !== -1 && !EXPECTED.has(error)) this.unexpected.push(`${error}: ${sql}`);
      break;
    }
    if (error > 0 && many > 1) await run(connection, 'ROLLBACK');
    for (const [id, value] of changes) {
      if (error === 0) this.rows.set(id, [value]);
      else if (error === -1) this.rows.set(id, [...this.possible(id), value]);
    }
    if (error === 0) this.written++;
    return error !== -1;
  }

  private possible(id: number): readonly (string | null)[] {
    return this.rows.get(id) ?? [null];
  }

  private statement(changes: Map<number, string | null>): string {
    const id = this.number * 1000 + int(IDS);
    const v = String(++this.value);
    const states = changes.has(id) ? [changes.get(id)!] : this.possible(id);
    const exists = states.every((s) => s !== null);
    const put = (value: string | null): void => void changes.set(id, value);
    if (states.length > 1 || random() < 0.2) {
      put(v);
      return `REPLACE INTO t (id, n, s) VALUES (${id}, ${v}, 'r${v}')`;
    }
    if (!exists) {
      put(v);
      return `INSERT INTO t (id, n, s) VALUES (${id}, ${v}, 'i${v}')`;
    }
    switch (int(4)) {
      case 0:
        put(null);
        return `DELETE FROM t WHERE id = ${id}`;
      case 1:
        put(v);
        return `INSERT INTO t (id, n) VALUES (${id}, 0) ON DUPLICATE KEY UPDATE n = ${v}, s = 'd${v}'`;
      default:
        put(v);
        return `UPDATE t SET n = ${v}, s = CONCAT('u', n) WHERE id = ${id}`;
    }
  }
}

interface Shape {
  readonly columns: readonly string[];
  readonly indexes: readonly string[];
  /** '' when the table is not partitioned. */
  readonly partitioning: string;
  readonly partitions: readonly string[];
}

const PARTITIONS =
  "FROM information_schema.partitions WHERE table_schema = 'test' AND table_name = 't' AND partition_name IS NOT NULL ORDER BY partition_ordinal_position";

/** Rows of a query, as soon as the store answers: one that starts on a busy machine may be longer away than statements wait. */
async function answer(db: mysql.Connection, sql: string): Promise<(string | number)[][]> {
  for (;;) {
    try {
      const [rows] = await db.query(sql);
      return rows as unknown as (string | number)[][];
    } catch (e) {
      if (!STORE_GONE.has((e as { errno?: number }).errno ?? 0)) throw e;
    }
  }
}

async function shapeOf(db: mysql.Connection): Promise<Shape> {
  const list = async (sql: string): Promise<string[]> => {
    return (await answer(db, sql)).map((r) => String(r[0]));
  };
  return {
    columns: await list(
      "SELECT column_name FROM information_schema.columns WHERE table_schema = 'test' AND table_name = 't'",
    ),
    indexes: await list(
      "SELECT DISTINCT index_name FROM information_schema.statistics WHERE table_schema = 'test' AND table_name = 't' AND index_name <> 'PRIMARY'",
    ),
    partitioning: (await list(`SELECT partition_method ${PARTITIONS}`))[0] ?? '',
    partitions: await list(`SELECT partition_name ${PARTITIONS}`),
  };
}

let fresh = 0;

/** Divides the rows, whose ids lie below 3000, in another way. */
function repartitioning({ partitioning, partitions }: Shape): string {
  const name = `p${fresh}`;
  const split = 1 + int(2998);
  const all = [
    `PARTITION BY HASH (id) PARTITIONS ${1 + int(4)}`,
    `PARTITION BY KEY (id) PARTITIONS ${1 + int(4)}`,
    `PARTITION BY RANGE (id) (PARTITION ${name}a VALUES LESS THAN (${split}), PARTITION ${name}b VALUES LESS THAN (3000))`,
  ];
  if (partitioning !== '') all.push('REMOVE PARTITIONING');
  if (partitioning === 'HASH' || partitioning === 'KEY') {
    all.push(`ADD PARTITION PARTITIONS ${1 + int(2)}`);
    if (partitions.length > 1) all.push('COALESCE PARTITION 1');
  }
  if (partitioning === 'RANGE')
    all.push(
      `REORGANIZE PARTITION ${partitions.join()} INTO (PARTITION ${name}c VALUES LESS THAN (${split}), PARTITION ${name}d VALUES LESS THAN (3000))`,
    );
  return `ALTER TABLE t ${pick(all)}`;
}

/** One change of the table that must succeed. */
function randomDdl(shape: Shape): string {
  const extra = shape.columns.filter((c) => c.startsWith('c'));
  const name = `x${++fresh}`;
  const choices: (() => string | null)[] = [
    () => `ALTER TABLE t ADD INDEX ${name} (${pick(['n', 's', 's(3), n', 'n, id'])})`,
    () => `ALTER TABLE t ADD UNIQUE INDEX ${name} (${pick(['id, s', 'n, id'])})`,
    () => `CREATE INDEX ${name} ON t ((n + 1))`,
    () => (shape.indexes.length === 0 ? null : `ALTER TABLE t DROP INDEX ${pick(shape.indexes)}`),
    () =>
      shape.indexes.length === 0 ? null : `ALTER TABLE t RENAME INDEX ${pick(shape.indexes)} TO ${name}`,
    () => (shape.indexes.length === 0 ? null : `ALTER TABLE t ALTER INDEX ${pick(shape.indexes)} INVISIBLE`),
    () =>
      `ALTER TABLE t ADD COLUMN c${fresh} INT NOT NULL DEFAULT ${fresh} ${pick(['', 'FIRST', 'AFTER id'])}`,
    () => `ALTER TABLE t ADD COLUMN c${fresh} VARCHAR(20) DEFAULT 'x', ADD INDEX ${name} (c${fresh}, n)`,
    () => (extra.length === 0 ? null : `ALTER TABLE t RENAME COLUMN ${pick(extra)} TO c${fresh}`),
    () => (extra.length === 0 ? null : `ALTER TABLE t MODIFY COLUMN ${pick(extra)} VARCHAR(${20 + int(9)})`),
    () => (extra.length === 0 ? null : `ALTER TABLE t ALTER COLUMN ${pick(extra)} SET DEFAULT 5`),
    () =>
      `ALTER TABLE t MODIFY COLUMN n ${pick(['BIGINT', 'INT', 'VARCHAR(20)', 'DECIMAL(12,0)', 'BIGINT UNSIGNED'])}`,
    () => `ALTER TABLE t MODIFY COLUMN s ${pick(['VARCHAR(40)', 'VARCHAR(60)', 'CHAR(50)'])}`,
    () => repartitioning(shape),
    () => repartitioning(shape),
    () => `ALTER TABLE t COMMENT '${name}'`,
    () =>
      `ALTER TABLE t ADD COLUMN c${fresh} DATETIME, MODIFY COLUMN n ${pick(['INT', 'VARCHAR(20)'])}, ADD INDEX ${name} (s)`,
  ];
  for (;;) {
    const sql = pick(choices)();
    if (sql !== null) return sql;
  }
}

/** Errors of changes that cannot be had in the table's present form, which the choice above does not look into. */
const REFUSED: ReadonlySet<number> = new Set([1067, 1090, 1113, 1503, 3837, 8200, 8264]);

async function settled(db: mysql.Connection): Promise<void> {
  for (;;) {
    const [[jobs]] = (await answer(
      db,
      "SELECT COUNT(*) FROM information_schema.ddl_jobs WHERE state NOT IN ('synced', 'cancelled', 'rollback done')",
    )) as [[number]];
    if (Number(jobs) === 0) return;
    await pause(20);
  }
}

async function checkRows(db: mysql.Connection, writers: readonly Writer[]): Promise<void> {
  // A hint that names an invisible index is an error (manual, "Invisible Indexes").
  const [visible] = await db.query(
    "SELECT DISTINCT index_name FROM information_schema.statistics WHERE table_schema = 'test' AND table_name = 't' AND index_name <> 'PRIMARY' AND is_visible = 'YES'",
  );
  const names = (visible as unknown as string[][]).map(([name]) => name!);
  const ignored = names.length === 0 ? '' : `IGNORE INDEX (${names.join()})`;
  const [rows] = await db.query(`SELECT id, CAST(n AS CHAR) FROM t ${ignored}`);
  const found = new Map((rows as unknown as [number, string][]).map(([id, n]) => [id, n]));
  const wrong: string[] = [];
  for (const w of writers) {
    for (const [id, possible] of w.rows) {
      const value = found.get(id) ?? null;
      if (!possible.includes(value)) wrong.push(`row ${id} is ${value}, not ${possible.join(' or ')}`);
      w.rows.set(id, [value]);
      found.delete(id);
    }
  }
  let still = 0;
  for (const [id, n] of found) {
    if (id % 1000 >= IDS && Number(n) === id) still++;
    else wrong.push(`row ${id} should not be there`);
  }
  if (still !== STILL * WRITERS) wrong.push(`${still} rows of those that nobody writes`);
  expect({ seed, wrong }).toEqual({ seed, wrong: [] });
}

const setups = ENDPOINTS.length === 0 ? SETUPS : [{ ...SETUPS[0]!, name: 'the servers given' }];

/** A connection, as soon as a server gives one. */
async function reconnect(servers: Servers): Promise<mysql.Connection> {
  for (let attempt = 0; ; attempt++) {
    try {
      const db = await servers.connect();
      db.on('error', () => undefined);
      return db;
    } catch (e) {
      if (attempt > 500) throw e;
      await pause(20);
    }
  }
}

test.each(setups)(
  'rows are written while the schema changes and processes are killed: $name',
  async (setup) => {
    const servers = new Servers(setup);
    await servers.start();
    const done: string[] = [];
    let writers: readonly Writer[] = [];
    try {
      let db = await reconnect(servers);
      await db.query('DROP TABLE IF EXISTS t');
      await db.query('CREATE TABLE t (id INT PRIMARY KEY, n INT, s VARCHAR(40), KEY a (n))');
      for (let w = 0; w < WRITERS && STILL > 0; w++) {
        const ids = Array.from({ length: STILL }, (_, i) => w * 1000 + IDS + i);
        await db.query(`INSERT INTO t VALUES ${ids.map((id) => `(${id}, ${id}, 's${id}')`).join()}`);
      }
      writers = Array.from({ length: WRITERS }, (_, i) => new Writer(servers, i));
      for (const w of writers) w.start();
      const changes = DDLS > 0 ? DDLS : setup.ddls;
      for (let i = 0; i < changes; i++) {
        const sql = randomDdl(await shapeOf(db));
        const kill = servers.killable && random() < 0.3;
        let message = '';
        const change = run(db, sql, (m) => (message = m));
        let killed = '';
        if (kill) {
          await pause(int(60));
          killed = ` (${await servers.restart()} killed)`;
        }
        let error = await change;
        done.push(`${sql}${killed} -> ${error} ${message}`);
        if (DDLS > 0)
          process.stderr.write(`${i} ${new Date().toISOString().slice(11, 19)} ${done.at(-1)!}\n`);
        if (STORE_GONE.has(error)) error = -1;
        if (kill || error === -1) {
          db.destroy();
          db = await reconnect(servers);
          await settled(db);
        }
        if (error > 0 && !EXPECTED.has(error) && !REFUSED.has(error)) {
          throw new Error(`seed ${seed}: ${done.join('\n')}`);
        }
        const wrong = await answer(db, 'ADMIN CHECK TABLE t').then(
          () => null,
          (e: Error) => e.message,
        );
        if (wrong !== null) throw new Error(`seed ${seed}: ${wrong}\n${done.join('\n')}`);
      }
      for (const w of writers) await w.stop();
      await checkRows(db, writers).catch((e: unknown) => {
        throw new Error(`seed ${seed}: ${String(e)}\n${done.join('\n')}`);
      });
      await db.query('ADMIN CHECK TABLE t');
      expect({ seed, unexpected: writers.flatMap((w) => w.unexpected), done }).toEqual({
        seed,
        unexpected: [],
        done,
      });
      expect(writers.reduce((n, w) => n + w.written, 0)).toBeGreaterThan(changes);
      await db.end();
    } finally {
      const stopped = writers.map((w) => w.stop());
      await servers.remove();
      await Promise.all(stopped);
    }
  },
  DDLS > 0 ? 3_600_000 : 600_000,
);
