// In a process of its own: connections that send one statement again and again, with other parameters, and tell how often.
import { createConnection } from 'mysql2/promise';
import { STATEMENTS } from './statements.js';

const [port, connections, seconds, kind, name] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const [sql, params] = STATEMENTS[name]!;

async function run(): Promise<number> {
  const db = await createConnection({
    host: '127.0.0.1',
    port: Number(port),
    user: 'root',
    database: 'shop',
  });
  let done = 0;
  const end = performance.now() + Number(seconds) * 1000;
  for (; performance.now() < end; done++) {
    if (kind === 'prepared') await db.execute(sql, params());
    else await db.query(sql, params());
  }
  await db.end();
  return done;
}

const done = await Promise.all(Array.from({ length: Number(connections) }, run));
process.send!(
  done.reduce((a, b) => a + b, 0),
  () => process.exit(0),
);
