import { createHash } from 'node:crypto';
import { encodePlan, type PlanLine } from '../../expression/plan-codec.js';
import { isLarge, recordedBinary, recordedRows } from '../../planner/explain/explain.js';
import type { PlannedStatement } from '../../planner/plan-context.js';
import type { MysqlError } from '../../types/error.js';
import type { Session } from '../session.js';
import type { StatementContext } from '../statement-context.js';
import { recordedDigest } from '../summary/recorded-digest.js';
import { DISCARDED_PLAN, planDigest } from '../summary/summary-record.js';
import { loggedText } from './logged-text.js';

/** What the slow query log says of a statement. */
export interface SlowQuery {
  readonly endedAt: number;
  readonly ms: number;
  readonly parseMs: number;
  readonly compileMs: number;
  readonly startTs: bigint;
  readonly user: string;
  readonly host: string;
  readonly connectionId: number;
  readonly alias: string;
  readonly db: string;
  readonly sql: string;
  readonly digest: string;
  readonly internal: boolean;
  readonly prepared: boolean;
  readonly explicitTxn: boolean;
  readonly fromCache: boolean;
  readonly fromBinding: boolean;
  readonly succeeded: boolean;
  readonly memory: number;
  readonly rows: number;
  readonly indexes: string;
  readonly resourceGroup: string;
  /** Level and message of each, as JSON; '' for none. */
  readonly warnings: string;
  /** As TIDB_DECODE_PLAN reads it; '' when plans are not recorded. */
  readonly plan: string;
  /** As TIDB_DECODE_BINARY_PLAN reads it; '' when such plans are not made. */
  readonly binaryPlan: string;
  readonly planDigest: string;
}

/** Tree characters before an operator's name, two a level. */
const BRANCHES = /^[│├└─ ]*/;

function encodedPlan(planned: PlannedStatement): string {
  if (isLarge(planned.plan)) return DISCARDED_PLAN;
  const lines = recordedRows(planned, 'row').map(([id, rows, task, access, info]): PlanLine => {
    const branches = BRANCHES.exec(id ?? '')![0];
    return {
      depth: branches.length / 2,
      operator: id!.slice(branches.length).replace(/\((Build|Probe)\)$/, ''),
      task: task ?? '',
      rest: [rows ?? '', [access, info].filter((x) => x !== '').join(', ')],
    };
  });
  return encodePlan(lines);
}

const READ_INDEX = /index:(\w+)/g;

/** The statement that has just ended, as the log shows it. */
export function slowQuery(
  session: Session,
  statement: StatementContext,
  ms: number,
  error: MysqlError | null,
): SlowQuery {
  const { connection, transaction, engine } = session;
  const { planned } = statement;
  // A plan shows literals, which redaction is to keep out.
  const shown = planned !== null && session.vars.get('tidb_redact_log') === 'OFF';
  const recorded = shown && engine.globals.get('tidb_record_plan_in_slow_log') === 'ON';
  const { digest } = recordedDigest(statement.text);
  return {
    endedAt: Date.now(),
    ms,
    parseMs: statement.planSlot === null ? session.parseMs : 0,
    compileMs: statement.compileMs,
    startTs: transaction.txn?.startTs ?? 0n,
    user: connection.user,
    host: connection.host,
    connectionId: connection.id,
    alias: session.vars.get('tidb_session_alias'),
    db: session.currentDatabase,
    sql: loggedText(session, statement),
    digest: digest === '' ? createHash('sha256').update(statement.text).digest('hex') : digest,
    internal: connection.id === 0,
    prepared: statement.planSlot !== null && !statement.planSlot.ofText,
    explicitTxn: transaction.explicit,
    fromCache: session.planFromCache,
    fromBinding: session.planBinding !== null,
    succeeded: error === null,
    memory: statement.memory?.peak ?? 0,
    rows: statement.affectedRows < 0 ? statement.foundRows : 0,
    indexes: planned === null ? '' : `[${[...new Set(indexesOf(planned))].join(',')}]`.replace('[]', ''),
    resourceGroup: session.resourceGroup,
    warnings:
      statement.warnings.length === 0
        ? ''
        : JSON.stringify(statement.warnings.map((w) => ({ Level: w.level, Message: w.message }))),
    plan: recorded ? encodedPlan(planned) : '',
    binaryPlan:
      shown && engine.globals.get('tidb_generate_binary_plan') === 'ON' ? recordedBinary(planned) : '',
    planDigest: planDigest(planned),
  };
}

/** `table:index` of what the plan reads. */
function indexesOf(planned: PlannedStatement): string[] {
  return recordedRows(planned, 'row').flatMap(([, , , access]) => {
    const table = /table:([^,]+)/.exec(access ?? '')?.[1];
    return [...(access ?? '').matchAll(READ_INDEX)].map((m) => `${table}:${m[1]}`);
  });
}
