import { KeyMap } from './key-map.js';
import { compareBytes } from '../codec/byte-writer.js';
import type { KeyError, LockInfo, MutationOp } from '../rpc.js';
import { WaitForGraph, deadlockKeyHash } from './deadlock.js';
import type { KeyReservation } from './key-reservation.js';
import { OrderedLocks } from './ordered-locks.js';
import { keyString } from '../codec/key-string.js';
import { type SharedState, SharedWord } from './shared-layers.js';
import type { SharedLocks } from './shared-locks.js';

export interface Lock {
  readonly key: Uint8Array;
  readonly id: string;
  readonly startTs: bigint;
  readonly primary: Uint8Array;
  ttl: number;
  readonly type: MutationOp;
  readonly value: Uint8Array | undefined;
  forUpdateTs: bigint;
  minCommitTs: bigint;
  useAsyncCommit: boolean;
  readonly secondaries: readonly Uint8Array[];
  readonly txnSize: number;
}

/** A pessimistic lock on the key, whose name (`keyString`) is `id`. */
export function pessimisticLock(
  key: Uint8Array,
  id: string,
  startTs: bigint,
  primary: Uint8Array,
  ttl: number,
  forUpdateTs = 0n,
  minCommitTs = 0n,
): Lock {
  return {
    key,
    id,
    startTs,
    primary,
    ttl,
    type: 'pessimisticLock',
    value: undefined,
    forUpdateTs,
    minCommitTs,
    useAsyncCommit: false,
    secondaries: NO_KEYS,
    txnSize: 0,
  };
}

/** A reservation ends by itself: none who waits for it need find out whether its owner lives. */
const RESERVED_TTL = 3_600_000;

const NO_KEYS: readonly Uint8Array[] = [];

export function lockInfo(lock: Lock): LockInfo {
  return {
    primaryLock: lock.primary,
    lockVersion: lock.startTs,
    key: lock.key,
    lockTtl: lock.ttl,
    txnSize: lock.txnSize,
    lockType: lock.type,
    lockForUpdateTs: lock.forUpdateTs,
    useAsyncCommit: lock.useAsyncCommit,
    minCommitTs: lock.minCommitTs,
    secondaries: lock.secondaries,
  };
}

/** What a retried request comes to: it is answered, or it must wait for the lock on this key. */
export type Attempt =
  { readonly kind: 'done'; readonly conflict: boolean } | { readonly kind: 'wait'; readonly lock: Lock };

export interface LockChanges {
  readonly removed: readonly Uint8Array[];
  readonly written: readonly Lock[];
}

interface Waiter {
  /** What the request says of its statement. */
  readonly tag: Uint8Array | undefined;
  readonly startTs: bigint;
  /** The key waited for, and who holds it (0n while the key is kept for another waiter). */
  id: string;
  key: Uint8Array;
  holder: bigint;
  timer: NodeJS.Timeout | null;
  /** Tries the request again; answers it when it can. */
  readonly attempt: () => Attempt;
  /** Answers the request with an error. */
  readonly fail: (error: KeyError) => void;
}

/**
 * How long a key is kept for a waiter that was woken only to learn of a newer version: it will come back with a newer for-update
 * timestamp in a moment, and those behind it need not be woken for the same answer.
 */
export const KEEP_MS = 20;

/**
 * All locks of the store. Percolator locks are durable through the log; pessimistic locks live only here, as TiKV's in-memory
 * pessimistic locks do. Waiting is first come, first served per key, without polling: a release tries the first waiter's
 * request on the spot.
 */
export class LockTable {
  private readonly locks = new KeyMap<Lock>();
  /** Percolator locks by transaction: what `resolveLock` without keys walks; readers look no further while it is empty. */
  private readonly prewritten = new Map<bigint, Map<string, Lock>>();
  /** The same in the order of keys: what scans meet. */
  readonly ordered = new OrderedLocks();
  /**
   * Percolator locks that are not in a checkpoint as they are now, and keys of those that are in one but have gone or changed since: a
   * large transaction is prewritten over many checkpoints, each of which is to write its own part of the locks alone.
   */
  private unsaved = new Set<Lock>();
  private outdated: Uint8Array[] = [];
  /** Number of percolator locks. */
  persistent = 0;
  /** Told of each change of the percolator locks: other threads read past them. */
  onPersistentChange: (() => void) | null = null;
  private readonly queues = new Map<string, Waiter[]>();
  private readonly kept = new Map<string, { startTs: bigint; timer: NodeJS.Timeout }>();
  readonly waits = new WaitForGraph();
  private shared: { readonly locks: SharedLocks; readonly sections: SharedState } | null = null;
  private reservation: KeyReservation | null = null;
  /** Locks made for those who met a reserved key. */
  private readonly standIns = new Map<string, Lock>();
  /** Locks that are here for others to wait for, and still their threads' to release; see shared-locks.ts. */
  private readonly lent = new Set<Lock>();
  private releasesSeen = 0;
  private woken: string[] = [];
  private waking = false;
  /** Counters for statistics. */
  waitCount = 0;
  deadlockCount = 0;

