import type { DbInfo, PartitionDefinition, TableInfo } from '../../catalog/model.js';
import type { Session } from '../session.js';
import { partitionsNamed } from '../statistics/partitions-named.js';
import { registerStatement } from './statement-handler.js';
import { tableNamed } from './table-named.js';

const warn = (session: Session, message: string): void =>
  session.statement.warn({ level: 'Warning', code: 1105, message });

/** LOCK STATS and UNLOCK STATS of tables or of some partitions of one. */
registerStatement(['LockStats', 'UnlockStats'], {
  run: async (session, stmt) => {
    const locking = stmt.kind === 'LockStats';
    const tables = stmt.tables.map((name) => {
      const { db, table } = tableNamed(session, name);
      session.privileges.require('INSERT', db.name, table.name);
      session.privileges.require('SELECT', db.name, table.name);
      return { db, table, partitions: partitionsNamed(table, stmt.partitions) };
    });
    const [first] = tables;
    if (tables.length === 1 && first!.partitions !== null)
      await ofPartitions(session, first!.db, first!.table, first!.partitions, locking);
    else await ofTables(session, tables, locking);
    return null;
  },
});

async function ofTables(
  session: Session,
  tables: readonly { readonly db: DbInfo; readonly table: TableInfo }[],
  locking: boolean,
): Promise<void> {
  const { statistics } = session.engine;
  const skipped: string[] = [];
  const changed: number[] = [];
  for (const { db, table } of tables) {
    const ids = [table.id, ...(table.partition?.definitions.map((p) => p.id) ?? [])];
    if (statistics.isLocked(table.id) === locking) skipped.push(`${db.name}.${table.name}`);
    else changed.push(...ids);
  }
  await (locking ? statistics.lock(changed) : statistics.unlock(changed));
  if (skipped.length === 0) return;
  const what = locking ? 'skip locking locked' : 'skip unlocking unlocked';
  const word = tables.length > 1 ? 'tables' : 'table';
  const rest = changed.length === 0 ? '' : `, other tables ${locking ? 'locked' : 'unlocked'} successfully`;
  warn(session, `${what} ${word}: ${skipped.sort().join(', ')}${rest}`);
}

async function ofPartitions(
  session: Session,
  db: DbInfo,
  table: TableInfo,
  partitions: readonly PartitionDefinition[],
  locking: boolean,
): Promise<void> {
  const { statistics } = session.engine;
  const name = `${db.name}.${table.name}`;
  const names = (list: readonly PartitionDefinition[]): string =>
    list
      .map((p) => p.name)
      .sort()
      .join(', ');
  if (statistics.isLocked(table.id)) {
    warn(
      session,
      `skip ${locking ? 'locking' : 'unlocking'} partitions of locked table: ${name}, partitions: ${names(partitions)}`,
    );
    return;
  }
  const skipped = partitions.filter((p) => statistics.isLocked(p.id) === locking);
  const changed = partitions.filter((p) => !skipped.includes(p)).map((p) => p.id);
  await (locking ? statistics.lock(changed) : statistics.unlock(changed));
  if (skipped.length === 0) return;
  const what = locking ? 'skip locking locked' : 'skip unlocking unlocked';
  const word = partitions.length > 1 ? 'partitions' : 'partition';
  const rest =
    changed.length === 0 ? '' : `, other partitions ${locking ? 'locked' : 'unlocked'} successfully`;
  warn(session, `${what} ${word} of table ${name}: ${names(skipped)}${rest}`);
}
