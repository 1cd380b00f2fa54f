import type { DbInfo, InfoSchema, TableInfo } from '../catalog/model.js';
import { firstAbove, type AutoIds } from '../catalog/auto-columns.js';
import { incrementCounter } from '../catalog/auto-columns.js';
import type { AutoIdKind } from '../catalog/meta/meta.js';
import { LocalTables } from '../kv/client/local-tables.js';
import { intDatum } from '../types/datum.js';
import { mysqlError } from '../types/error-table.js';

/** Ids of temporary tables: far from those that the store gives, and of one process each. */
const FIRST_ID = 2 ** 51;
let lastId = FIRST_ID;
let lastVersion = 0;

interface Own {
  readonly db: DbInfo;
  readonly table: TableInfo;
}

/** A schema with one session's own tables in it; they hide those of the same name. */
class SchemaWithOwn implements InfoSchema {
  constructor(
    readonly permanent: InfoSchema,
    private readonly byName: ReadonlyMap<string, Own>,
    private readonly byId: ReadonlyMap<number, Own>,
  ) {}

  get version(): number {
    return this.permanent.version;
  }
  database(name: string): DbInfo | null {
    return this.permanent.database(name);
  }
  databases(): readonly DbInfo[] {
    return this.permanent.databases();
  }
  table(db: string, name: string): TableInfo | null {
    return this.byName.get(nameOf(db, name))?.table ?? this.permanent.table(db, name);
  }
  tableById(id: number): { readonly db: DbInfo; readonly table: TableInfo } | null {
    return this.byId.get(id) ?? this.permanent.tableById(id);
  }
  tables(db: string): readonly TableInfo[] {
    return this.permanent.tables(db);
  }
}

const nameOf = (db: string, table: string): string => `${db.toLowerCase()}\0${table.toLowerCase()}`;

/**
 * The temporary tables of one session: those that it made itself, known to nobody else, and what it has written in this transaction
 * to global ones. Rows are in the session's memory (`rows`).
 */
export class TemporaryTables {
  readonly rows = new LocalTables();
  private readonly byName = new Map<string, Own>();
  private readonly byId = new Map<number, Own>();
  /** Last values given, by kind and table. */
  private readonly given = new Map<string, bigint>();
  /** The same of global temporary tables, in the transaction that runs. */
  private global: { txn: object | null; given: Map<string, bigint> } = { txn: null, given: new Map() };
  private schema: SchemaWithOwn | null = null;
  /** Another number for every other set of tables, of whichever session; 0 = none. */
  version = 0;

  /** The schema with the session's own tables. */
  over(permanent: InfoSchema): InfoSchema {
    if (this.byName.size === 0) return permanent;
    if (this.schema?.permanent !== permanent)
      this.schema = new SchemaWithOwn(permanent, this.byName, this.byId);
    return this.schema;
  }

  find(db: string, name: string): TableInfo | null {
    return this.byName.size === 0 ? null : (this.byName.get(nameOf(db, name))?.table ?? null);
  }
  has(id: number): boolean {
    return id > FIRST_ID && this.byId.has(id);
  }
  get all(): Iterable<Own> {
    return this.byName.values();
  }

  /** Puts a table in, under an id of its own, in the place of one of its name. Gives it. */
  put(db: DbInfo, table: TableInfo): TableInfo {
    this.drop(db.name, table.name);
    const own = {
      db,
      table: { ...table, id: ++lastId, createTime: Date.now(), temporary: 'local' as const },
    };
    this.byName.set(nameOf(db.name, table.name), own);
    this.byId.set(lastId, own);
    this.rows.add(lastId, true);
    if (BigInt(table.autoIncrement) > 1n)
      this.given.set(`${incrementCounter(table)}/${lastId}`, BigInt(table.autoIncrement) - 1n);
    this.changed();
    return own.table;
  }

  /** The table of an id under another name or definition; it takes the place of one of that name. */
  redefine(id: number, table: TableInfo): void {
    const own = this.byId.get(id)!;
    const { db } = own;
    const there = this.byName.get(nameOf(db.name, table.name));
    if (there !== undefined && there.table.id !== id) this.drop(db.name, table.name);
    this.byName.delete(nameOf(db.name, own.table.name));
    const next = { db, table: { ...table, id, temporary: 'local' as const } };
    this.byName.set(nameOf(db.name, table.name), next);
    this.byId.set(id, next);
    this.changed();
  }

  drop(db: string, name: string): boolean {
    const own = this.byName.get(nameOf(db, name));
    if (own === undefined) return false;
    const { id } = own.table;
    this.byName.delete(nameOf(db, name));
    this.byId.delete(id);
    this.rows.drop(id);
    for (const kind of ['rowid', 'auto_increment']) this.given.delete(`${kind}/${id}`);
    this.changed();
    return true;
  }

  clear(): void {
    for (const { db, table } of [...this.byName.values()]) this.drop(db.name, table.name);
  }

  /** Largest values by counter and table: those of global temporary tables begin anew with each transaction. */
  private countersOf(table: TableInfo, txn: object | null): Map<string, bigint> {
    if (table.temporary !== 'global') return this.given;
    if (this.global.txn !== txn) this.global = { txn, given: new Map() };
    return this.global.given;
  }

  /** First of `count` fresh values, `increment` apart. Throws 1467. */
  allocate(
    ids: AutoIds,
    table: TableInfo,
    txn: object | null,
    count: number,
    increment: number,
    offset: number,
  ): number | bigint {
    const key = `${ids.counter}/${table.id}`;
    const given = this.countersOf(table, txn);
    const first = firstAbove(given.get(key) ?? 0n, BigInt(increment), BigInt(offset));
    const last = first + BigInt((count - 1) * increment);
    if (last >= ids.max) throw mysqlError('ER_AUTOINC_READ_FAILED');
    given.set(key, last);
    return intDatum(first);
  }
  rebase(ids: AutoIds, table: TableInfo, txn: object | null, value: number | bigint): void {
    const key = `${ids.counter}/${table.id}`;
    const v = BigInt(typeof value === 'number' ? Math.floor(value) : value);
    const given = this.countersOf(table, txn);
    if (v > (given.get(key) ?? 0n)) given.set(key, v);
  }
  /** The next value that would be given. */
  peek(kind: AutoIdKind, table: TableInfo): bigint {
    return (this.given.get(`${kind}/${table.id}`) ?? 0n) + 1n;
  }

  private changed(): void {
    this.schema = null;
    this.version = this.byName.size === 0 ? 0 : ++lastVersion;
  }
}