  get size(): number {
    return this.locks.size;
  }

  get waiting(): number {
    let n = 0;
    for (const queue of this.queues.values()) n += queue.length;
    return n;
  }

  /** Other threads take pessimistic locks by themselves from now on. */
  share(locks: SharedLocks, sections: SharedState): void {
    this.shared = { locks, sections };
    for (const lock of this.locks.values()) locks.count(lock.key, 1);
    this.tellReserved();
  }

  /** What this table has of the key: all that readers ask for, since other threads hold pessimistic locks alone. */
  get(key: Uint8Array): Lock | undefined {
    return this.locks.size === 0 ? undefined : this.locks.get(keyString(key));
  }

  /** The lock on the key, whoever took it, and this table's from now on. Within a section (see shared-locks.ts) when other threads take locks. */
  held(key: Uint8Array): Lock | undefined {
    const { shared } = this;
    const none = this.locks.size === 0 && this.reservation === null;
    if (none && (shared === null || !shared.locks.isHeld(key))) return undefined;
    return this.heldAs(keyString(key), key);
  }

  /** The same for who has the key's `keyString`. */
  heldAs(id: string, key: Uint8Array): Lock | undefined {
    let lock = this.locks.get(id);
    if (lock === undefined || this.lent.has(lock)) lock = this.adopted(id, key, lock);
    return this.reservation === null ? lock : this.heldBeside(this.reservation, lock, id, key);
  }

  /** The same for who only asks whether the key is free: a lock that a thread holds stays the thread's. `wake` must follow. */
  seenAs(id: string, key: Uint8Array): Lock | undefined {
    let lock = this.locks.get(id);
    if (lock !== undefined && this.isReleased(lock)) {
      this.remove(lock);
      lock = undefined;
    }
    lock ??= this.mirrored(id, key);
    return this.reservation === null ? lock : this.heldBeside(this.reservation, lock, id, key);
  }

  /** `lent`: what this table has of it already. */
  private adopted(id: string, key: Uint8Array, lent: Lock | undefined): Lock | undefined {
    const taken = this.shared?.locks.adopt(key) ?? null;
    if (lent !== undefined) {
      if (taken !== null && taken.startTs === lent.startTs) {
        this.lent.delete(lent);
        if (taken.ttl > lent.ttl) lent.ttl = taken.ttl;
        return lent;
      }
      this.remove(lent);
    }
    if (taken === null) return undefined;
    const adopted = pessimisticLock(key, id, taken.startTs, taken.primary, taken.ttl);
    this.put(adopted);
    return adopted;
  }

  private mirrored(id: string, key: Uint8Array): Lock | undefined {
    const holder = this.shared?.locks.holder(key) ?? null;
    if (holder === null) return undefined;
    const lock = pessimisticLock(key, id, holder.startTs, holder.primary, holder.ttl);
    // It is counted before it is looked whether it is still held: who releases it later tells of it.
    this.put(lock);
    this.lent.add(lock);
    if (!this.isReleased(lock)) return lock;
    this.remove(lock);
    return undefined;
  }

  private isReleased(lock: Lock): boolean {
    return this.lent.has(lock) && this.shared!.locks.holderStart(lock.key) !== lock.startTs;
  }

  /**
   * Takes away the locks that threads have released since, for those who wait for them. Within a section, and before a lock is asked
   * for: who waits comes first.
   */
  settle(): void {
    if (this.shared === null) return;
    const releases = Atomics.load(this.shared.sections.words, SharedWord.releases);
    if (releases === this.releasesSeen) return;
    this.releasesSeen = releases;
    this.removeReleased();
    this.wake();
  }

