import { andThen } from '../executor/operator.js';
import { physicalOf } from '../kv/client/oracle.js';
import { tooEarly } from './engine/gc-safe-point.js';
import type { Awaitable } from '../types/awaitable.js';
import { mysqlError } from '../types/error-table.js';
import type { AssertionLevel, LocalKeys, Snapshot, Storage, Transaction } from '../kv/storage.js';
import type { InfoSchema, TableInfo } from '../catalog/model.js';
import { commitBound, type CommitView } from './commit-view.js';
import type { CacheWriteLock } from './engine/cached-tables.js';
import type { PointInTime } from './historical-read.js';
import type { TransactionHistory } from './transaction-history.js';
import { Count, type CountPlace } from './status/counts.js';

export interface BeginOptions {
  /** Without BEGIN, but for more than one statement (autocommit = 0). */
  readonly lasting?: boolean;
  readonly pessimistic: boolean;
  readonly readOnly: boolean;
  /** READ COMMITTED, which optimistic transactions know nothing of. */
  readonly readCommitted: boolean;
  readonly lockWaitTimeoutMs: number;
  readonly durability: 0 | 1 | 2;
  readonly onePhase: boolean;
  readonly asyncCommit: boolean;
  readonly fairLocking: boolean;
  readonly assertionLevel: AssertionLevel;
  /** tidb_txn_entry_size_limit. */
  readonly entrySizeLimit: number;
  /** Times that an optimistic transaction of several statements is run again after a conflict. */
  readonly replays: number;
}

interface Savepoint {
  readonly name: string;
  stage: number;
  readonly changes: ReadonlyMap<number, RowChange>;
}

/** Rows added (net) and rows touched of a table. */
interface RowChange {
  readonly rows: number;
  readonly modified: number;
}

/** Statements remembered of one transaction (TiDB: max SQL digests of TIDB_TRX). */
const MAX_STATEMENTS = 50;

/**
 * The transaction of one session: from BEGIN, or from the first statement under autocommit=0, or of one autocommitted
 * statement. Savepoints are stages of the membuffer that stay open; a statement's own stage is always the innermost.
 */
export class SessionTransaction {
  txn: Transaction | null = null;
  /** BEGIN was given: lasts until COMMIT or ROLLBACK whatever autocommit says. */
  explicit = false;
  readOnly = false;
  /** The last transaction that committed; 0: none did. */
  lastCommitTs = 0n;
  lastStartTs = 0n;
  lastForUpdateTs = 0n;
  /** Each statement reads what is committed when it begins. */
  readCommitted = false;
  /** What is run again after a conflict; null when nothing is. */
  history: TransactionHistory | null = null;
  /** START TRANSACTION READ ONLY AS OF TIMESTAMP: where it reads. */
  past: PointInTime | null = null;
  /** Ends the pin of `past`. */
  private unpin: (() => void) | null = null;
  private tooOld: Error | null = null;
  /** Lasts beyond the statement that runs. */
  lasting = false;
  /** The schema as it was when the transaction began. */
  schemaAtBegin: InfoSchema | null = null;
  /** Time of BEGIN, ms since the epoch; 0 when idle. */
  startedAt = 0;
  /** The first statements, for TIDB_TRX. */
  private noted: { readonly text: string }[] = [];
  private savepoints: Savepoint[] = [];
  /** Tables written, at the schema version they were planned with. */
  private written = new Map<number, TableInfo>();
  /** Tables that a lasting transaction has used, as they were when it first did: schema changes wait for it (metadata lock). */
  private used = new Map<number, TableInfo>();
  /** What the transaction did to the row counts, by table; taken over when it commits. */
  private changes = new Map<number, RowChange>();
  /** What the statement that runs has changed there: tables, and what was counted of them before. */
  private readonly changed: number[] = [];
  private readonly before: (RowChange | undefined)[] = [];

  constructor(
    private storage: Storage,
    private readonly schema: () => InfoSchema,
    private readonly newHistory: (options: BeginOptions) => TransactionHistory,
    private readonly count: (place: CountPlace) => void,
  ) {}

  /** The session has tables of its own from now on, in an open transaction as well. */
  useStorage(storage: Storage, local: LocalKeys): void {
    this.storage = storage;
    this.txn?.keepLocal(local);
  }

  get active(): boolean {
    return this.txn !== null;
  }

