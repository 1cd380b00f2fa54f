import type mysql from 'mysql2/promise';

/** Factors by which estimates were off the rows that came, at least 1 each. */
export interface QErrors {
  readonly scans: readonly number[];
  readonly joins: readonly number[];
}

export const qError = (estimated: number, actual: number): number => {
  const [a, b] = [Math.max(1, estimated), Math.max(1, actual)];
  return Math.max(a / b, b / a);
};

export function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 1;
}

/** Runs EXPLAIN ANALYZE and compares. Operators below an index join's inner side are run for parts of their rows: left out. */
export async function qErrors(db: mysql.Connection, sql: string): Promise<QErrors> {
  const [rows] = await db.query<mysql.RowDataPacket[]>(`EXPLAIN ANALYZE ${sql}`);
  const scans: number[] = [];
  const joins: number[] = [];
  // Depths at which an inner side began.
  let inner = Infinity;
  for (const r of rows) {
    const id = String(r['id']);
    const depth = id.search(/[A-Za-z]/);
    if (depth <= inner) inner = Infinity;
    if (depth > inner) continue;
    const q = qError(Number(r['estRows']), Number(r['actRows']));
    if (/Join/.test(id)) joins.push(q);
    // What is probed may have been thinned out by the join's filter.
    else if (/Reader|LookUp/.test(id) && !/\(Probe\)/.test(id)) scans.push(q);
    if (/IndexJoin|IndexHashJoin/.test(id)) inners.push(depth);
    if (/\(Probe\)/.test(id) && inners.some((d) => depth === d + 2)) {
      inner = depth;
    }
  }
  inners.length = 0;
  return { scans, joins: joins.length === 0 ? [1] : joins };
}

/** Depths of the index joins met so far. */
const inners: number[] = [];
