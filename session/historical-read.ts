import type { InfoSchema } from '../catalog/model.js';
import { composeTs, physicalOf } from '../kv/client/oracle.js';
import type { Expr, ParsedStatement } from '../parser/ast/index.js';
import type { Awaitable } from '../types/awaitable.js';
import { mysqlError } from '../types/error-table.js';
import { checkSafePoint } from './engine/gc-safe-point.js';
import type { Session } from './session.js';
import { evaluate } from './statements/query.js';

/** A point of view in the past: data and schema as of a timestamp (TiDB manual, "Stale Read", "Read Historical Data"). */
export interface PointInTime {
  readonly ts: bigint;
  readonly schema: InfoSchema;
  /** Any peer of a cluster that has all up to then may answer (TiDB's stale read; tidb_snapshot is none). */
  readonly stale: boolean;
}

/** What a session has said about the time at which it reads; most never do. */
export interface HistoricalReads {
  /** tidb_snapshot: all statements, until it is emptied. */
  snapshot: PointInTime | null;
  /** SET TRANSACTION READ ONLY AS OF TIMESTAMP: the next transaction. */
  next: PointInTime | null;
  /** tidb_read_staleness, in seconds, 0 or less: queries outside of transactions. */
  staleness: number;
  /** tidb_enable_external_ts_read: queries outside of transactions and transactions to come read as of tidb_external_ts. */
  external: boolean;
}

const MICROS = 1_000_000n;

/** Between two looks at the store's time, and in all. */
const WAIT_MS = 5;
const MAX_WAIT_MS = 10_000;

/** Timestamps of the store are 18 bits of counter above milliseconds: all that was committed within a millisecond is behind its last. */
const lastOf = (ms: number): bigint => composeTs(ms + 1) - 1n;

/** The point in time that an expression names. Throws 8135, 1105 for the future, 8055 for what garbage collection has taken. */
export async function pointInTime(session: Session, time: Expr): Promise<PointInTime> {
  return pointAt(session, await timestampOf(session, time), true);
}

/** The timestamp of the store that an expression names. Throws 8135. */
export async function timestampOf(session: Session, time: Expr): Promise<bigint> {
  const { start, end } = time;
  const seconds: Expr = { kind: 'FuncCall', start, end, schema: null, name: 'unix_timestamp', args: [time] };
  const [found] = await evaluate(session, [seconds]);
  if (found!.value === null) throw mysqlError('ER_AS_OF', 'as of timestamp cannot be NULL');
  const scale = Math.max(0, found!.type.decimal);
  const micros = (BigInt(found!.value as number | bigint) * MICROS) / 10n ** BigInt(scale);
  return composeTs(Number(micros / 1000n));
}

/** The point in time of a timestamp, with the schema of that time. */
async function pointAt(session: Session, ts: bigint, stale: boolean): Promise<PointInTime> {
  const { engine, storage } = session;
  let now = await storage.currentTs();
  // While a large commit is on its way the store counts behind the clock.
  for (const until = performance.now() + MAX_WAIT_MS; ts > now && physicalOf(ts) < Date.now();) {
    if (performance.now() > until) break;
    session.statement.throwIfInterrupted();
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    now = await storage.currentTs();
  }
  if (ts > now) throw mysqlError('ER_UNKNOWN_ERROR', 'cannot set read timestamp to a future time');
  await checkSafePoint(engine, ts);
  return { ts, schema: await engine.schemaAt(ts), stale };
}

/** What `SET tidb_snapshot` means: a datetime, or a timestamp of the store; '' is the present. */
export async function setSnapshot(session: Session, text: string): Promise<void> {
  const reads = historical(session);
  if (text === '') reads.snapshot = null;
  else if (/^\d{15,}$/.test(text)) reads.snapshot = await pointAt(session, BigInt(text), false);
  else {
    const named = await pointInTime(session, {
      kind: 'StringLiteral',
      start: 0,
      end: 0,
      value: text,
      bytes: null,
      firstPart: null,
      charset: null,
    });
    reads.snapshot = { ...named, stale: false };
  }
}

export function historical(session: Session): HistoricalReads {
  session.historical ??= { snapshot: null, next: null, staleness: 0, external: false };
  return session.historical;
}

/** Where in time a statement reads; null for the present. Throws 8135 and 1105. */
export function timeOfStatement(
  session: Session,
  { stmt, asOf }: ParsedStatement,
  writes: boolean,
): Awaitable<PointInTime | null> {
  if (asOf !== undefined && stmt.kind !== 'Begin' && stmt.kind !== 'SetTransaction') {
    if (writes) throw mysqlError('ER_NOT_SUPPORTED_YET', 'AS OF TIMESTAMP in a statement that writes');
    if (session.transaction.active)
      throw mysqlError('ER_AS_OF', "as of timestamp can't be set in transaction.");
    if (asOf.times.length !== asOf.tables)
      throw mysqlError('ER_AS_OF', 'can not set different time in the as of');
    return commonPoint(session, asOf.times);
  }
  const reads = session.historical;
  if (reads === null || stmt.kind === 'Set' || stmt.kind === 'SetTransaction' || stmt.kind === 'Begin')
    return null;
  if (reads.snapshot !== null) {
    if (writes)
      throw mysqlError('ER_UNKNOWN_ERROR', "can not execute write statement when 'tidb_snapshot' is set");
    return reads.snapshot;
  }
  const read = stmt.kind === 'Explain' ? stmt.stmt?.kind : stmt.kind;
  if ((read !== 'Select' && read !== 'SetOperation') || session.transaction.active) return null;
  if (reads.next !== null) {
    const { next } = reads;
    reads.next = null;
    return next;
  }
  if (reads.external) return externalPoint(session);
  return reads.staleness === 0 ? null : stale(session, reads.staleness);
}

/** The time that somebody outside keeps in tidb_external_ts. */
export const externalPoint = (session: Session): Promise<PointInTime> =>
  pointAt(session, BigInt(session.engine.globals.get('tidb_external_ts')), true);

async function stale(session: Session, seconds: number): Promise<PointInTime> {
  const ms = physicalOf(await session.storage.currentTs()) + seconds * 1000;
  return pointAt(session, lastOf(ms), true);
}

async function commonPoint(session: Session, times: readonly Expr[]): Promise<PointInTime> {
  const first = await pointInTime(session, times[0]!);
  for (const time of times.slice(1))
    if ((await pointInTime(session, time)).ts !== first.ts)
      throw mysqlError('ER_AS_OF', 'can not set different time in the as of');
  return first;
}
