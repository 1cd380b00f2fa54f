import { text } from '../catalog/virtual/columns.js';
import type { Datum } from '../types/datum.js';
import { epochMicrosToLocal, type TimeZone } from '../types/timezone.js';
import type { EngineCore } from './engine/engine-core.js';
import { keyFacts } from './key-description.js';
import type { Session } from './session.js';
import { allTransactions, type TransactionFact, unsigned, zoneOf } from './transaction-tables.js';

/*
 * Rows of InnoDB's tables of transactions and locks, which MySQL's tools and the sys schema read to find who holds up whom. Locks that
 * nobody waits for are not told of: the store keeps them by key alone.
 */

const ENGINE = 'INNODB';
/** Locks are on single keys, never on what is between them. */
const MODE = 'X,REC_NOT_GAP';

/** A key that is waited for, or that a transaction waits for. */
interface Lock {
  readonly key: Uint8Array;
  readonly txn: string;
  readonly granted: boolean;
}

const lockId = (key: Uint8Array, txn: string): string =>
  `${txn}:${Buffer.from(key.buffer, key.byteOffset, key.length).toString('hex')}`;

/** The sessions of transactions, which stand for MySQL's threads. */
async function threadsOf(core: EngineCore): Promise<Map<string, number>> {
  return new Map((await allTransactions(core)).map((f) => [f.id, f.session]));
}

/** Each transaction waits for one key at a time. */
async function requestedLocks(core: EngineCore): Promise<Map<string, string>> {
  const waits = await core.storage.lockWaits();
  return new Map(waits.map((w) => [String(w.txn), lockId(w.key, String(w.txn))]));
}

function transactionRow(f: TransactionFact, requested: string | undefined, zone: TimeZone): Datum[] {
  const waits = f.state === 'LockWaiting';
  return [
    unsigned(f.id),
    text(waits ? 'LOCK WAIT' : 'RUNNING'),
    epochMicrosToLocal(f.startMs * 1000, 0, zone),
    waits && requested !== undefined ? text(requested) : null,
    f.waitingSinceMs === 0 ? null : epochMicrosToLocal(f.waitingSinceMs * 1000, 0, zone),
    f.keys,
    f.session,
    f.sql === null ? null : text(f.sql.slice(0, 1024)),
    null,
    f.sql === null ? 0 : f.tables.length,
    f.tables.length,
    f.keys,
    f.bytes,
    f.keys,
    f.keys,
    0,
    text(f.readCommitted ? 'READ COMMITTED' : 'REPEATABLE READ'),
    1,
    1,
    null,
    0,
    0,
    0,
    0,
    waits ? 1 : null,
  ];
}

function lockRow({ key, txn, granted }: Lock, thread: number | null, session: Session): Datum[] {
  const facts = keyFacts(key, session.schema, zoneOf(session));
  const given = (s: string | undefined): Datum => (s === undefined ? null : text(s));
  return [
    text(ENGINE),
    text(lockId(key, txn)),
    unsigned(txn),
    thread,
    null,
    given(facts?.db_name),
    given(facts?.table_name),
    given(facts?.partition_name),
    null,
    text(facts?.index_name ?? 'PRIMARY'),
    0,
    text('RECORD'),
    text(MODE),
    text(granted ? 'GRANTED' : 'WAITING'),
    given(facts?.index_values?.join(', ') ?? facts?.handle_value),
  ];
}

async function dataLocks(session: Session): Promise<Datum[][]> {
  const { engine: core } = session;
  const locks = new Map<string, Lock>();
  const add = (key: Uint8Array, ts: bigint, granted: boolean): void => {
    const txn = String(ts);
    const id = lockId(key, txn);
    if (granted || !locks.has(id)) locks.set(id, { key, txn, granted });
  };
  for (const { key, txn, waitForTxn } of await core.storage.lockWaits()) {
    add(key, waitForTxn, true);
    add(key, txn, false);
  }
  if (locks.size === 0) return [];
  const threads = await threadsOf(core);
  return [...locks.values()].map((lock) => lockRow(lock, threads.get(lock.txn) ?? null, session));
}

async function lockWaits(session: Session): Promise<Datum[][]> {
  const { engine: core } = session;
  const waits = await core.storage.lockWaits();
  if (waits.length === 0) return [];
  const threads = await threadsOf(core);
  const side = (key: Uint8Array, ts: bigint): Datum[] => {
    const txn = String(ts);
    return [text(lockId(key, txn)), unsigned(txn), threads.get(txn) ?? null, null, 0];
  };
  return waits.map(({ key, txn, waitForTxn }) => [text(ENGINE), ...side(key, txn), ...side(key, waitForTxn)]);
}

/** Makes the tables known to the engine. */
export function registerEngineLocks({ virtualProviders: tables }: EngineCore): void {
  tables.set('innodb_trx', async (session) => {
    session.privileges.requireGlobal('PROCESS');
    const { engine: core } = session;
    const [facts, requested] = await Promise.all([allTransactions(core), requestedLocks(core)]);
    return facts.map((f) => transactionRow(f, requested.get(f.id), zoneOf(session)));
  });
  tables.set('data_locks', dataLocks);
  tables.set('engine_lock_waits', lockWaits);
}
