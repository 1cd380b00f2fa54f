import type { TableInfo } from '../catalog/model.js';
import type { PlannedStatement } from '../planner/plan-context.js';
import type { ResultColumn } from './client-session.js';
import { resultColumns } from './operator-rows.js';
import type { Session } from './session.js';
import { accountHolds, type SessionPlanContext } from './session-plan.js';

/**
 * What planning a text found at PREPARE: that it can be planned, and the columns of its result. Holds for all who prepare it with the
 * same settings, tables and privileges: connections come with the same texts, one after the other, and planning each is most of
 * the time that PREPARE takes.
 */
export class PreparedDescription {
  private constructor(
    readonly columns: readonly ResultColumn[],
    private readonly environment: number,
    private readonly tables: readonly { readonly db: string; readonly table: TableInfo }[],
    private readonly privileges: SessionPlanContext['privileges'],
    private readonly definers: SessionPlanContext['definers'],
  ) {}

  /** Null where it may be another one the next time. `environment`: as planning began. */
  static of(
    planned: PlannedStatement,
    environment: number,
    context: SessionPlanContext,
  ): PreparedDescription | null {
    const { schema, privileges, definers } = context;
    if (!planned.cacheable || planned.hasValues === true) return null;
    // Temporary tables are not the schema's, and virtual ones have no version.
    for (const { db, table } of planned.tables)
      if (table.virtual === true || schema.table(db, table.name) !== table) return null;
    return new PreparedDescription(
      resultColumns(planned),
      environment,
      planned.tables.map(({ db, table }) => ({ db, table })),
      privileges,
      definers,
    );
  }

  /** Who holds a privilege for single columns only is looked at by planning, and whoever lacks one is told by it. */
  holds(session: Session): boolean {
    if (session.planEnvironment() !== this.environment) return false;
    const { schema, privileges } = session;
    for (const { db, table } of this.tables) if (schema.table(db, table.name) !== table) return false;
    for (const [p, db, table] of this.privileges) if (!privileges.has(p, db, table)) return false;
    for (const [account, p, db, table] of this.definers)
      if (!accountHolds(session, account, p, db, table)) return false;
    return true;
  }
}
