import { mysqlError } from '../../types/error-table.js';

export type TableLockType = 'READ' | 'READ LOCAL' | 'WRITE' | 'WRITE LOCAL';

interface Held {
  readonly type: TableLockType;
  readonly sessions: Set<number>;
}

/**
 * Locks of LOCK TABLES, by table id. As in TiDB a lock that cannot be had is an error (8020), not a wait; the locks of a
 * session end with UNLOCK TABLES, its next LOCK TABLES, or the session.
 */
export class TableLocks {
  private readonly held = new Map<number, Held>();
  private readonly bySession = new Map<number, Map<number, TableLockType>>();

  constructor(private readonly server: () => string) {}

  /** No lock is held by anyone: nothing to check. */
  get empty(): boolean {
    return this.held.size === 0;
  }

  holds(session: number): boolean {
    return this.bySession.has(session);
  }

  /** Takes all locks or none, after the session's former ones were released. Throws 8020. */
  lock(
    session: number,
    tables: readonly { readonly id: number; readonly name: string; readonly type: TableLockType }[],
  ): void {
    this.releaseAll(session);
    for (const t of tables) {
      const held = this.held.get(t.id);
      const shared = held !== undefined && isRead(held.type) && isRead(t.type);
      if (held !== undefined && !shared) throw this.conflict(t.name, held);
    }
    const own = new Map<number, TableLockType>();
    for (const t of tables) {
      const held = this.held.get(t.id);
      if (held !== undefined && isRead(t.type)) held.sessions.add(session);
      else this.held.set(t.id, { type: t.type, sessions: new Set([session]) });
      // The strongest lock counts where a table is named under several aliases.
      if (own.get(t.id)?.startsWith('WRITE') !== true) own.set(t.id, t.type);
    }
    if (own.size > 0) this.bySession.set(session, own);
  }

  /** Whether the session may read (write) the table. Throws 1099, 1100, 8020. */
  check(session: number, tableId: number, name: string, write: boolean): void {
    const own = this.bySession.get(session);
    if (own !== undefined) {
      const type = own.get(tableId);
      if (type === undefined) throw mysqlError('ER_TABLE_NOT_LOCKED', name);
      if (write && isRead(type)) throw mysqlError('ER_TABLE_NOT_LOCKED_FOR_WRITE', name);
      return;
    }
    const held = this.held.get(tableId);
    if (held === undefined) return;
    if (!write && held.type !== 'WRITE') return;
    throw this.conflict(name, held);
  }

  /** A schema change needs the table free of others' locks. Throws 8020, 1099. */
  checkChange(session: number, tableId: number, name: string): void {
    const held = this.held.get(tableId);
    if (held === undefined) return;
    if (!held.sessions.has(session)) throw this.conflict(name, held);
    if (isRead(held.type)) throw mysqlError('ER_TABLE_NOT_LOCKED_FOR_WRITE', name);
  }

  releaseAll(session: number): void {
    const own = this.bySession.get(session);
    if (own === undefined) return;
    this.bySession.delete(session);
    for (const id of own.keys()) {
      const held = this.held.get(id);
      if (held === undefined) continue;
      held.sessions.delete(session);
      if (held.sessions.size === 0) this.held.delete(id);
    }
  }

  /** ADMIN CLEANUP TABLE LOCK, DROP TABLE: whoever holds the table lets go of it. */
  forget(tableId: number): void {
    const held = this.held.get(tableId);
    if (held === undefined) return;
    this.held.delete(tableId);
    for (const session of held.sessions) {
      const own = this.bySession.get(session);
      own?.delete(tableId);
      if (own?.size === 0) this.bySession.delete(session);
    }
  }

  private conflict(name: string, held: Held): Error {
    const holders = [...held.sessions].map((s) => `server: ${this.server()}_session: ${s}`).join(', ');
    return mysqlError('ER_TABLE_LOCKED', name, held.type, holders);
  }
}

const isRead = (type: TableLockType): boolean => type === 'READ' || type === 'READ LOCAL';
