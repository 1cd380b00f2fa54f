import { parse } from '../../parser/parser.js';
import type { Statement } from '../../parser/ast/index.js';
import type { Datum } from '../../types/datum.js';
import type { EngineCore } from '../engine/engine-core.js';
import { quote } from '../privileges/account-name.js';
import { bindingKey, digestOfAnyDatabase, namesAnyDatabase, tablesMatch } from './binding-text.js';

/** Hints that statements of one normalized text are planned with (TiDB docs, "SQL Plan Management"). */
export interface Binding {
  readonly originalSql: string;
  readonly bindSql: string;
  readonly defaultDb: string;
  readonly status: 'enabled' | 'disabled';
  /** As SHOW BINDINGS prints them. */
  readonly createTime: string;
  readonly updateTime: string;
  readonly charset: string;
  readonly collation: string;
  readonly source: string;
  readonly sqlDigest: string;
  readonly planDigest: string;
  /** The statement that carries the hints. */
  readonly hinted: Statement;
}

export type NewBinding = Omit<Binding, 'createTime' | 'updateTime'>;

export function parsedBinding(sql: string): Statement | null {
  try {
    return parse(sql, {})[0]?.stmt ?? null;
  } catch {
    return null;
  }
}

/** Bindings by digest, with those for tables of any database by the digest that such statements share. */
class BindingIndex {
  private readonly wide = new Map<string, Binding[]>();

  constructor(bindings: Iterable<Binding>) {
    for (const b of bindings) {
      if (!namesAnyDatabase(b.hinted)) continue;
      const digest = digestOfAnyDatabase(b.hinted);
      this.wide.set(digest, [...(this.wide.get(digest) ?? []), b]);
    }
  }

  get empty(): boolean {
    return this.wide.size === 0;
  }
  find(stmt: Statement, digest: string, database: string): Binding | undefined {
    return this.wide
      .get(digest)
      ?.find((b) => b.status === 'enabled' && tablesMatch(stmt, database, b.hinted));
  }
}

/** A session's own bindings; they go before the global ones. */
export class SessionBindings {
  /** Those for tables of any database. */
  wide = new BindingIndex([]);
  private readonly byDigest = new Map<string, Binding>();
  /** Tells plans made under one set of bindings from those made under another; 0 without any. */
  version = 0;
  private static lastVersion = 0;

  get list(): readonly Binding[] {
    return [...this.byDigest.values()];
  }
  find(digest: string): Binding | undefined {
    return this.byDigest.get(digest);
  }
  put(binding: Binding): void {
    this.byDigest.set(binding.sqlDigest, binding);
    this.wide = new BindingIndex(this.byDigest.values());
    this.version = ++SessionBindings.lastVersion;
  }
  /** How many there were. */
  drop(digest: string): number {
    const found = this.byDigest.delete(digest);
    this.wide = new BindingIndex(this.byDigest.values());
    this.version = this.byDigest.size === 0 ? 0 : ++SessionBindings.lastVersion;
    return found ? 1 : 0;
  }
  clear(): void {
    this.byDigest.clear();
    this.wide = new BindingIndex([]);
    this.version = 0;
  }
}

const str = (v: Datum | undefined): string => (v instanceof Uint8Array ? Buffer.from(v).toString() : '');

/** The bindings of mysql.bind_info, kept in memory and read again when they change. */
export class GlobalBindings {
  private byDigest: ReadonlyMap<string, Binding> = new Map();
  /** Those for tables of any database. */
  wide = new BindingIndex([]);
  /** Grows with each change; 0 as long as there never was a binding. */
  version = 0;

  constructor(private readonly core: EngineCore) {}

  get size(): number {
    return this.byDigest.size;
  }
  get list(): readonly Binding[] {
    return [...this.byDigest.values()];
  }
  find(digest: string): Binding | undefined {
    return this.byDigest.get(digest);
  }

  /** Where in mysql.bind_info there is more than one row of a statement, the newest counts. */
  async reload(): Promise<void> {
    const rows = await this.core.internalQuery(
      `${SELECTED} WHERE status IN ('enabled', 'using', 'disabled') ORDER BY update_time, create_time`,
    );
    const next = new Map<string, Binding>();
    for (const row of rows) {
      const binding = this.ofRow(row);
      if (binding === null) continue;
      next.delete(binding.sqlDigest);
      next.set(binding.sqlDigest, binding);
    }
    if (next.size === 0 && this.byDigest.size === 0) return;
    this.byDigest = next;
    this.wide = new BindingIndex(next.values());
    this.version++;
  }

