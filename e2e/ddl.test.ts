import type mysql from 'mysql2/promise';
import { randomSource } from '../testing/random.js';
import { IDS, RowWriter } from './testing/row-writer.js';
import type { SchemaChange } from './testing/schema-changes.js';
import { REFUSED, SchemaChanges, tableShape, tableStatements } from './testing/schema-changes.js';
import { ServerGroup } from './testing/server-group.js';
import { EXPECTED, GONE, STORE_GONE, errorOf } from './testing/statement-errors.js';

/**
 * Rows are written and read in every way while the table's schema changes at random, jobs are paused and cancelled, and servers (and the
 * store, where it is a process of its own) are killed. After each change ADMIN CHECK TABLE finds nothing, and every row is what its writer
 * last wrote.
 *
 * RUTILE_DDLS: number of changes (100 by hand; then the table also has rows that nobody writes, so many that indexes are filled in bulk, and
 * servers also stand still for a while).
 * RUTILE_ENDPOINTS=host:port,host:port: servers on one store to be used in turn instead of some of our own; these are not killed.
 */
const DDLS = Number(process.env['RUTILE_DDLS'] ?? 0);
const ENDPOINTS = (process.env['RUTILE_ENDPOINTS'] ?? '').split(',').filter((e) => e !== '');
const WRITERS = 3;
/** Rows with ids between those of the writers. */
const STILL = process.env['RUTILE_DDLS'] === undefined ? 0 : 1000 - IDS;
/** How long servers stand still, at least. */
const STALL_MS = process.env['RUTILE_DDLS'] === undefined ? 0 : 6500;
/** What a job that is not there, has ended, or was paused before answers to being paused or cancelled; the statement of a cancelled one. */
const CANCELLED = 8214;

const { seed, random } = randomSource();
const int = (n: number): number => Math.floor(random() * n);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Setup {
  readonly name: string;
  readonly nodes: number;
  readonly flags: readonly string[];
  readonly servedStore: boolean;
  /** Changes in the short run. */
  readonly ddls: number;
}

/** Rows that a killed server had locked wait for the end of its locks' life. */
const LOCKS = ['--lock-ttl', '2000'];
const SETUPS: readonly Setup[] = [
  { name: 'one server', nodes: 1, flags: [], servedStore: false, ddls: 10 },
  { name: 'a server of two threads', nodes: 1, flags: ['--workers', '2'], servedStore: false, ddls: 6 },
  { name: 'two servers on one store', nodes: 2, flags: LOCKS, servedStore: true, ddls: 6 },
];
const setups = ENDPOINTS.length === 0 ? SETUPS : [{ ...SETUPS[0]!, name: 'the servers given' }];

/** Rows of a query, as soon as the store answers: one that starts on a busy machine may be longer away than statements wait. */
async function answer(db: mysql.Connection, sql: string): Promise<(string | number | null)[][]> {
  for (;;) {
    try {
      const [rows] = await db.query(sql);
      return rows as unknown as (string | number | null)[][];
    } catch (e) {
      if (!STORE_GONE.has((e as { errno?: number }).errno ?? 0)) throw e;
    }
  }
}

const UNDER_WAY = "state NOT IN ('synced', 'cancelled', 'rollback done')";

/** Waits until no job is under way; none stays paused. */
async function settled(db: mysql.Connection): Promise<void> {
  for (;;) {
    const jobs = await answer(db, `SELECT job_id, state FROM information_schema.ddl_jobs WHERE ${UNDER_WAY}`);
    if (jobs.length === 0) return;
    for (const [id, state] of jobs) {
      if (state === 'paused') await answer(db, `ADMIN RESUME DDL JOBS ${id}`);
    }
    await pause(20);
  }
}

/** Pauses and resumes, or cancels, the job that is under way, as soon as there is one, until `ended`. */
async function interfere(servers: ServerGroup, ended: () => boolean): Promise<void> {
  const db = await servers.reconnect();
  try {
    while (!ended()) {
      const [job] = await answer(db, `SELECT job_id FROM information_schema.ddl_jobs WHERE ${UNDER_WAY}`);
      if (job === undefined) {
        await pause(2);
        continue;
      }
      const wish = random() < 0.5 ? 'CANCEL' : 'PAUSE';
      await answer(db, `ADMIN ${wish} DDL JOBS ${job[0]}`);
      await pause(int(20));
      if (wish === 'PAUSE') await answer(db, `ADMIN RESUME DDL JOBS ${job[0]}`);
      return;
    }
  } finally {
    db.destroy();
  }
}

