import type { Statement } from '../../parser/ast/index.js';
import { parse } from '../../parser/parser.js';
import { restore } from '../../parser/restore.js';
import { explainRows } from '../../planner/explain/explain.js';
import { mysqlError } from '../../types/error-table.js';
import type { LocalInfileRequest } from '../client-session.js';
import { okResult } from '../ok-result.js';
import { planQuery } from '../plan-statement.js';
import { dumpPlan, isDumpable, loadPlan, type DumpedStatement } from '../replayer/plan-replayer.js';
import type { Session } from '../session.js';
import { staticRows, text, textColumn } from '../static-rows.js';
import { registerStatement } from './statement-handler.js';

/** PLAN REPLAYER DUMP EXPLAIN …, of a statement or of a file of them, PLAN REPLAYER LOAD, and PLAN REPLAYER CAPTURE [REMOVE]. */
registerStatement('PlanReplayer', {
  transactional: () => 'read',
  run: async (session, stmt) => {
    session.privileges.requireGlobal('SUPER');
    if (stmt.action === 'LOAD') return fromClient(session, stmt.file ?? '', (b) => loadPlan(session, b));
    if (stmt.action !== 'DUMP') {
      const { planCaptures } = session.engine;
      const [sql, plan] = [stmt.sqlDigest ?? '', stmt.planDigest ?? ''];
      await (stmt.action === 'CAPTURE' ? planCaptures.add(sql, plan) : planCaptures.remove(sql, plan));
      return null;
    }
    if (stmt.asOf !== null) throw mysqlError('ER_NOT_SUPPORTED_YET', 'PLAN REPLAYER DUMP WITH STATS');
    if (stmt.slowQuery !== null)
      throw mysqlError('ER_NOT_SUPPORTED_YET', 'PLAN REPLAYER DUMP EXPLAIN SLOW QUERY');
    if (stmt.file !== null)
      return fromClient(session, stmt.file, async (b) => {
        const statements = parse(b.toString()).map((p) => p.stmt);
        const token = await dumpPlan(session, await planned(session, statements));
        session.statement.info = token;
        session.lastReplayerToken = token;
      });
    const token = await dumpPlan(session, await planned(session, stmt.stmts));
    session.lastReplayerToken = token;
    return staticRows([textColumn('File_token', 256)], [[text(token)]]);
  },
});

async function planned(session: Session, statements: readonly Statement[]): Promise<DumpedStatement[]> {
  const out: DumpedStatement[] = [];
  for (const stmt of statements) {
    if (!isDumpable(stmt)) throw mysqlError('ER_NOT_SUPPORTED_YET', `PLAN REPLAYER of ${stmt.kind}`);
    const plan = await planQuery(session, stmt as Parameters<typeof planQuery>[1], []);
    const { columns, rows } = explainRows(plan, 'row');
    const tables = plan.tables.flatMap(({ db, table }) => {
      const found = session.schema.database(db);
      return found === null ? [] : [{ db: found, table }];
    });
    out.push({ sql: restore(stmt), explain: [columns, ...rows], tables });
  }
  return out;
}

/** Asks the client for a file. */
function fromClient(
  session: Session,
  fileName: string,
  use: (content: Buffer) => Promise<void>,
): LocalInfileRequest {
  if (!session.connection.localFiles || session.engine.globals.get('local_infile') !== 'ON')
    throw mysqlError('ER_CLIENT_LOCAL_FILES_DISABLED');
  return {
    kind: 'localInfile',
    fileName,
    supply: async (content) => {
      const parts: Uint8Array[] = [];
      for await (const part of content) parts.push(part);
      await use(Buffer.concat(parts));
      return okResult(session);
    },
  };
}