  private removeReleased(): void {
    for (const lock of this.lent) if (this.isReleased(lock)) this.remove(lock);
  }

  /** The lock is its transaction's from now on; with a token, its thread's (shared-locks.ts), and here only as long as somebody waits. */
  grant(lock: Lock, token: number): void {
    const { shared } = this;
    const give = (): boolean =>
      token !== 0 && shared !== null && shared.locks.give(token, lock.key, lock.ttl);
    if (!this.queues.has(lock.id) && give()) return;
    this.put(lock);
    // Given after it is counted, so that its thread tells of its release.
    if (give()) this.lent.add(lock);
    this.taken(lock);
  }

  private heldBeside(
    reservation: KeyReservation,
    lock: Lock | undefined,
    id: string,
    key: Uint8Array,
  ): Lock | undefined {
    const { standIns } = this;
    if (reservation.suspended) return lock !== undefined && standIns.get(id) === lock ? undefined : lock;
    if (lock !== undefined || !reservation.has(key)) return lock;
    const standIn = pessimisticLock(key, id, reservation.startTs, reservation.primary, RESERVED_TTL);
    this.put(standIn);
    standIns.set(id, standIn);
    return standIn;
  }

  /** Keys that belong to one transaction from now on, whoever asks for them. There is one reservation at a time. */
  reserve(reservation: KeyReservation): void {
    if (this.reservation !== null) throw new Error('keys are reserved already');
    this.reservation = reservation;
    this.tellReserved();
  }

  /** Ends it; locks that stand for it stay, and are given to be removed. */
  unreserve(): Lock[] {
    const own = [...this.standIns.values()];
    this.standIns.clear();
    this.reservation = null;
    this.tellReserved();
    return own;
  }

  get reservedKeys(): number {
    return this.reservation?.size ?? 0;
  }

  private tellReserved(): void {
    const words = this.shared?.sections.words;
    if (words !== undefined) Atomics.store(words, SharedWord.reserved, this.reservation === null ? 0 : 1);
  }

  /** Keys in [start, end) that somebody holds. */
  *heldKeys(start: Uint8Array, end: Uint8Array): Generator<Uint8Array> {
    for (const { key } of this.locks.values())
      if (compareBytes(key, start) >= 0 && compareBytes(key, end) < 0) yield key;
    if (this.reservation !== null) yield* this.reservation.keysIn(start, end);
  }

  /** Takes from other threads all the locks that they hold by themselves: their transactions find them lost. `wake` must follow. */
  dropShared(): void {
    this.shared?.locks.releaseAll();
    this.removeReleased();
  }

  /**
   * Runs what looks at locks, or takes them, so that other threads see all of it or nothing. `quiet`: it commits nothing, or calls
   * `beginApply` before it does.
   */
  section<T>(work: () => T, quiet = false): T {
    const { shared } = this;
    if (shared === null) return work();
    shared.sections.beginCommit(quiet);
    try {
      return work();
    } finally {
      shared.sections.endCommit();
    }
  }

  /** Within a quiet section: what follows commits. See SharedState.beginApply. */
  beginApply(): void {
    this.shared?.sections.beginApply();
  }

  put(lock: Lock): void {
    const old = this.locks.get(lock.id);
    if (old !== undefined) this.forget(old);
    else this.shared?.locks.count(lock.key, 1);
    this.locks.set(lock.id, lock);
    if (lock.type === 'pessimisticLock') return;
    this.persistent++;
    this.unsaved.add(lock);
    this.ordered.add(lock);
    const own = this.prewritten.get(lock.startTs);
    if (own === undefined) this.prewritten.set(lock.startTs, new Map([[lock.id, lock]]));
    else own.set(lock.id, lock);
    this.onPersistentChange?.();
  }

  /** Takes the lock away; `wake` must follow once the caller's changes are complete. */
  remove(lock: Lock): void {
    if (this.locks.delete(lock.id)) this.shared?.locks.count(lock.key, -1);
    this.forget(lock);
    if (this.queues.size !== 0 && this.queues.has(lock.id)) this.woken.push(lock.id);
  }

  /** The same where it may have gone, or made room for another. */
  removeIfHeld(lock: Lock): void {
    if (this.locks.get(lock.id) === lock) this.remove(lock);
  }

