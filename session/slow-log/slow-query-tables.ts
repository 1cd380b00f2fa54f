import { decodePlan } from '../../expression/plan-codec.js';
import type { Datum } from '../../types/datum.js';
import { epochMicrosToLocal, timeZone, UTC } from '../../types/timezone.js';
import type { RowsResult } from '../client-session.js';
import type { EngineCore } from '../engine/engine-core.js';
import type { Session } from '../session.js';
import { intColumn, staticRows, text, textColumn } from '../static-rows.js';
import { parseSlowLog, type SlowEntry } from './slow-log-format.js';
import type { SlowQuery } from './slow-query.js';

/** ADMIN SHOW SLOW. */
export function slowRows(queries: readonly SlowQuery[]): RowsResult {
  return staticRows(
    [
      textColumn('SQL', 4096),
      textColumn('START', 26),
      textColumn('DURATION', 26),
      textColumn('DETAILS'),
      intColumn('SUCC'),
      intColumn('CONN_ID'),
      intColumn('TRANSACTION_TS'),
      textColumn('USER', 32),
      textColumn('DB', 64),
      textColumn('TABLE_IDS'),
      textColumn('INDEX_IDS'),
      intColumn('INTERNAL'),
      textColumn('DIGEST', 64),
      textColumn('SESSION_ALIAS', 64),
    ],
    queries.map((q): Datum[] => [
      text(q.sql),
      text(new Date(q.endedAt - q.ms).toISOString().replace('T', ' ').replace('Z', '')),
      text(`${(q.ms / 1000).toFixed(6).replace(/0+$/, '').replace(/\.$/, '')}s`),
      text(''),
      Number(q.succeeded),
      q.connectionId,
      q.startTs,
      text(q.user),
      text(q.db),
      text(''),
      text(''),
      Number(q.internal),
      text(q.digest),
      text(q.alias),
    ]),
  );
}

/** A column of SLOW_QUERY: what kind of value its text in the log becomes. */
export interface SlowColumn {
  readonly name: string;
  readonly kind: 'text' | 'integer' | 'double';
}

const BINARY_PLAN = /^tidb_decode_binary_plan\('(.*)'\)$/;
const ENCODED_PLAN = /^tidb_decode_plan\('(.*)'\)$/;

/** The value of a field; a field that the log does not have is 0 or ''. */
function valueOf(column: SlowColumn, entry: SlowEntry, session: Session): Datum {
  const value = entry.get(column.name);
  if (column.name === 'Time') {
    const ms = Date.parse(value ?? '');
    const zone = timeZone(session.evalContext.timeZone) ?? UTC;
    return Number.isNaN(ms) ? null : epochMicrosToLocal(ms * 1000, 6, zone);
  }
  if (column.name === 'Plan') {
    const encoded = ENCODED_PLAN.exec(value ?? '')?.[1];
    return text(encoded === undefined ? (value ?? '') : (decodePlan(encoded) ?? ''));
  }
  if (column.name === 'Binary_plan') return text(BINARY_PLAN.exec(value ?? '')?.[1] ?? value ?? '');
  if (column.kind === 'text') return text(value ?? '');
  if (value === undefined || value === 'false') return 0;
  if (value === 'true') return 1;
  if (column.kind === 'double') return Number(value) || 0;
  if (!/^-?\d+$/.test(value)) return 0;
  const n = Number(value);
  return Number.isSafeInteger(n) ? n : BigInt(value);
}

export function registerSlowQueryTables(core: EngineCore, columns: readonly SlowColumn[]): void {
  const rows = async (session: Session): Promise<Datum[][]> => {
    const all = session.privileges.has('PROCESS', null, null);
    return parseSlowLog(await core.slowLog.text(session.vars.get('tidb_slow_query_file')))
      .filter((e) => all || e.get('User') === session.connection.user)
      .map((e) => columns.map((c) => valueOf(c, e, session)));
  };
  core.virtualProviders.set('slow_query', rows);
  core.virtualProviders.set('cluster_slow_query', async (session) =>
    (await rows(session)).map((row) => [text(core.instance), ...row]),
  );
}