  private ofRow(row: readonly Datum[]): Binding | null {
    const hinted = parsedBinding(str(row[1]));
    if (hinted === null) {
      this.core.logger.warn({ sql: str(row[1]) }, 'a binding cannot be read');
      return null;
    }
    return {
      originalSql: str(row[0]),
      bindSql: str(row[1]),
      defaultDb: str(row[2]),
      status: str(row[3]) === 'disabled' ? 'disabled' : 'enabled',
      createTime: str(row[4]),
      updateTime: str(row[5]),
      charset: str(row[6]),
      collation: str(row[7]),
      source: str(row[8]),
      sqlDigest: str(row[9]) === '' ? bindingKey(hinted, str(row[2])).digest : str(row[9]),
      planDigest: str(row[10]),
      hinted,
    };
  }

  /** Plans that wait to be tried out. */
  async candidates(): Promise<Binding[]> {
    const rows = await this.core.internalQuery(
      `${SELECTED} WHERE status = 'pending verify' ORDER BY create_time`,
    );
    return rows.flatMap((row) => this.ofRow(row) ?? []);
  }

  /** Another plan of a bound statement; one that was tried before is not tried again. */
  async addCandidate(b: Binding): Promise<void> {
    await this.core.internalQuery(`INSERT IGNORE INTO ${rowOf({ ...b, status: 'pending verify' })}`);
  }

  async accept(candidate: Binding): Promise<void> {
    await this.create([candidate]);
  }

  async reject({ sqlDigest, planDigest }: Binding): Promise<void> {
    await this.core.internalQuery(
      `UPDATE mysql.bind_info SET status = 'rejected', update_time = NOW(6) WHERE sql_digest = ${quote(sqlDigest)} AND plan_digest = ${quote(planDigest)}`,
    );
  }

  /** Replaces the binding of each statement. The rows that were are kept as deleted ones, as TiDB keeps them for its other nodes. */
  async create(bindings: readonly NewBinding[]): Promise<void> {
    await this.core.internalTransaction(async (query) => {
      for (const b of bindings) {
        await query(deleting([b.sqlDigest]));
        // A plan that the statement was bound to before leaves its row to this one.
        if (b.planDigest !== '')
          await query(
            `DELETE FROM mysql.bind_info WHERE sql_digest = ${quote(b.sqlDigest)} AND plan_digest = ${quote(b.planDigest)}`,
          );
        await query(`INSERT INTO ${rowOf(b)}`);
      }
    });
    await this.changed();
  }

  /** How many there were. */
  async drop(digests: readonly string[]): Promise<number> {
    const found = digests.filter((d) => this.byDigest.has(d));
    if (found.length === 0) return 0;
    await this.core.internalQuery(deleting(found));
    await this.changed();
    return found.length;
  }

  /** Whether there is such a binding. */
  async setStatus(digest: string, status: Binding['status']): Promise<boolean> {
    const found = this.byDigest.get(digest);
    if (found === undefined) return false;
    if (found.status === status) return true;
    await this.core.internalQuery(
      `UPDATE mysql.bind_info SET status = ${quote(status)}, update_time = NOW(6) WHERE sql_digest = ${quote(digest)} AND status IN ('enabled', 'using', 'disabled')`,
    );
    await this.changed();
    return true;
  }

  private async changed(): Promise<void> {
    await this.reload();
    await this.core.cluster.tellBindings();
  }
}

const deleting = (digests: readonly string[]): string =>
  `UPDATE mysql.bind_info SET status = 'deleted', update_time = NOW(6) WHERE sql_digest IN (${digests.map(quote).join(', ')}) AND status <> 'deleted'`;

const SELECTED = `SELECT original_sql, bind_sql, default_db, status, CAST(create_time AS CHAR), CAST(update_time AS CHAR), charset, collation, source, sql_digest, plan_digest
  FROM mysql.bind_info`;

function rowOf(
  b: Omit<Binding, 'createTime' | 'updateTime' | 'status'> & { readonly status: string },
): string {
  const values = [b.originalSql, b.bindSql, b.defaultDb, b.status].map(quote).join(', ');
  const rest = [b.charset, b.collation, b.source, b.sqlDigest].map(quote).join(', ');
  return `mysql.bind_info (original_sql, bind_sql, default_db, status, create_time, update_time, charset, collation, source, sql_digest, plan_digest)
    VALUES (${values}, NOW(6), NOW(6), ${rest}, ${b.planDigest === '' ? 'NULL' : quote(b.planDigest)})`;
}
