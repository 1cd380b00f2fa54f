// In a process of its own: connections that run the mix for some seconds and tell how it went.
import mysql from 'mysql2/promise';
import { runOne } from './transactions.js';

const [port, connections, seconds, warehouses, kind] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const latencies: number[] = [];
let retries = 0;
let fatal = '';

async function loop(): Promise<void> {
  const db = await mysql.createConnection({
    host: '127.0.0.1',
    port: Number(port),
    user: 'root',
    database: 'tpcc',
  });
  const end = performance.now() + Number(seconds) * 1000;
  try {
    for (let at = performance.now(); at < end;) {
      retries += await runOne(db, kind === 'prepared', Number(warehouses));
      const now = performance.now();
      latencies.push(now - at);
      at = now;
    }
  } catch (e) {
    fatal = String((e as Error).message).slice(0, 300);
  }
  await db.end();
}

await Promise.all(Array.from({ length: Number(connections) }, loop));
process.send!({ latencies, retries, fatal }, () => process.exit(0));
