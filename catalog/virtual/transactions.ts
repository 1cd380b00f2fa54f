import { double, int, longText, str, timestamp, uint } from './columns.js';
import { registerVirtualTable, type VirtualColumn } from './virtual-table.js';

/** Tables of transactions and their locks, as TiDB defines them; the session layer makes the rows. */
const TABLES: readonly (readonly [name: string, columns: readonly VirtualColumn[], doc: string])[] = [
  [
    'TIDB_TRX',
    [
      uint('ID'),
      timestamp('START_TIME', 6),
      str('CURRENT_SQL_DIGEST', 64),
      longText('CURRENT_SQL_DIGEST_TEXT'),
      str('STATE', 16),
      timestamp('WAITING_START_TIME', 6),
      int('MEM_BUFFER_KEYS'),
      int('MEM_BUFFER_BYTES'),
      uint('SESSION_ID'),
      str('USER', 16),
      str('DB', 64),
      longText('ALL_SQL_DIGESTS'),
      longText('RELATED_TABLE_IDS'),
      double('WAITING_TIME'),
    ],
    'Running transactions of this node.',
  ],
  [
    'DEADLOCKS',
    [
      int('DEADLOCK_ID'),
      timestamp('OCCUR_TIME', 6),
      int('RETRYABLE'),
      uint('TRY_LOCK_TRX_ID'),
      str('CURRENT_SQL_DIGEST', 64),
      longText('CURRENT_SQL_DIGEST_TEXT'),
      longText('KEY'),
      longText('KEY_INFO'),
      uint('TRX_HOLDING_LOCK'),
    ],
    'The last deadlocks met on this node.',
  ],
];

for (const [name, columns, doc] of TABLES) {
  const provider = name.toLowerCase();
  registerVirtualTable({
    db: 'INFORMATION_SCHEMA',
    name,
    columns,
    doc,
    rows: (ctx) => ctx.provide(provider),
  });
  registerVirtualTable({
    db: 'INFORMATION_SCHEMA',
    name: `CLUSTER_${name}`,
    columns: [str('INSTANCE', 64), ...columns],
    doc: `${doc.slice(0, -'this node.'.length)}all nodes.`,
    rows: (ctx) => ctx.provide(`cluster_${provider}`),
  });
}

registerVirtualTable({
  db: 'INFORMATION_SCHEMA',
  name: 'DATA_LOCK_WAITS',
  columns: [
    longText('KEY'),
    longText('KEY_INFO'),
    uint('TRX_ID'),
    uint('CURRENT_HOLDING_TRX_ID'),
    str('SQL_DIGEST', 64),
    longText('SQL_DIGEST_TEXT'),
  ],
  doc: 'Lock requests that wait at this moment.',
  rows: (ctx) => ctx.provide('data_lock_waits'),
});