  /** Start timestamp of the transaction that statements share; 0 outside of one. */
  get currentTs(): bigint {
    return this.lasting && this.txn !== null ? this.txn.startTs : 0n;
  }

  begin(options: BeginOptions, explicit: boolean): Awaitable<Transaction> {
    const txn = this.storage.begin(options);
    return txn instanceof Promise
      ? txn.then((t) => this.started(t, options, explicit))
      : this.started(txn, options, explicit);
  }

  /** The transaction reads as of then, for which versions of then are kept until it ends. */
  readAsOf(past: PointInTime): void {
    this.past = past;
    this.unpin = this.storage.pinTs(past.ts);
  }

  private started(txn: Transaction, options: BeginOptions, explicit: boolean): Transaction {
    this.txn = txn;
    this.explicit = explicit;
    this.lasting = explicit || options.lasting === true;
    this.schemaAtBegin = this.lasting ? this.schema() : null;
    this.readOnly = options.readOnly;
    this.readCommitted = options.readCommitted && options.pessimistic;
    if (options.replays > 0 && this.lasting && !options.pessimistic) this.history = this.newHistory(options);
    this.startedAt = Date.now();
    return txn;
  }

  /** Garbage collection goes on over snapshots from before `ts`; gives the timestamp of the one here. */
  giveUpReads(ts: bigint): bigint {
    const { startTs } = this.txn!;
    if (startTs < ts) this.tooOld = tooEarly(startTs, physicalOf(ts));
    return startTs;
  }

  /** Throws 9006 when garbage collection may have passed the snapshot. */
  throwIfTooOld(): void {
    if (this.tooOld !== null) throw this.tooOld;
  }

  noteWritten(table: TableInfo): void {
    if (!this.written.has(table.id)) this.written.set(table.id, table);
  }

  /** The table as the transaction first used it; undefined: it has not. */
  usedTable(tableId: number): TableInfo | undefined {
    return this.used.get(tableId);
  }

  noteUsed(table: TableInfo): void {
    this.used.set(table.id, table);
  }

  /** Whether the transaction uses the table and has a snapshot from before `ts`. */
  readsBefore(tableId: number, ts: bigint): boolean {
    return this.txn !== null && this.used.has(tableId) && this.txn.startTs < ts;
  }

  get writtenTables(): number[] {
    return [...this.written.keys()];
  }

  /** Tables written, or whose metadata lock is held. */
  get relatedTables(): number[] {
    return [...new Set([...this.written.keys(), ...this.used.keys()])];
  }

  noteStatement(statement: { readonly text: string }): void {
    if (this.noted.length < MAX_STATEMENTS) this.noted.push(statement);
  }
  get statements(): string[] {
    return this.noted.map((s) => s.text);
  }

  /** Whether the transaction works with the table as it was before the given schema version. */
  usesBefore(tableId: number, version: number): boolean {
    const table = this.written.get(tableId) ?? this.committing?.get(tableId);
    if (table !== undefined && table.version < version) return true;
    const used = this.used.get(tableId);
    return used !== undefined && used.version < version;
  }

  noteModified(tableId: number, rows: number, modified: number): void {
    const before = this.changes.get(tableId);
    this.changed.push(tableId);
    this.before.push(before);
    this.changes.set(
      tableId,
      before === undefined
        ? { rows, modified }
        : { rows: before.rows + rows, modified: before.modified + modified },
    );
  }

  /** What the statement has done so far stays: `undoChanges` goes no further back. */
  keepChanges(): void {
    // Most often one of each: setting a length costs a call into V8, popping does not.
    while (this.changed.length > 0) {
      this.changed.pop();
      this.before.pop();
    }
  }

  /** Takes back what was counted since `keepChanges`. */
  undoChanges(): void {
    for (let i = this.changed.length - 1; i >= 0; i--) {
      const before = this.before[i];
      if (before === undefined) this.changes.delete(this.changed[i]!);
      else this.changes.set(this.changed[i]!, before);
    }
    this.keepChanges();
  }

  /** What a commit adds to the row counts; the transaction forgets it. */
  takeChanges(): ReadonlyMap<number, RowChange> {
    const { changes } = this;
    this.keepChanges();
    if (changes.size > 0) this.changes = new Map();
    return changes;
  }

  /** Whether own writes may lie in the table. */
  isDirty(tableId: number): boolean {
    return this.written.has(tableId);
  }

  /** What transactions wrote whose commits are under way: other nodes' schema changes wait for them too. */
  private committing: ReadonlyMap<number, TableInfo> | null = null;

