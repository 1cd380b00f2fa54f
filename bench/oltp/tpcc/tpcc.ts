import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import mysql from 'mysql2/promise';
import type { SysbenchResult } from '../sysbench.js';
import { inconsistencies, load } from './schema.js';

export const WAREHOUSES = 2;
/** Connections of one client process, which would otherwise be what is measured. */
const PER_PROCESS = 8;

const connect = (port: number, database?: string): Promise<mysql.Connection> =>
  mysql.createConnection({
    host: '127.0.0.1',
    port,
    user: 'root',
    ...(database === undefined ? {} : { database }),
  });

export async function prepareTpcc(port: number): Promise<void> {
  const db = await connect(port);
  await db.query('CREATE DATABASE tpcc');
  await db.query('USE tpcc');
  await load(db, WAREHOUSES);
  await db.query('ANALYZE TABLE customer, orders, order_line, stock, item, district, warehouse, new_orders');
  await db.end();
}

interface Report {
  readonly latencies: readonly number[];
  readonly retries: number;
  readonly fatal: string;
}

/** All transactions of the mix count. What is inconsistent afterwards is fatal. */
export async function runTpcc(
  port: number,
  threads: number,
  seconds: number,
  prepared: boolean,
  pin: readonly string[],
): Promise<SysbenchResult> {
  const reports: Promise<Report>[] = [];
  for (let left = threads; left > 0; left -= PER_PROCESS) {
    const args = [port, Math.min(left, PER_PROCESS), seconds, WAREHOUSES, prepared ? 'prepared' : 'text'].map(
      String,
    );
    const file = fileURLToPath(new URL('client.ts', import.meta.url));
    const child =
      pin.length === 0
        ? fork(file, args, { execArgv: process.execArgv })
        : fork(file, args, {
            execPath: pin[0]!,
            execArgv: [...pin.slice(1), process.execPath, ...process.execArgv],
          });
    reports.push(
      new Promise((resolve) => {
        child.once('message', (r) => resolve(r as Report));
        child.once('exit', (code) =>
          resolve({ latencies: [], retries: 0, fatal: `client ended with ${code}` }),
        );
      }),
    );
  }
  const all = await Promise.all(reports);
  const latencies = all.flatMap((r) => r.latencies).sort((a, b) => a - b);
  const db = await connect(port, 'tpcc');
  const wrong = await inconsistencies(db);
  await db.end();
  return {
    tps: latencies.length / seconds,
    p50: latencies[Math.floor(latencies.length * 0.5)] ?? 0,
    p95: latencies[Math.floor(latencies.length * 0.95)] ?? 0,
    p99: latencies[Math.floor(latencies.length * 0.99)] ?? 0,
    ignored: all.reduce((n, r) => n + r.retries, 0),
    fatal: [...new Set([...all.map((r) => r.fatal).filter((f) => f !== ''), ...wrong])],
  };
}

export async function cleanupTpcc(port: number): Promise<void> {
  const db = await connect(port);
  await db.query('DROP DATABASE tpcc');
  await db.end();
}
