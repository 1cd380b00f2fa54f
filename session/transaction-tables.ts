import { normalizeDigest } from '../parser/digest.js';
import { text } from '../catalog/virtual/columns.js';
import { ResourceGroupTag } from '../kv/tikv/generated/tipb.js';
import type { DeadlockError } from '../kv/storage.js';
import type { Datum } from '../types/datum.js';
import { epochMicrosToLocal, timeZone, UTC, type TimeZone } from '../types/timezone.js';
import type { EngineCore } from './engine/engine-core.js';
import { describeKey } from './key-description.js';
import type { Session } from './session.js';

/*
 * Rows of information_schema's tables of transactions and locks. Nodes tell each other what is theirs as plain JSON; what needs a schema
 * or a time zone is done by the node that answers the client.
 */

interface TransactionFact {
  readonly instance: string;
  readonly id: string;
  readonly startMs: number;
  readonly sql: string | null;
  readonly state: string;
  readonly waitingSinceMs: number;
  readonly keys: number;
  readonly bytes: number;
  readonly session: number;
  readonly user: string;
  readonly db: string;
  readonly statements: readonly string[];
  readonly tables: readonly number[];
  readonly readCommitted: boolean;
}

interface DeadlockFact {
  readonly instance: string;
  readonly id: number;
  readonly occurredAt: number;
  readonly waits: readonly {
    readonly waiter: string;
    readonly holder: string;
    readonly key: string;
    readonly sql: string | null;
    readonly digest: string;
  }[];
}

interface Digested {
  readonly digest: Datum;
  readonly normalized: Datum;
}

function digested(sql: string | null): Digested {
  if (sql === null || sql === '') return { digest: null, normalized: null };
  const d = normalizeDigest(sql);
  return { digest: text(d.digest), normalized: text(d.normalized) };
}

/** A statement of which the digest is known alone: its text, if it has run on this node. */
function ofDigest(session: Session, digest: string): Digested {
  if (digest === '') return digested(null);
  const known = session.engine.summaries.statementsOf([digest]).get(digest);
  return { digest: text(digest), normalized: known === undefined ? null : text(known) };
}

export const unsigned = (ts: string): Datum => {
  const n = BigInt(ts);
  return n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : n;
};

export const zoneOf = (session: Session): TimeZone => timeZone(session.evalContext.timeZone) ?? UTC;

function localTransactions(core: EngineCore): TransactionFact[] {
  const facts: TransactionFact[] = [];
  for (const s of core.sessions.values()) {
    const { transaction } = s;
    if (transaction.txn === null) continue;
    const waitingSinceMs = transaction.txn.waitingSince;
    facts.push({
      instance: core.instance,
      id: String(transaction.txn.startTs),
      startMs: transaction.startedAt,
      sql: s.running ? s.statement.text : null,
      state: !s.running ? 'Idle' : waitingSinceMs > 0 ? 'LockWaiting' : 'Running',
      waitingSinceMs,
      keys: transaction.txn.memBuffer.count,
      bytes: transaction.txn.memBuffer.size,
      session: s.connection.id,
      user: s.connection.user,
      db: s.currentDatabase,
      statements: transaction.statements,
      tables: transaction.relatedTables,
      readCommitted: transaction.readCommitted,
    });
  }
  return facts;
}

function localDeadlocks(core: EngineCore): DeadlockFact[] {
  return core.deadlocks.list().map((d) => ({
    instance: core.instance,
    id: d.id,
    occurredAt: d.occurredAt,
    waits: d.waits.map((w) => ({
      waiter: String(w.waiter),
      holder: String(w.holder),
      key: Buffer.from(w.key).toString('hex').toUpperCase(),
      sql: w.sql,
      digest: w.digest,
    })),
  }));
}

/** Of all threads and nodes. */
export const allTransactions = async (core: EngineCore): Promise<TransactionFact[]> => [
  ...localTransactions(core),
  ...(await core.cluster.foreignTransactions()),
];

export const allDeadlocks = async (core: EngineCore): Promise<DeadlockFact[]> => [
  ...localDeadlocks(core),
  ...(await core.cluster.foreignDeadlocks()),
];

function transactionRow(f: TransactionFact, zone: TimeZone): Datum[] {
  const { digest, normalized } = digested(f.sql);
  return [
    unsigned(f.id),
    epochMicrosToLocal(f.startMs * 1000, 6, zone),
    digest,
    normalized,
    text(f.state),
    f.waitingSinceMs === 0 ? null : epochMicrosToLocal(f.waitingSinceMs * 1000, 6, zone),
    f.keys,
    f.bytes,
    f.session,
    text(f.user),
    text(f.db),
    text(JSON.stringify(f.statements.map((s) => normalizeDigest(s).digest))),
    text(f.tables.join(',')),
    f.waitingSinceMs === 0 ? null : Math.max(0, Date.now() - f.waitingSinceMs) / 1000,
  ];
}

