import type mysql from 'mysql2/promise';
import { prepare, TABLES } from './schema.js';

const BATCH = 2000;

/** Makes the fifteen tables in the connection's database, with statistics. */
export async function loadJoins(db: mysql.Connection, scale: number): Promise<void> {
  prepare(scale);
  for (const t of TABLES) {
    await db.query(`DROP TABLE IF EXISTS ${t.name}`);
    await db.query(`CREATE TABLE ${t.name} (${t.ddl})`);
    let rows: string[] = [];
    const flush = async (): Promise<void> => {
      if (rows.length > 0) await db.query(`INSERT INTO ${t.name} VALUES ${rows.join()}`);
      rows = [];
    };
    for (const row of t.rows(scale)) {
      rows.push(`(${row.map((v) => (typeof v === 'string' ? `'${v}'` : String(v))).join()})`);
      if (rows.length >= BATCH) await flush();
    }
    await flush();
    await db.query(`ANALYZE TABLE ${t.name}`);
  }
}