async function checkRows(db: mysql.Connection, writers: readonly RowWriter[]): Promise<void> {
  // A hint that names an invisible index is an error (manual, "Invisible Indexes").
  const visible = await answer(
    db,
    "SELECT DISTINCT index_name FROM information_schema.statistics WHERE table_schema = 'test' AND table_name = 't' AND index_name <> 'PRIMARY' AND is_visible = 'YES'",
  );
  const names = visible.map(([name]) => name);
  const ignored = names.length === 0 ? '' : `IGNORE INDEX (${names.join()})`;
  const rows = await answer(db, `SELECT id, CAST(n AS CHAR) FROM t ${ignored} WHERE id < 3000`);
  const found = new Map((rows as [number, string][]).map(([id, n]) => [id, n]));
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

/** Plays a change's steps against the servers. */
class Player {
  readonly done: string[] = [];
  readonly kinds = new Map<string, number>();

  constructor(
    readonly servers: ServerGroup,
    readonly writers: readonly RowWriter[],
    public db: mysql.Connection,
  ) {}

  async play(change: SchemaChange): Promise<void> {
    const { steps, away, quiet } = change;
    if (quiet === true) for (const w of this.writers) await w.stop();
    if (away === true) for (const w of this.writers) w.tolerated = new Set([1146]);
    for (const step of steps) {
      const error = await this.step(step, quiet !== true && steps.length === 1, quiet !== true);
      if (error !== 0 && steps.length > 1 && !REFUSED.has(error)) throw new Error(`${step}: ${error}`);
      if (error !== 0) break;
    }
    for (const w of this.writers) {
      // Statements that began while the table was away come to their end.
      if (away === true) await w.stop();
      w.tolerated = new Set();
      if (away === true || quiet === true) w.start();
    }
  }

  /** One statement, again and again where a process was killed and it must take place. */
  private async step(sql: string, interruptible: boolean, killable: boolean): Promise<number> {
    const kill = killable && this.servers.killable && random() < 0.3;
    // Longer than leases of jobs, shorter and longer than those of servers: others go on with what it did, and then it does, too.
    const stall = STALL_MS > 0 && !kill && killable && this.servers.killable && random() < 0.15;
    const interrupted = interruptible && !kill && !stall && random() < 0.2;
    let over = false;
    let message = '';
    const change = errorOf(this.db.query(sql), (m) => (message = m)).finally(() => (over = true));
    const interference = interrupted ? interfere(this.servers, () => over) : Promise.resolve();
    let note = interrupted ? ' (interfered with)' : '';
    if (kill) {
      await pause(int(60));
      note = ` (${await this.servers.restart(int)} killed)`;
    } else if (stall) {
      await pause(int(200));
      const ms = STALL_MS + int(STALL_MS);
      note = ` (${await this.servers.stall(int, ms)} stood still for ${ms} ms)`;
    }
    let error = await change;
    await interference;
    this.note(`${sql}${note} -> ${error} ${message}`);
    if (STORE_GONE.has(error)) error = GONE;
    if (kill || error === GONE) {
      this.db.destroy();
      this.db = await this.servers.reconnect();
      await settled(this.db);
    }
    if (error === 0) return 0;
    if (interruptible) {
      const usual = error === GONE || EXPECTED.has(error) || (interrupted && error === CANCELLED);
      if (!usual && !REFUSED.has(error)) throw new Error(`${error}: ${sql}`);
      return error;
    }
    return error === GONE || EXPECTED.has(error) ? this.again(sql) : error;
  }

  /** A step that may have taken place: the error that says so is as good as success. */
  private async again(sql: string): Promise<number> {
    const error = await errorOf(this.db.query(sql));
    this.note(`${sql} (again) -> ${error}`);
    return [1050, 1051, 1146, 1505].includes(error) ? 0 : error;
  }

  private note(line: string): void {
    this.done.push(line);
    if (DDLS > 0) process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
  }
}

test.each(setups)(
  'rows are written while the schema changes and processes are killed: $name',
  async (setup) => {
    const servers = new ServerGroup({ ...setup, endpoints: ENDPOINTS });
    await servers.start();
    const writers = Array.from({ length: WRITERS }, (_, i) => new RowWriter(servers, i, random));
    const changes = new SchemaChanges(random);
    let done: readonly string[] = [];
    try {
      const player = new Player(servers, writers, await servers.reconnect());
      done = player.done;
      const query = (sql: string): Promise<(string | number | null)[][]> => answer(player.db, sql);
      await query('SET GLOBAL tidb_enable_check_constraint = ON');
      for (const sql of tableStatements(random() < 0.5)) await query(sql);
      for (let w = 0; w < WRITERS && STILL > 0; w++) {
        const ids = Array.from({ length: STILL }, (_, i) => w * 1000 + IDS + i);
        await query(`INSERT INTO t VALUES ${ids.map((id) => `(${id}, ${id}, 's${id}')`).join()}`);
      }
      for (const w of writers) w.start();
      const count = DDLS > 0 ? DDLS : setup.ddls;
      for (let i = 0; i < count; i++) {
        await player.play(changes.next(await tableShape(query)));
        await query('ADMIN CHECK TABLE t');
        const unexpected = writers.flatMap((w) => w.unexpected);
        if (unexpected.length > 0) throw new Error(unexpected.slice(0, 10).join('\n'));
      }
      for (const w of writers) await w.stop();
      await checkRows(player.db, writers);
      await query('ADMIN CHECK TABLE t');
      expect(writers.flatMap((w) => w.unexpected)).toEqual([]);
      expect(writers.reduce((n, w) => n + w.written, 0)).toBeGreaterThan(count);
      await player.db.end();
    } catch (e) {
      throw new Error(`seed ${seed}: ${String(e)}\n${done.join('\n')}`, { cause: e });
    } finally {
      const stopped = writers.map((w) => w.stop());
      await servers.remove();
      await Promise.all(stopped);
    }
  },
  DDLS > 0 ? 3_600_000 : 600_000,
);