function deadlockRows(d: DeadlockFact, session: Session): Datum[][] {
  const zone = zoneOf(session);
  return d.waits.map((w) => {
    const { digest, normalized } = w.sql !== null ? digested(w.sql) : ofDigest(session, w.digest);
    return [
      d.id,
      epochMicrosToLocal(d.occurredAt, 6, zone),
      0,
      unsigned(w.waiter),
      digest,
      normalized,
      text(w.key),
      text(describeKey(Buffer.from(w.key, 'hex'), session.schema, zone)),
      unsigned(w.holder),
    ];
  });
}

/** Transactions of others are shown to those who may see their processes. */
const visible = (session: Session, facts: readonly TransactionFact[]): TransactionFact[] => {
  const all = session.privileges.has('PROCESS', null, null);
  return facts.filter((f) => all || f.user === session.connection.user);
};

async function dataLockWaits(session: Session): Promise<Datum[][]> {
  const { core, zone } = { core: session.engine, zone: zoneOf(session) };
  const waits = await core.storage.lockWaits();
  if (waits.length === 0) return [];
  const statements = new Map<string, string>();
  for (const f of await allTransactions(core)) if (f.sql !== null) statements.set(f.id, f.sql);
  return waits.map((w) => {
    const sql = statements.get(String(w.txn));
    const { digest, normalized } =
      sql !== undefined ? digested(sql) : ofDigest(session, digestOf(w.resourceGroupTag));
    return [
      text(Buffer.from(w.key).toString('hex').toUpperCase()),
      text(describeKey(w.key, session.schema, zone)),
      unsigned(String(w.txn)),
      unsigned(String(w.waitForTxn)),
      digest,
      normalized,
    ];
  });
}

/** Makes the tables known to the engine, and this node's part of them to other nodes. */
export function registerTransactionTables(core: EngineCore): void {
  const { virtualProviders: tables, cluster } = core;
  const transactions = (session: Session, facts: readonly TransactionFact[]): TransactionFact[] =>
    visible(session, facts);
  // The threads of a process are one instance.
  const threads = (): boolean => Number(core.settings.get('workers') ?? 1) > 1;
  const ofInstance = async <F extends TransactionFact | DeadlockFact>(
    own: readonly F[],
    others: () => Promise<readonly F[]>,
  ): Promise<F[]> => {
    if (!threads()) return [...own];
    return [...own, ...(await others()).filter((f) => f.instance === core.instance)];
  };
  tables.set('tidb_trx', async (session) => {
    const facts = await ofInstance(localTransactions(core), () => cluster.foreignTransactions());
    return transactions(session, facts).map((f) => transactionRow(f, zoneOf(session)));
  });
  tables.set('cluster_tidb_trx', async (session) =>
    transactions(session, await allTransactions(core)).map((f) => [
      text(f.instance),
      ...transactionRow(f, zoneOf(session)),
    ]),
  );
  const requireProcess = (session: Session): void => session.privileges.requireGlobal('PROCESS');
  tables.set('deadlocks', async (session) => {
    requireProcess(session);
    const facts = await ofInstance(localDeadlocks(core), () => cluster.foreignDeadlocks());
    facts.sort((a, b) => a.occurredAt - b.occurredAt);
    return facts.flatMap((d, i) => deadlockRows(threads() ? { ...d, id: i + 1 } : d, session));
  });
  tables.set('cluster_deadlocks', async (session) => {
    requireProcess(session);
    return (await allDeadlocks(core)).flatMap((d) =>
      deadlockRows(d, session).map((row) => [text(d.instance), ...row]),
    );
  });
  tables.set('data_lock_waits', dataLockWaits);
}

export { localTransactions, localDeadlocks, type TransactionFact, type DeadlockFact };

/** The digest in a tipb.ResourceGroupTag; '' without one. */
const digestOf = (tag: Uint8Array | undefined): string =>
  tag === undefined ? '' : Buffer.from(ResourceGroupTag.decode(tag).sqlDigest).toString('hex');

/** Keeps a deadlock that a statement of the session has just run into. */
export function noteDeadlock(session: Session, error: DeadlockError): void {
  const core = session.engine;
  const waiting = new Map<bigint, string>();
  for (const s of core.sessions.values()) {
    if (s.transaction.txn !== null && s.running) waiting.set(s.transaction.txn.startTs, s.statement.text);
  }
  const waits = error.waitChain.map((w) => ({
    waiter: w.txn,
    holder: w.waitForTxn,
    key: w.key,
    sql: waiting.get(w.txn) ?? null,
    digest: digestOf(w.resourceGroupTag),
  }));
  core.deadlocks.add(waits);
  const unknown = waits.filter((w) => w.sql === null && w.digest === '');
  if (unknown.length > 0) void nameStatements(core, unknown);
}

/** Other threads are asked while the statements still wait: the victim's locks are released after this. */
async function nameStatements(
  core: EngineCore,
  waits: { waiter: bigint; sql: string | null }[],
): Promise<void> {
  const facts = await core.cluster.foreignTransactions().catch(() => []);
  for (const w of waits) w.sql = facts.find((f) => f.id === String(w.waiter))?.sql ?? null;
}
