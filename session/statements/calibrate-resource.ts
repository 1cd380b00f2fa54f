import { availableParallelism } from 'node:os';
import type { CalibrateResourceStmt, Expr } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import { datumToString } from '../../types/format.js';
import type { Session } from '../session.js';
import { intColumn, staticRows } from '../static-rows.js';
import { evaluate } from './query.js';
import { registerStatement } from './statement-handler.js';

/** What a core is reckoned to serve in a second of a workload: an order of magnitude, as the statement's answer is. */
interface Load {
  readonly reads: number;
  readonly writes: number;
  readonly kibRead: number;
  readonly kibWritten: number;
}

const WORKLOADS: Readonly<Record<string, Load>> = {
  TPCC: { reads: 800, writes: 700, kibRead: 2048, kibWritten: 350 },
  OLTP_READ_WRITE: { reads: 2500, writes: 700, kibRead: 8192, kibWritten: 175 },
  OLTP_READ_ONLY: { reads: 5000, writes: 0, kibRead: 16_384, kibWritten: 0 },
  OLTP_WRITE_ONLY: { reads: 0, writes: 3000, kibRead: 0, kibWritten: 750 },
  TPCH_10: { reads: 50, writes: 0, kibRead: 65_536, kibWritten: 0 },
};

/** Request units (TiDB docs, "What is Request Unit"): 8 reads, 64 KiB read, a write, 1 KiB written, 3 ms of CPU. */
const unitsOf = ({ reads, writes, kibRead, kibWritten }: Load): number =>
  reads / 8 + kibRead / 64 + writes + kibWritten + 1000 / 3;

/** Windows that an estimate may be made of, in seconds (TiDB docs, "CALIBRATE RESOURCE"). */
const SHORTEST = 600;
const LONGEST = 86_400;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** CALIBRATE RESOURCE: from the machine and a kind of workload. A node keeps no figures of the past: of a window it can tell nothing. */
registerStatement('CalibrateResource', {
  run: async (session, stmt) => {
    session.privileges.requireGlobal('SUPER', 'RESOURCE_GROUP_ADMIN');
    if (session.vars.get('tidb_enable_resource_control') !== 'ON')
      throw mysqlError('ER_RESOURCE_GROUP_SUPPORT_DISABLED');
    if (stmt.startTime !== null || stmt.endTime !== null) return ofWindow(session, stmt);
    const load = WORKLOADS[stmt.workload ?? 'TPCC'];
    if (load === undefined) throw mysqlError('ER_UNKNOWN_ERROR', `unknown workload type ${stmt.workload}`);
    return staticRows([intColumn('QUOTA')], [[Math.floor(unitsOf(load) * availableParallelism())]]);
  },
});

async function ofWindow(session: Session, stmt: CalibrateResourceStmt): Promise<never> {
  if (stmt.startTime === null) throw mysqlError('ER_UNKNOWN_ERROR', 'start time should be set');
  const start = await secondsOf(session, stmt.startTime);
  let end = Date.now() / 1000;
  if (stmt.duration !== null) end = start + durationOf(stmt.duration);
  else if (stmt.endTime !== null) end = await secondsOf(session, stmt.endTime);
  const window = end - start;
  if (window < SHORTEST || window > LONGEST)
    throw mysqlError(
      'ER_UNKNOWN_ERROR',
      'the duration of calibration is too short or too long, which could lead to inaccurate output. ' +
        'Please make the duration between 10m0s and 24h0m0s',
    );
  throw mysqlError(
    'ER_UNKNOWN_ERROR',
    "There are insufficient metrics, so that the RU capacity can't be estimated",
  );
}

/** Seconds since the epoch of a DATETIME in the session's time zone. */
async function secondsOf(session: Session, e: Expr): Promise<number> {
  const value = (await evaluate(session, [unixTimestamp(e)]))[0]!;
  if (value.value === null) throw mysqlError('ER_UNKNOWN_ERROR', 'the time is no time');
  return Number(datumToString(value.value, value.type));
}

const unixTimestamp = (e: Expr): Expr => ({
  kind: 'FuncCall',
  start: e.start,
  end: e.end,
  schema: null,
  name: 'unix_timestamp',
  args: [e],
});

function durationOf(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*(h|m|s|HOUR|MINUTE|SECOND|DAY)/gi)];
  if (parts.length === 0) throw mysqlError('ER_UNKNOWN_ERROR', `time: invalid duration "${text}"`);
  const unit = (u: string): number => (/^day$/i.test(u) ? 86_400 : SECONDS[u[0]!.toLowerCase()]!);
  return parts.reduce((sum, [, n, u]) => sum + Number(n) * unit(u!), 0);
}
