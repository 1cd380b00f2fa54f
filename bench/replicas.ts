import type mysql from 'mysql2/promise';

const LOOK_MS = 100;

/** Waits until the columnar replicas asked for in the current database are there. Seconds taken. */
export async function replicasReady(db: mysql.Connection): Promise<number> {
  const from = performance.now();
  for (;;) {
    const [missing] = await db.query<mysql.RowDataPacket[]>(
      'SELECT 1 FROM information_schema.tiflash_replica WHERE table_schema = DATABASE() AND available = 0 LIMIT 1',
    );
    if (missing.length === 0) return (performance.now() - from) / 1000;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
