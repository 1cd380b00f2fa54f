import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type mysql from 'mysql2/promise';
import { schemaStatements } from './duckdb.js';
import { generate, TABLES } from './generate.js';

/** The 22 queries. */
export const tpchQueries = (): string[] =>
  Array.from({ length: 22 }, (_, i) =>
    readFileSync(new URL(`queries/q${i + 1}.sql`, import.meta.url), 'utf8')
      .trim()
      .replace(/;$/, ''),
  );

/** Makes the tables in the connection's database, with statistics. */
export async function loadTpch(db: mysql.Connection, scale: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-tpch-'));
  try {
    generate(folder, scale);
    for (const statement of schemaStatements()) await db.query(statement);
    for (const table of TABLES) {
      await db.query(
        `LOAD DATA INFILE '${join(folder, `${table}.tbl`)}' INTO TABLE ${table} FIELDS TERMINATED BY '|' LINES TERMINATED BY '|\\n'`,
      );
      await db.query(`ANALYZE TABLE ${table}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
