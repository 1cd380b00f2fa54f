import { recordedDigest } from '../summary/recorded-digest.js';
import { planDigest } from '../summary/summary-record.js';
import type { PlannedStatement } from '../../planner/plan-context.js';
import { datumToString } from '../../types/format.js';
import { newFieldType, TypeCode } from '../../types/field-type.js';
import type { Datum } from '../../types/datum.js';
import { decodeUtf8 } from '../../types/charset.js';
import { mysqlError } from '../../types/error-table.js';
import type { Session } from '../session.js';

/** How a watch recognises a statement; the numbers are those of mysql.tidb_runaway_watch (kvproto, RunawayWatchType). */
export const WATCH_KINDS = ['None', 'Exact', 'Similar', 'Plan'] as const;
/** What is done with it (kvproto, RunawayAction). */
export const WATCH_ACTIONS = ['None', 'DryRun', 'CoolDown', 'Kill', 'SwitchGroup'] as const;

export interface QueryWatch {
  readonly id: number;
  readonly group: string;
  readonly kind: (typeof WATCH_KINDS)[number];
  /** The statement, its digest or its plan's. */
  readonly text: string;
  readonly action: (typeof WATCH_ACTIONS)[number];
  readonly switchGroup: string;
}

const textOf = (v: Datum | undefined): string => (v instanceof Uint8Array ? decodeUtf8(v) : '');
const MOMENT = newFieldType(TypeCode.DateTime, { flen: 26, decimal: 6 });

/**
 * Statements that QUERY WATCH has on its list (TiDB docs, "Manage Queries That Consume More Resources Than Expected"): kept in
 * mysql.tidb_runaway_watch, read by every node. KILL refuses what is on the list, SWITCH_GROUP moves it to another group; there are no
 * priorities that COOLDOWN could lower here.
 */
export class QueryWatches {
  private list: readonly QueryWatch[] = [];

  constructor(private readonly query: (sql: string) => Promise<Datum[][]>) {}

  get empty(): boolean {
    return this.list.length === 0;
  }

  /** Reads the list anew; watches whose time is over are none. */
  async load(): Promise<void> {
    const rows = await this.query(
      `SELECT id, resource_group_name, watch, watch_text, action, switch_group_name FROM mysql.tidb_runaway_watch
       WHERE end_time IS NULL OR end_time > UTC_TIMESTAMP(6) ORDER BY id`,
    );
    this.list = rows.map(([id, group, kind, text, action, to]) => ({
      id: Number(id),
      group: textOf(group),
      kind: WATCH_KINDS[Number(kind)] ?? 'None',
      text: textOf(text),
      action: WATCH_ACTIONS[Number(action)] ?? 'None',
      switchGroup: textOf(to),
    }));
  }

  /** Throws 8254 for a statement that a watch of its resource group kills. */
  check(session: Session, planned: PlannedStatement): void {
    if (session.connection.id === 0) return;
    let text: string | undefined;
    let digest: string | undefined;
    for (const w of this.list) {
      if (w.group !== session.resourceGroup) continue;
      const found =
        w.kind === 'Exact'
          ? (text ??= session.statement.text.trim()) === w.text
          : w.kind === 'Similar'
            ? (digest ??= recordedDigest(session.statement.text).digest) === w.text
            : planDigest(planned) === w.text;
      if (!found) continue;
      if (w.action === 'Kill') throw mysqlError('ER_RESOURCE_GROUP_QUERY_RUNAWAY_QUARANTINE');
      if (w.action === 'SwitchGroup' && session.engine.resourceGroups.has(w.switchGroup)) {
        const before = session.resourceGroup;
        session.resourceGroup = w.switchGroup;
        session.statement.onFinish(() => (session.resourceGroup = before));
      }
      return;
    }
  }

  /** Rows of information_schema.runaway_watches, times in that zone. */
  async rows(zone: string): Promise<Datum[][]> {
    const local = (column: string): string => `CONVERT_TZ(${column}, '+00:00', '${zone}')`;
    const rows = await this.query(
      `SELECT id, resource_group_name, ${local('start_time')}, ${local('end_time')}, watch, watch_text, source, action, switch_group_name, rule
       FROM mysql.tidb_runaway_watch ORDER BY id`,
    );
    const moment = (v: Datum | undefined): Datum =>
      Buffer.from(v === null || v === undefined ? 'UNLIMITED' : datumToString(v, MOMENT).slice(0, 19));
    return rows.map(([id, group, start, end, kind, text, source, action, to, rule]) => {
      const name = WATCH_ACTIONS[Number(action)] ?? 'None';
      const shown = name === 'SwitchGroup' ? `SwitchGroup(${textOf(to)})` : name;
      return [
        id!,
        group!,
        moment(start),
        moment(end),
        Buffer.from(WATCH_KINDS[Number(kind)] ?? 'None'),
        text!,
        source!,
        Buffer.from(shown),
        rule ?? Buffer.from(''),
      ];
    });
  }
}
