import type { Session } from './session.js';

/** System variables that are facts of the session rather than settings: what SELECT and SHOW print. */
const COMPUTED: ReadonlyMap<string, (session: Session) => string> = new Map([
  ['last_plan_from_binding', (s) => (s.lastPlanFromBinding ? 'ON' : 'OFF')],
  ['last_plan_from_cache', (s) => (s.lastPlanFromCache ? 'ON' : 'OFF')],
  ['warning_count', (s) => String(s.diagnosticsCount.warnings)],
  ['error_count', (s) => String(s.diagnosticsCount.errors)],
  ['last_insert_id', (s) => String(s.lastInsertId)],
  ['identity', (s) => String(s.lastInsertId)],
  ['tidb_current_ts', (s) => String(s.transaction.currentTs)],
  ['tidb_last_txn_info', (s) => lastTransaction(s)],
  ['tidb_last_query_info', (s) => lastQuery(s)],
  ['tidb_last_ddl_info', (s) => lastSchemaChange(s)],
  ['tidb_last_plan_replayer_token', (s) => s.lastReplayerToken],
]);

/** The value of a computed variable; undefined for one that is kept. */
export const computedVariable = (session: Session, name: string): string | undefined =>
  COMPUTED.get(name)?.(session);

/** Timestamps are beyond what JSON.stringify writes exactly. */
const object = (fields: Readonly<Record<string, string | bigint | boolean>>): string =>
  `{${Object.entries(fields)
    .map(([name, v]) => `"${name}":${typeof v === 'string' ? JSON.stringify(v) : v}`)
    .join(',')}}`;

function lastTransaction({ transaction, engine }: Session): string {
  if (transaction.lastCommitTs === 0n) return '';
  return object({
    txn_scope: 'global',
    start_ts: transaction.lastStartTs,
    commit_ts: transaction.lastCommitTs,
    txn_commit_mode: engine.embedded ? '1pc' : '2pc',
    async_commit_fallback: false,
    one_pc_fallback: false,
    pipelined: false,
    flush_wait_ms: 0n,
  });
}

function lastQuery({ transaction }: Session): string {
  return object({
    txn_scope: 'global',
    start_ts: transaction.txn?.startTs ?? transaction.lastStartTs,
    for_update_ts: transaction.txn?.forUpdateTs ?? transaction.lastForUpdateTs,
    ru_consumption: 0n,
  });
}

function lastSchemaChange({ lastDdl }: Session): string {
  return object({ query: lastDdl.query, seq_num: BigInt(lastDdl.number) });
}
