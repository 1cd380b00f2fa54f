import { incrementCounter } from '../catalog/auto-columns.js';
import type { Awaitable } from '../types/awaitable.js';
import type { Datum } from '../types/datum.js';
import type { ColumnInfo, DbInfo, InfoSchema, TableInfo } from '../catalog/model.js';
import type { MetaReader } from '../catalog/meta/meta.js';
import type { ProcessInfo, VirtualContext } from '../catalog/virtual/virtual-table.js';
import { mysqlError } from '../types/error-table.js';
import { MysqlError } from '../types/error.js';
import { timeZone, UTC, type TimeZone } from '../types/timezone.js';
import { statusRows } from './status/status-rows.js';
import { ALL_NAMES, type NamesAskedFor } from './names-asked-for.js';
import type { Session } from './session.js';
import { columnsOfView } from './view-columns.js';
import { allVariables } from './variables/system-variable.js';

/** What virtual tables are made from, seen by one session. */
export class SessionVirtualContext implements VirtualContext {
  constructor(
    private readonly session: Session,
    private readonly names: NamesAskedFor = ALL_NAMES,
  ) {}

  get schema(): InfoSchema {
    return this.session.schema;
  }
  get currentDatabase(): string {
    return this.session.currentDatabase;
  }
  get user(): string {
    return this.session.connection.account.user;
  }
  get host(): string {
    return this.session.connection.account.host;
  }
  get timeZone(): TimeZone {
    return timeZone(this.session.evalContext.timeZone) ?? UTC;
  }
  visible(db: string, table: string | null): boolean {
    return this.session.privileges.visible(db, table);
  }
  wanted(db: string, table: string | null): boolean {
    return this.names.schemas.admits(db) && (table === null || this.names.tables.admits(table));
  }
  processes(): Awaitable<readonly ProcessInfo[]> {
    return this.session.engine.processes(this.session);
  }
  sessionVariables(): readonly (readonly [string, string])[] {
    return allVariables().map((v) => [v.name, this.session.vars.get(v.name)] as const);
  }
  globalVariables(): readonly (readonly [string, string])[] {
    return allVariables()
      .filter((v) => v.scope !== 'session')
      .map((v) => [v.name, this.session.engine.globals.get(v.name)] as const);
  }
  statusVariables(global: boolean): readonly (readonly [string, string])[] {
    return statusRows(this.session, global);
  }
  async viewColumns(db: DbInfo, view: TableInfo): Promise<readonly ColumnInfo[]> {
    try {
      return await columnsOfView(this.session, db, view);
    } catch (e) {
      if (!(e instanceof MysqlError)) throw e;
      return view.columns;
    }
  }
  partitionRows(partitionId: number): number | null {
    return this.session.engine.rowCounts.get(partitionId);
  }
  rowCount(tableId: number): number {
    return this.session.engine.rowCounts.get(tableId) ?? 0;
  }
  nextAutoId(db: DbInfo, table: TableInfo): Promise<bigint> {
    return this.session.nextAutoId(db, table, incrementCounter(table));
  }
  internalQuery(sql: string): Promise<Datum[][]> {
    return this.session.engine.internalQuery(sql);
  }
  get meta(): MetaReader {
    return this.session.engine.metaReader();
  }
  provide(name: string): Awaitable<Datum[][]> {
    const provider = this.session.engine.virtualProviders.get(name);
    if (provider === undefined) throw mysqlError('ER_UNKNOWN_ERROR', `no provider for ${name}`);
    return provider(this.session);
  }
}