  /** Drops the percolator locks in a range that is being deleted. */
  removeRange(startKey: Uint8Array, endKey: Uint8Array): void {
    const end = endKey.length === 0 ? null : keyString(endKey);
    let lock = this.ordered.from(keyString(startKey));
    while (lock !== undefined && (end === null || lock.id < end)) {
      this.remove(lock);
      lock = this.ordered.after(lock.id);
    }
  }

  private forget(lock: Lock): void {
    if (lock.type === 'pessimisticLock') {
      this.lent.delete(lock);
      return;
    }
    this.persistent--;
    if (!this.unsaved.delete(lock)) this.outdated.push(lock.key);
    this.ordered.remove(lock);
    const own = this.prewritten.get(lock.startTs)!;
    own.delete(lock.id);
    if (own.size === 0) this.prewritten.delete(lock.startTs);
    this.onPersistentChange?.();
  }

  /** The percolator lock is another than it was. */
  changed(lock: Lock): void {
    if (!this.unsaved.has(lock)) this.outdated.push(lock.key);
    this.unsaved.add(lock);
    this.onPersistentChange?.();
  }

  /** What a checkpoint of this moment has to do to the one before: keys to remove, then locks to write. */
  takeUnsaved(): LockChanges {
    const changes = { removed: this.outdated, written: [...this.unsaved] };
    this.outdated = [];
    this.unsaved = new Set();
    return changes;
  }

  locksOf(startTs: bigint): Lock[] {
    return [...(this.prewritten.get(startTs)?.values() ?? [])];
  }

  /** Every lock at this moment, pessimistic ones too. */
  all(): Lock[] {
    return [...this.locks.values()];
  }

  *persistentLocks(): IterableIterator<Lock> {
    for (const own of this.prewritten.values()) yield* own.values();
  }

  /** The transaction that a free key is kept for, or undefined; see KEEP_MS. */
  keptFor(id: string): bigint | undefined {
    return this.kept.size === 0 ? undefined : this.kept.get(id)?.startTs;
  }

  /** The request that the key was kept for came back. */
  unkeep(id: string): void {
    if (this.kept.size === 0) return;
    const entry = this.kept.get(id);
    if (entry === undefined) return;
    clearTimeout(entry.timer);
    this.endKeep(id);
  }

  /**
   * Queues a request behind the lock. Gives the deadlock error instead when that would close a ring. `patience` says for how many
   * milliseconds it is to wait from now on, and is asked again when they are over; 0 ends the wait.
   */
  wait(
    startTs: bigint,
    id: string,
    key: Uint8Array,
    holder: bigint,
    patience: () => number,
    attempt: () => Attempt,
    fail: (error: KeyError) => void,
    onTimeout: () => void,
    tag: Uint8Array | undefined,
  ): KeyError | null {
    const ring = this.ringError(startTs, holder, key, tag);
    if (ring !== null) return ring;
    this.waitCount++;
    const waiter: Waiter = { startTs, id, key, tag, holder, timer: null, attempt, fail };
    this.enqueue(waiter);
    // Node keeps timers of equal duration in one list: this is a list insertion.
    const arm = (ms: number): void => {
      waiter.timer = setTimeout(() => {
        const more = patience();
        if (more > 0) return arm(more);
        waiter.timer = null;
        this.leave(waiter);
        onTimeout();
      }, ms);
    };
    arm(Math.max(1, patience()));
    return null;
  }

  private ringError(
    startTs: bigint,
    holder: bigint,
    key: Uint8Array,
    tag: Uint8Array | undefined,
  ): KeyError | null {
    if (holder === 0n) return null;
    const chain = this.waits.findRing(startTs, holder, key, tag);
    if (chain === null) return null;
    this.deadlockCount++;
    return {
      kind: 'deadlock',
      lockTs: holder,
      lockKey: key,
      deadlockKeyHash: deadlockKeyHash(chain.find((e) => e.waitForTxn === startTs)?.key ?? key),
      waitChain: chain,
    };
  }

  private enqueue(waiter: Waiter): void {
    const queue = this.queues.get(waiter.id);
    if (queue === undefined) this.queues.set(waiter.id, [waiter]);
    else queue.push(waiter);
    if (waiter.holder !== 0n) this.waits.add(waiter.startTs, waiter.holder, waiter.key, waiter.tag);
  }