  /**
   * Commits; `look` gives the schema to check against at that moment (8028), and how long it is sure to be that one. `changes`: what
   * `takeChanges` gave; `interruption`: what may end a commit of many rows while nothing of it is written.
   */
  commit(
    look: (reached: bigint) => Awaitable<CommitView>,
    changes: ReadonlyMap<number, RowChange>,
    interruption?: () => AbortSignal,
  ): Awaitable<bigint> {
    const txn = this.txn;
    if (txn === null) return 0n;
    const { written, used } = this;
    this.count(Count.commits);
    this.lastStartTs = txn.startTs;
    this.lastForUpdateTs = txn.forUpdateTs;
    this.forget();
    let cacheLock: CacheWriteLock | null = null;
    if (written.size > 0) {
      const check = (view: CommitView): Awaitable<bigint | null> => {
        const { schema } = view;
        for (const table of written.values()) {
          if (table.temporary === 'local') continue;
          const now = schema.tableById(table.id);
          // DROP and TRUNCATE wait for whoever holds the metadata lock, and take along what it wrote.
          if (now === null && used.has(table.id)) continue;
          if (now === null || !atMostOneStepBehind(table, now.table))
            throw mysqlError('ER_INFO_SCHEMA_CHANGED');
        }
        const grown = (id: number): boolean => (changes.get(id)?.rows ?? 0) >= 0;
        return commitBound(view, written.keys(), grown, (lock) => (cacheLock = lock));
      };
      txn.onBeforeCommit((reached) => {
        const view = look(reached);
        return view instanceof Promise ? view.then(check) : check(view);
      });
    }
    const committed = txn.commit(interruption);
    if (written.size === 0 || !(committed instanceof Promise)) return committed;
    this.committing = written;
    const over = (): void => {
      if (this.committing === written) this.committing = null;
    };
    return committed.then(
      (ts) => {
        over();
        cacheLock?.release();
        return ts;
      },
      (error: unknown) => {
        over();
        throw error;
      },
    );
  }

  rollback(): Awaitable<void> {
    const txn = this.txn;
    if (txn === null) return;
    this.count(Count.rollbacks);
    this.forget();
    if (txn.valid) return txn.rollback();
  }

  savepoint(name: string): void {
    if (this.txn === null) return;
    this.count(Count.savepoints);
    const lower = name.toLowerCase();
    this.savepoints = this.savepoints.filter((s) => s.name !== lower);
    this.savepoints.push({ name: lower, stage: this.txn.stage(), changes: new Map(this.changes) });
  }

  rollbackTo(name: string): Awaitable<void> {
    const at = this.indexOf(name);
    const point = this.savepoints[at]!;
    this.count(Count.savepointRollbacks);
    return andThen(this.txn!.rollbackStage(point.stage), () => {
      this.savepoints.length = at + 1;
      point.stage = this.txn!.stage();
      this.changes = new Map(point.changes);
    });
  }

  release(name: string): void {
    this.savepoints.length = this.indexOf(name);
  }

  snapshot(ts: bigint): Snapshot {
    return this.storage.snapshot(ts);
  }

  private indexOf(name: string): number {
    const at = this.savepoints.findIndex((s) => s.name === name.toLowerCase());
    if (at < 0 || this.txn === null) throw mysqlError('ER_SP_DOES_NOT_EXIST', 'SAVEPOINT', name);
    return at;
  }

  private forget(): void {
    this.txn = null;
    this.explicit = false;
    this.readOnly = false;
    this.readCommitted = false;
    this.history = null;
    this.past = null;
    this.tooOld = null;
    this.unpin?.();
    this.unpin = null;
    this.lasting = false;
    this.schemaAtBegin = null;
    if (this.used.size > 0) this.used = new Map();
    this.startedAt = 0;
    if (this.noted.length > 0) this.noted = [];
    if (this.savepoints.length > 0) this.savepoints = [];
    if (this.written.size > 0) this.written = new Map();
    this.keepChanges();
    if (this.changes.size > 0) this.changes = new Map();
  }
}

/**
 * Whether writes planned with `used` keep what `now` needs: the object is the same, or one schema state newer, which
 * F1's states are made for. Schema changes wait for older transactions before the next state (awaitVersion).
 */
export const atMostOneStepBehind = (used: TableInfo, now: TableInfo): boolean =>
  now.version === used.version || now.previousVersion === used.version;
