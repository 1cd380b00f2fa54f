import type { Awaitable } from '../../types/awaitable.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import type { TimeZone } from '../../types/timezone.js';
import { isNotNull } from '../../types/field-type.js';
import type { ColumnInfo, DbInfo, InfoSchema, TableInfo } from '../model.js';
import type { VirtualDatabase } from '../info-schema.js';
import type { MetaReader } from '../meta/meta.js';
import { plainColumn, plainTable } from '../plain-objects.js';

/** What rows of virtual tables are made from; the session implements it. */
export interface VirtualContext {
  readonly schema: InfoSchema;
  readonly currentDatabase: string;
  readonly user: string;
  readonly host: string;
  /** Of the session. */
  readonly timeZone: TimeZone;
  /** Whether the user may see the database or table at all. */
  visible(db: string, table: string | null): boolean;
  /** Whether the query may give rows of the database or table, as far as equalities of its conditions tell. */
  wanted(db: string, table: string | null): boolean;
  processes(): Awaitable<readonly ProcessInfo[]>;
  sessionVariables(): readonly (readonly [name: string, value: string])[];
  globalVariables(): readonly (readonly [name: string, value: string])[];
  statusVariables(global: boolean): readonly (readonly [name: string, value: string])[];
  /** A view's columns as the tables that it reads make them now; where these are missing, as it was made. */
  viewColumns(db: DbInfo, view: TableInfo): Promise<readonly ColumnInfo[]>;
  /** Live row count estimate of a table. */
  rowCount(tableId: number): number;
  /** Rows of a partition at the last ANALYZE; null when there was none. */
  partitionRows(partitionId: number): number | null;
  /** Next AUTO_INCREMENT value. */
  nextAutoId(db: DbInfo, table: TableInfo): Promise<bigint>;
  /** Rows of a query run as the server itself (mysql.user and its kin). */
  internalQuery(sql: string): Promise<Datum[][]>;
  readonly meta: MetaReader;
  /** Further providers by name, registered by the layers above catalog. */
  provide(name: string): Awaitable<Datum[][]>;
}

export interface ProcessInfo {
  /** host:port of the status API of the node that the connection is on. */
  readonly instance: string;
  readonly id: number;
  readonly user: string;
  readonly host: string;
  readonly db: string | null;
  readonly command: string;
  /** Seconds in this state. */
  readonly time: number;
  readonly state: string;
  readonly info: string | null;
  readonly digest: string;
  readonly memory: number;
  readonly txnStart: string;
}

export interface VirtualColumn {
  readonly name: string;
  readonly type: FieldType;
}

export interface VirtualTable {
  readonly db: string;
  readonly name: string;
  readonly columns: readonly VirtualColumn[];
  /** All rows, in the order of the columns. */
  readonly rows: (ctx: VirtualContext) => Awaitable<Datum[][]>;
  readonly doc?: string;
}

/** Virtual ids count down from here: no stored object comes near. */
const FIRST_ID = 2 ** 52;

const databases = new Map<string, { info: DbInfo; tables: TableInfo[]; rows: Map<string, VirtualTable> }>();
let nextId = FIRST_ID;

/** Adds a table to a virtual database, which is made by its first table. */
export function registerVirtualTable(table: VirtualTable): void {
  const lower = table.db.toLowerCase();
  let db = databases.get(lower);
  if (db === undefined) {
    const info: DbInfo = {
      id: nextId++,
      name: table.db,
      lower,
      charset: 'utf8mb4',
      collate: 'utf8mb4_bin',
      state: 'public',
    };
    databases.set(lower, (db = { info, tables: [], rows: new Map() }));
  }
  if (db.rows.has(table.name.toLowerCase()))
    throw new Error(`virtual table ${table.name} is registered twice`);
  db.rows.set(table.name.toLowerCase(), table);
  db.tables.push(virtualTableInfo(table.name, table.columns));
}

/** A TableInfo for rows that the server makes itself. */
export function virtualTableInfo(name: string, columns: readonly VirtualColumn[]): TableInfo {
  return plainTable({
    id: nextId++,
    name,
    columns: columns.map(({ name, type }, offset) =>
      plainColumn({
        id: offset + 1,
        name,
        offset,
        type,
        default: isNotNull(type) ? { kind: 'none' } : { kind: 'value', value: null },
      }),
    ),
    virtual: true,
  });
}

/** The definition behind a table of a virtual database. */
export function findVirtualTable(db: string, name: string): VirtualTable | undefined {
  return databases.get(db.toLowerCase())?.rows.get(name.toLowerCase());
}

export function virtualDatabases(): VirtualDatabase[] {
  return [...databases.values()].map((d) => ({ info: d.info, tables: d.tables }));
}