  private leave(waiter: Waiter): void {
    const queue = this.queues.get(waiter.id);
    if (queue !== undefined) {
      const at = queue.indexOf(waiter);
      if (at >= 0) queue.splice(at, 1);
      if (queue.length === 0) this.queues.delete(waiter.id);
    }
    if (waiter.holder !== 0n) this.waits.remove(waiter.startTs, waiter.holder);
  }

  /** Answers the waiters of the transaction for the keys, or for any key, with an error: it is being rolled back, or has given up. */
  cancel(startTs: bigint, error: KeyError, keys?: readonly Uint8Array[]): void {
    if (this.queues.size === 0) return;
    const queues =
      keys === undefined
        ? [...this.queues.values()]
        : keys.map((key) => this.queues.get(keyString(key))).filter((queue) => queue !== undefined);
    for (const queue of queues) {
      for (const waiter of [...queue]) {
        if (waiter.startTs !== startTs) continue;
        this.leave(waiter);
        if (waiter.timer !== null) clearTimeout(waiter.timer);
        waiter.fail(error);
      }
    }
  }

  /** Tries the waiters of the keys released since the last call. Retries may release and so extend the list: it is worked off in a loop. */
  wake(): void {
    if (this.woken.length === 0 || this.waking) return;
    this.waking = true;
    try {
      while (this.woken.length > 0) {
        const ids = this.woken;
        this.woken = [];
        for (const id of ids) this.wakeKey(id);
      }
    } finally {
      this.waking = false;
    }
  }

  private wakeKey(id: string): void {
    for (;;) {
      const queue = this.queues.get(id);
      if (queue === undefined) return;
      const lock = this.locks.get(id);
      if (lock !== undefined) {
        this.retarget(queue, lock);
        return;
      }
      if (this.kept.has(id)) return;
      const waiter = queue[0]!;
      this.leave(waiter);
      const result = waiter.attempt();
      if (result.kind === 'wait') {
        // It now waits for another key, behind those who are there already.
        const ring = this.ringError(waiter.startTs, result.lock.startTs, result.lock.key, waiter.tag);
        if (ring !== null) {
          if (waiter.timer !== null) clearTimeout(waiter.timer);
          waiter.fail(ring);
          continue;
        }
        waiter.id = result.lock.id;
        waiter.key = result.lock.key;
        waiter.holder = result.lock.startTs;
        this.enqueue(waiter);
        continue;
      }
      if (waiter.timer !== null) clearTimeout(waiter.timer);
      if (result.conflict && this.queues.has(id) && !this.locks.has(id)) this.keep(id, waiter.startTs);
    }
  }

  private keep(id: string, startTs: bigint): void {
    const timer = setTimeout(() => {
      this.endKeep(id);
      this.woken.push(id);
      this.section(() => this.wake());
    }, KEEP_MS);
    this.kept.set(id, { startTs, timer });
    this.shared?.locks.count(Buffer.from(id, 'latin1'), 1);
  }

  private endKeep(id: string): void {
    if (this.kept.delete(id)) this.shared?.locks.count(Buffer.from(id, 'latin1'), -1);
  }

  /** The key has a new holder: those still queued wait for it. One for whom that closes a ring fails. */
  private retarget(queue: Waiter[], lock: Lock): void {
    for (const waiter of [...queue]) {
      if (waiter.holder === lock.startTs) continue;
      if (waiter.holder !== 0n) this.waits.remove(waiter.startTs, waiter.holder);
      waiter.holder = 0n;
      const ring = this.ringError(waiter.startTs, lock.startTs, waiter.key, waiter.tag);
      if (ring === null) {
        waiter.holder = lock.startTs;
        this.waits.add(waiter.startTs, lock.startTs, waiter.key, waiter.tag);
        continue;
      }
      this.leave(waiter);
      if (waiter.timer !== null) clearTimeout(waiter.timer);
      waiter.fail(ring);
    }
  }

  /** A lock was taken on a key that others queue for (it was free between two of them). */
  taken(lock: Lock): void {
    if (this.queues.size === 0) return;
    const queue = this.queues.get(lock.id);
    if (queue !== undefined) this.retarget(queue, lock);
  }

  close(): void {
    for (const entry of this.kept.values()) clearTimeout(entry.timer);
    for (const queue of [...this.queues.values()]) {
      for (const waiter of queue) {
        if (waiter.timer !== null) clearTimeout(waiter.timer);
        waiter.fail({ kind: 'abort', message: 'the store is closing' });
      }
    }
    this.queues.clear();
    this.kept.clear();
  }
}
