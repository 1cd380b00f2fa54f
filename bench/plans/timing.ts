import type mysql from 'mysql2/promise';

export interface Timed {
  readonly ms: number;
  readonly result: string;
}

/**
 * The least of some runs, so that what else the machine does counts less; null when it is stopped at `limit`. What turns out to
 * take far longer than what is known needs no second run.
 */
export async function timed(
  db: mysql.Connection,
  sql: string,
  limit: number,
  runs = 4,
): Promise<Timed | null> {
  let least = Infinity;
  let result = '';
  for (let i = 0; i < runs; i++) {
    const began = performance.now();
    try {
      const [rows] = await db.query(withHint(sql, `MAX_EXECUTION_TIME(${Math.ceil(limit)})`));
      result = JSON.stringify(rows);
    } catch (e) {
      if ((e as { errno?: number }).errno === 3024) return null;
      throw e;
    }
    const ms = performance.now() - began;
    least = Math.min(least, ms);
    if (i === 0 && ms > limit / 2) break;
  }
  return { ms: least, result };
}

/** The statement with a hint in its first block, beside those that it has. */
export const withHint = (sql: string, hint: string): string =>
  hint === ''
    ? sql
    : sql.replace(
        /SELECT( *\/\*\+)?/i,
        (_, own?: string) => `SELECT /*+ ${hint}${own === undefined ? ' */' : ''}`,
      );

/** What EXPLAIN takes, the least of some. */
export async function planningMs(db: mysql.Connection, sql: string): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < 5; i++) {
    const began = performance.now();
    await db.query(`EXPLAIN FORMAT='brief' ${sql}`);
    least = Math.min(least, performance.now() - began);
  }
  return least;
}
