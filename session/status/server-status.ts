import { Work } from '../../executor/work-counts.js';
import { COMMANDS } from './commands.js';
import { Count, FIRST_WORK, type CountPlace } from './counts.js';
import { defineStatus, type StatusVariable } from './status-variable.js';
import { WORK_STATUS } from './work-status.js';

/** Status variables by MySQL's and TiDB's names, with what this server counts. */

const define = (
  name: string,
  scope: StatusVariable['scope'],
  doc: string,
  value: StatusVariable['value'],
): void => defineStatus({ name, scope, doc, value });

const counted = (name: string, place: CountPlace, doc: string): void =>
  define(name, 'both', doc, (s) => s.count(place));

const countedByNodes = (name: string, place: CountPlace, doc: string): void =>
  define(name, 'global', doc, ({ nodes }) => nodes.counts[place]!);

const seconds = (ms: number): number => Math.floor(ms / 1000);

Object.values(COMMANDS).forEach((name, place) => {
  const words = name.slice('Com_'.length).replaceAll('_', ' ').toUpperCase();
  define(name, 'both', `Statements of the kind ${words}.`, (s) => s.command(place));
});

for (const { name, places, doc } of WORK_STATUS) {
  // InnoDB counts for all sessions.
  const global = name.startsWith('Innodb_');
  define(name, global ? 'global' : 'both', doc, (s) =>
    Math.floor(
      places.reduce((n, p) => n + (global ? s.nodes.counts[FIRST_WORK + p]! : s.count(FIRST_WORK + p)), 0),
    ),
  );
}

countedByNodes('Aborted_clients', Count.abortedClients, 'Sessions whose clients went without COM_QUIT.');
countedByNodes('Aborted_connects', Count.abortedConnects, 'Attempts to connect that failed.');
counted('Bytes_received', Count.bytesReceived, 'Bytes that clients sent.');
counted('Bytes_sent', Count.bytesSent, 'Bytes that clients were sent.');
define('Compression', 'session', 'Whether the connection is compressed.', ({ session }) =>
  session.connection.compressed === true ? 'ON' : 'OFF',
);
define('Compression_algorithm', 'session', 'How the connection is compressed.', ({ session }) =>
  session.connection.compressed === true ? 'zlib' : '',
);
countedByNodes('Connections', Count.connections, 'Sessions of clients that were opened.');
counted('Created_tmp_files', Count.temporaryFiles, 'Files that statements spilled to.');
counted('Handler_commit', Count.commits, 'Transactions that were committed.');
counted('Handler_delete', Count.rowsDeleted, 'Rows that were deleted.');
counted('Handler_rollback', Count.rollbacks, 'Transactions that were rolled back.');
counted('Handler_savepoint', Count.savepoints, 'Savepoints that were set.');
counted('Handler_savepoint_rollback', Count.savepointRollbacks, 'Returns to a savepoint.');
counted('Handler_update', Count.rowsUpdated, 'Rows that were updated.');
counted('Handler_write', Count.rowsInserted, 'Rows that were inserted.');
define('Innodb_page_size', 'global', 'Bytes of a page of the embedded store.', () => 4096);
define(
  'Innodb_row_lock_current_waits',
  'global',
  'Sessions that wait for a lock.',
  ({ nodes }) => nodes.lockWaiting,
);
define(
  'Innodb_row_lock_time_avg',
  'global',
  'Milliseconds that a wait for a lock took on average.',
  ({ nodes }) => {
    const waits = nodes.counts[FIRST_WORK + Work.lockWaits]!;
    return waits === 0 ? 0 : Math.round(nodes.counts[FIRST_WORK + Work.lockWaitMs]! / waits);
  },
);
countedByNodes('Innodb_rows_deleted', Count.rowsDeleted, 'Rows that were deleted.');
countedByNodes('Innodb_rows_inserted', Count.rowsInserted, 'Rows that were inserted.');
countedByNodes('Innodb_rows_updated', Count.rowsUpdated, 'Rows that were updated.');
define(
  'Max_used_connections',
  'global',
  'Sessions that there were at most at one time.',
  ({ nodes }) => nodes.mostSessions,
);
define(
  'Prepared_stmt_count',
  'global',
  'Prepared statements that there are.',
  ({ nodes }) => nodes.preparedStatements,
);
countedByNodes('Queries', Count.questions, 'Statements that were run.');
counted('Questions', Count.questions, 'Statements that were run.');
counted('Slow_queries', Count.slowQueries, 'Statements that took longer than tidb_slow_log_threshold.');
define(
  'Ssl_cipher',
  'both',
  "The cipher of the connection; '' without TLS.",
  ({ session }) => session.connection.tlsCipher,
);
define('Ssl_cipher_list', 'both', 'Always empty.', () => '');
define('Ssl_verify_mode', 'both', 'Always 0.', () => 0);
define(
  'Ssl_version',
  'both',
  "The connection's version of TLS; '' without.",
  ({ session }) => session.connection.tlsVersion,
);
define('Threads_connected', 'global', 'Sessions of clients that are open.', ({ nodes }) => nodes.sessions);
define('Threads_running', 'global', 'Sessions that run a statement.', ({ nodes }) => nodes.running);
define('Uptime', 'global', 'Seconds since the start of this node.', ({ session }) =>
  seconds(session.engine.uptimeMs),
);
define(
  'Uptime_since_flush_status',
  'global',
  'Seconds since the last FLUSH STATUS on this node.',
  ({ session }) => seconds(session.engine.uptimeMs - session.engine.statusFlushedMs),
);
define(
  'ddl_schema_version',
  'both',
  'The version of the schema that this node knows.',
  ({ session }) => session.engine.schemaLoader.current.version,
);
define('last_plan_binding_update_time', 'session', 'Always zero.', () => '0000-00-00 00:00:00');
define('server_id', 'both', "This server's UUID.", ({ session }) =>
  session.engine.globals.get('server_uuid'),
);
