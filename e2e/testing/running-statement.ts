import type mysql from 'mysql2/promise';

/** Waits until a connection's statement runs, as another connection of any server over the same store sees it. */
export async function untilRunning(seenBy: mysql.Connection, threadId: number): Promise<void> {
  const sql = `SELECT id FROM information_schema.cluster_processlist WHERE id = ${threadId} AND info IS NOT NULL`;
  for (;;) {
    const [rows] = await seenBy.query(sql);
    if ((rows as unknown[]).length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** KILL QUERY of what a connection runs, once it runs. */
export async function killStatement(by: mysql.Connection, threadId: number): Promise<void> {
  await untilRunning(by, threadId);
  await by.query(`KILL QUERY ${threadId}`);
}
