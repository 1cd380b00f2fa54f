import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { Answer } from './answer.js';
import { TABLES } from './generate.js';

/** DuckDB in this process, the tables in memory and without keys, as its own tpch extension makes them. */
export class DuckDb {
  private constructor(private readonly db: DuckDBConnection) {}

  static async open(threads: number): Promise<DuckDb> {
    const instance = await DuckDBInstance.create(':memory:', { threads: `${threads}` });
    return new DuckDb(await instance.connect());
  }

  /** Seconds taken. */
  async load(folder: string, schema: readonly string[]): Promise<number> {
    for (const statement of schema)
      await this.db.run(statement.replace(/ PRIMARY KEY,/, ',').replace(/,\s*PRIMARY KEY \([^)]*\)/, ''));
    const from = performance.now();
    for (const name of TABLES) {
      const path = join(folder, `${name}.tbl`).replaceAll("'", "''");
      await this.db.run(`COPY ${name} FROM '${path}' (DELIMITER '|', HEADER false, QUOTE '')`);
    }
    return (performance.now() - from) / 1000;
  }

  async query(sql: string): Promise<Answer> {
    const result = await this.db.runAndReadAll(sql);
    return {
      columns: result.columnNames(),
      rows: result.getRowsJson().map((r) => r.map((v) => (v === null ? null : String(v)))),
    };
  }
}

export const schemaStatements = (): readonly string[] =>
  readFileSync(new URL('schema.sql', import.meta.url), 'utf8')
    .split(';')
    .map((s) => s.trim())
    .filter((s) => s !== '');
