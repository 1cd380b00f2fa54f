import type mysql from 'mysql2/promise';

/** Statements of a script: each ends with a semicolon at the end of a line; lines that begin with `#` are comments. */
export function statementsOf(script: string): string[] {
  const text = script
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
  return text
    .split(/;\n/)
    .map((s) => s.trim())
    .filter((s) => s !== '');
}

const cell = (v: unknown): string => {
  if (v === null) return 'NULL';
  if (v instanceof Buffer) return v.toString('utf8');
  return typeof v === 'object' ? JSON.stringify(v) : String(v);
};

/**
 * Plays a script on one connection (with rowsAsArray and dateStrings) and prints what comes back: the statement, then
 * a header and tab-separated rows, or the counts of a change, or the error; then the number of warnings.
 */
export async function playScript(db: mysql.Connection, script: string): Promise<string> {
  const out: string[] = [];
  for (const sql of statementsOf(script)) out.push(`${sql};`, ...(await outcomeOf(db, sql)));
  return `${out.join('\n')}\n`;
}

/** What a statement gives, in lines. */
export async function outcomeOf(db: mysql.Connection, sql: string): Promise<string[]> {
  try {
    const [result, fields] = await db.query({
      sql,
      rowsAsArray: true,
      typeCast: (field) => field.string(),
    });
    if (fields !== undefined) {
      const rows = (result as unknown as unknown[][]).map((row) => row.map(cell).join('\t'));
      return [fields.map((f) => f.name).join('\t'), ...rows];
    }
    const ok = result as mysql.ResultSetHeader;
    const parts: string[] = [];
    if (ok.affectedRows > 0) parts.push(`affected: ${ok.affectedRows}`);
    if (ok.insertId > 0) parts.push(`insert id: ${ok.insertId}`);
    if (ok.info !== '') parts.push(ok.info);
    if (ok.warningStatus > 0) parts.push(`warnings: ${ok.warningStatus}`);
    return parts.length > 0 ? [`ok (${parts.join(', ')})`] : [];
  } catch (error) {
    const e = error as { errno: number; sqlState: string; sqlMessage: string };
    return [`ERROR ${e.errno} (${e.sqlState}): ${e.sqlMessage}`];
  }
}
