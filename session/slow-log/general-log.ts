import type { Logger } from '../engine/engine-core.js';
import type { Session } from '../session.js';
import type { StatementContext } from '../statement-context.js';
import type { GlobalVariables } from '../variables/variable-store.js';
import type { AppendFile } from './append-file.js';
import { loggedText } from './logged-text.js';

/** tidb_general_log: a line for each statement that succeeded (TiDB docs), in a file of its own or in the log. */
export class GeneralLog {
  on = false;
  file: AppendFile | null = null;

  constructor(
    globals: GlobalVariables,
    private readonly logger: Logger,
  ) {
    globals.onChange('tidb_general_log', (value) => (this.on = value === 'ON'));
  }

  note(session: Session, statement: StatementContext): void {
    const { connection, transaction, engine } = session;
    const facts = {
      conn: connection.id,
      session_alias: session.vars.get('tidb_session_alias'),
      user: `${connection.user}@${connection.host}`,
      schemaVersion: engine.schemaLoader.current.version,
      txnStartTS: String(transaction.txn?.startTs ?? 0n),
      currentDB: session.currentDatabase,
      txn_mode: session.vars.get('tidb_txn_mode').toUpperCase(),
      sql: loggedText(session, statement),
    };
    if (this.file === null) this.logger.info(facts, 'GENERAL_LOG');
    else
      this.file.add(`${JSON.stringify({ time: new Date().toISOString(), msg: 'GENERAL_LOG', ...facts })}\n`);
  }
}
