import type mysql from 'mysql2/promise';
import { outcomeOf } from './sql-script.js';

/** One line of a script: `a: SQL` runs it, `a& SQL` starts it and waits until it waits for a lock, `a.` prints what became of it. */
const LINE = /^([a-z])([:&.]) ?(.*)$/;

interface Client {
  readonly db: mysql.Connection;
  readonly id: string;
  pending: Promise<string[]> | null;
}

/**
 * Plays a script of several sessions, each with a connection of its own (opened by `connect` with the session's number, 0 for `a`), and prints the
 * lines with what comes back. What differs from run to run is left out: of write conflicts everything but the error, of 8002 the session.
 */
export async function playConcurrently(
  script: string,
  connect: (session: number) => Promise<mysql.Connection>,
): Promise<string> {
  const out: string[] = [];
  const clients = new Map<string, Client>();
  const admin = await connect(0);
  const client = async (name: string): Promise<Client> => {
    let c = clients.get(name);
    if (c === undefined) {
      const db = await connect(name.charCodeAt(0) - 'a'.charCodeAt(0));
      // ROLLBACK RELEASE and the like.
      db.on('error', () => undefined);
      const [[row]] = (await db.query('SELECT CONNECTION_ID()')) as unknown as [[[unknown]]];
      c = { db, id: String(row[0]), pending: null };
      clients.set(name, c);
    }
    return c;
  };
  for (const line of script.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    out.push(line);
    const [, name, how, sql] = LINE.exec(line)!;
    const c = await client(name!);
    if (how === '.') {
      out.push(...(await c.pending!));
      c.pending = null;
      continue;
    }
    const outcome = outcomeOf(c.db, sql!).then((lines) => lines.map(withoutChance));
    if (how === ':') {
      out.push(...(await outcome));
      continue;
    }
    c.pending = outcome;
    let done = false;
    void outcome.then(() => (done = true));
    while (!done && !(await waits(admin, c.id))) await new Promise((resolve) => setTimeout(resolve, 5));
    if (done) out.push('it did not wait');
  }
  for (const { db } of clients.values()) db.destroy();
  admin.destroy();
  return `${out.join('\n')}\n`;
}

async function waits(admin: mysql.Connection, id: string): Promise<boolean> {
  const [rows] = await admin.query(
    `SELECT 1 FROM information_schema.cluster_tidb_trx WHERE session_id = ${id} AND state = 'LockWaiting'`,
  );
  return (rows as unknown[]).length > 0;
}

const withoutChance = (line: string): string =>
  line.replace(/(Write conflict), .*/, '$1').replace(/^(ERROR 8002 .*: )\[\d+\] /, '$1');
