import type { Datum } from '../../types/datum.js';
import { normalizeDigest } from '../../parser/digest.js';
import { epochMicrosToLocal, timeZone, UTC } from '../../types/timezone.js';
import type { RowsResult } from '../client-session.js';
import type { Session } from '../session.js';
import { intColumn, staticRows, text, textColumn } from '../static-rows.js';
import type { EngineCore } from './engine-core.js';

export interface SlowQuery {
  readonly endedAt: number;
  readonly ms: number;
  readonly startTs: bigint;
  readonly user: string;
  readonly host: string;
  readonly connectionId: number;
  readonly db: string;
  readonly sql: string;
  readonly internal: boolean;
  readonly fromCache: boolean;
  readonly fromBinding: boolean;
  readonly succeeded: boolean;
  readonly memory: number;
  readonly rows: number;
}

const KEPT = 500;

/** The statements that took longer than long_query_time, the last ones of this node (TiDB: the slow log). */
export class SlowQueries {
  private readonly kept: SlowQuery[] = [];

  add(query: SlowQuery): void {
    if (this.kept.length === KEPT) this.kept.shift();
    this.kept.push(query);
  }

  get list(): readonly SlowQuery[] {
    return this.kept;
  }

  /** ADMIN SHOW SLOW: the last ones, or those that took longest. */
  admin(kind: 'RECENT' | 'TOP', scope: 'DEFAULT' | 'INTERNAL' | 'ALL', count: number): readonly SlowQuery[] {
    const wanted = this.kept.filter(
      (q) => scope === 'ALL' || kind === 'RECENT' || q.internal === (scope === 'INTERNAL'),
    );
    const ordered = kind === 'RECENT' ? wanted.reverse() : wanted.sort((a, b) => b.ms - a.ms);
    return ordered.slice(0, count);
  }
}

const digestOf = (sql: string): string => normalizeDigest(sql).digest;

/** Milliseconds since the epoch as a datum of the session's zone. */
const localTime = (session: Session, ms: number): Datum =>
  epochMicrosToLocal(ms * 1000, 0, timeZone(session.evalContext.timeZone) ?? UTC);

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
      text(digestOf(q.sql)),
      text(''),
    ]),
  );
}

/** What a column of SLOW_QUERY shows; columns that are not here are measures that this server does not take: 0 or ''. */
const VALUES: Readonly<Record<string, (q: SlowQuery, session: Session) => Datum>> = {
  Time: (q, session) => localTime(session, q.endedAt),
  Txn_start_ts: (q) => q.startTs,
  User: (q) => text(q.user),
  Host: (q) => text(q.host),
  Conn_ID: (q) => q.connectionId,
  Query_time: (q) => q.ms / 1000,
  DB: (q) => text(q.db),
  Is_internal: (q) => Number(q.internal),
  Digest: (q) => text(digestOf(q.sql)),
  Mem_max: (q) => q.memory,
  Result_rows: (q) => q.rows,
  Succ: (q) => Number(q.succeeded),
  Plan_from_cache: (q) => Number(q.fromCache),
  Plan_from_binding: (q) => Number(q.fromBinding),
  Resource_group: () => text('default'),
  Query: (q) => text(q.sql),
};

export function registerSlowQueryTables(
  core: EngineCore,
  columns: readonly { name: string; text: boolean }[],
): void {
  const rows = (session: Session): Datum[][] => {
    const all = session.privileges.has('PROCESS', null, null);
    return core.slowQueries.list
      .filter((q) => all || q.user === session.connection.user)
      .map((q) => columns.map((c) => VALUES[c.name]?.(q, session) ?? (c.text ? text('') : 0)));
  };
  core.virtualProviders.set('slow_query', rows);
  core.virtualProviders.set('cluster_slow_query', (session) =>
    rows(session).map((row) => [text(core.instance), ...row]),
  );
}
