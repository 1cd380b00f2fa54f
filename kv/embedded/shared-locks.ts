/**
 * Pessimistic locks that threads take without asking the store's thread, in memory that all of them share.
 *
 * A key has a slot, by its hash. `owners[slot]` names the one transaction that holds a lock there by itself: its token (12 bits) and
 * a second hash of the key (20 bits); 0 = nobody. `counts[slot]` says how many locks of the slot's keys the store's own table holds
 * (lock-table.ts). A thread may take a slot only when both are 0; the store's thread may take a key only after it has looked at
 * the owner. What a token stands for (start ts, primary, TTL) is in its record, so that the store can make a proper lock of a slot when
 * it needs one there. Either it takes the lock over (`adopt`), to change or to commit it; or it only notes in its table who holds the
 * key (`holder`), to have others wait: the lock stays the thread's, which releases it with its commit as ever, sees by the count that
 * the store's table has it too, and tells of the release (`SharedWord.releases`). The other way round the store gives
 * a lock that a thread's transaction has waited for to its token (`give`).
 *
 * As long as a lock stands in the store's table, no thread but its holder's has a word in its slot for longer than a look: the
 * count forbids it, and is looked at before a word is put there and after. So a slot that has no word of the lock's transaction says
 * that it was released.
 *
 * Who comes first is settled by the section of `committing` (shared-layers.ts), within which the store's thread does all that looks
 * at locks, and every thread its commits: a thread puts its word into the slot, waits until no section is under way that may have
 * begun before, and only then looks at the count and at the newest version. So either the section saw the word, or the thread sees
 * what the section did.
 *
 * Two keys of one slot and one second hash are taken for the same key: 38 bits say that this does not happen, and if it did, a
 * transaction would wait for nothing or be told that it lost a lock; none would hold a lock that another holds.
 */
const SLOTS = 1 << 18;
const TOKENS = 1 << 12;
const CHECK_BITS = 20;
const CHECK_MASK = (1 << CHECK_BITS) - 1;
/** Longer primaries are left to the store's own table. */
export const MAX_SHARED_PRIMARY = 64;

/** Words of a token's record: state, locks held, TTL, length of the primary, then the primary. The start ts is apart. */
const RECORD_WORDS = 4 + MAX_SHARED_PRIMARY / 4;
const STATE = 0;
const HELD = 1;
const TTL = 2;
const PRIMARY_LENGTH = 3;

export interface SharedLock {
  readonly startTs: bigint;
  readonly primary: Uint8Array;
  readonly ttl: number;
}

export class SharedLocks {
  private readonly owners: Int32Array;
  private readonly counts: Int32Array;
  private readonly records: Int32Array;
  private readonly recordBytes: Uint8Array;
  private readonly startTimes: BigUint64Array;
  /** Where the search for a free token goes on. */
  private next = 1;

  constructor(readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(SharedLocks.bytes)) {
    let at = 0;
    const words = (n: number): Int32Array => {
      const array = new Int32Array(buffer, at, n);
      at += n * 4;
      return array;
    };
    this.startTimes = new BigUint64Array(buffer, at, TOKENS);
    at += TOKENS * 8;
    this.owners = words(SLOTS);
    this.counts = words(SLOTS);
    this.records = words(TOKENS * RECORD_WORDS);
    this.recordBytes = new Uint8Array(buffer);
  }

  private static get bytes(): number {
    return TOKENS * 8 + (2 * SLOTS + TOKENS * RECORD_WORDS) * 4;
  }

  /** The slot of a key, and in `check` its second hash. */
  private slotOf(key: Uint8Array): number {
    let a = 0x811c9dc5;
    let b = key.length;
    for (let i = 0; i < key.length; i++) {
      a = Math.imul(a ^ key[i]!, 0x01000193);
      b = Math.imul(b, 0x85ebca6b) + key[i]!;
      b ^= b >>> 15;
    }
    a ^= a >>> 15;
    a = Math.imul(a, 0x2c1b3c6d);
    this.check = (b ^ (b >>> 12)) & CHECK_MASK;
    return (a ^ (a >>> 13)) & (SLOTS - 1);
  }

  private check = 0;

  /** A token for a thread (1, 2, …), or 0 when all are taken. */
  allocate(thread: number): number {
    for (let n = 1; n < TOKENS; n++) {
      const token = this.next;
      this.next = token + 1 === TOKENS ? 1 : token + 1;
      if (Atomics.compareExchange(this.records, token * RECORD_WORDS + STATE, 0, thread) === 0) return token;
    }
    return 0;
  }

  /** Says what the token stands for; it must hold nothing. */
  describe(token: number, startTs: bigint, primary: Uint8Array): void {
    const at = token * RECORD_WORDS;
    this.startTimes[token] = startTs;
    this.records[at + TTL] = 0;
    this.records[at + PRIMARY_LENGTH] = primary.length;
    this.recordBytes.set(primary, this.primaryAt(token));
  }

  /** The token may be used for another transaction: it must hold nothing. */
  free(token: number): void {
    Atomics.store(this.records, token * RECORD_WORDS + STATE, 0);
  }

  held(token: number): number {
    return Atomics.load(this.records, token * RECORD_WORDS + HELD);
  }

  extend(token: number, ttl: number): void {
    const at = token * RECORD_WORDS + TTL;
    if (this.records[at]! < ttl) Atomics.store(this.records, at, ttl);
  }

  hasPrimary(token: number, primary: Uint8Array): boolean {
    if (this.records[token * RECORD_WORDS + PRIMARY_LENGTH]! !== primary.length) return false;
    const at = this.primaryAt(token);
    for (let i = 0; i < primary.length; i++) if (this.recordBytes[at + i] !== primary[i]) return false;
    return true;
  }

  private primaryAt(token: number): number {
    return this.records.byteOffset + (token * RECORD_WORDS + 4) * 4;
  }

  /** The token stays its transaction's although it may hold nothing yet: the store has been asked for a lock. */
  pin(token: number): void {
    Atomics.add(this.records, token * RECORD_WORDS + HELD, 1);
  }

  unpin(token: number): void {
    Atomics.sub(this.records, token * RECORD_WORDS + HELD, 1);
  }

  /** A thread: puts its word into the key's slot; false when somebody's is there. `isAlone` must follow. */
  claim(token: number, key: Uint8Array): boolean {
    const slot = this.slotOf(key);
    const word = (token << CHECK_BITS) | this.check;
    if (Atomics.load(this.counts, slot) !== 0) return false;
    if (Atomics.compareExchange(this.owners, slot, 0, word) !== 0) return false;
    Atomics.add(this.records, token * RECORD_WORDS + HELD, 1);
    return true;
  }

  /** After `claim` and the wait for sections: whether the store's table holds no lock in the key's slot. */
  isAlone(key: Uint8Array): boolean {
    return Atomics.load(this.counts, this.slotOf(key)) === 0;
  }

  /** Whose the key is: the token of the thread's transaction that has it, else -1 where the store's table holds a lock in its slot, else 0. */
  holderOf(key: Uint8Array): number {
    const slot = this.slotOf(key);
    const word = Atomics.load(this.owners, slot);
    if (word !== 0 && (word & CHECK_MASK) === this.check) return word >>> CHECK_BITS;
    return Atomics.load(this.counts, slot) !== 0 ? -1 : 0;
  }

  /** Takes the word out of the slot again; false when the store has adopted the lock, or it never was there. */
  release(token: number, key: Uint8Array): boolean {
    const slot = this.slotOf(key);
    const word = (token << CHECK_BITS) | this.check;
    if (Atomics.compareExchange(this.owners, slot, word, 0) !== word) return false;
    Atomics.sub(this.records, token * RECORD_WORDS + HELD, 1);
    // After the word: the store counts the lock before it looks whether the word is there.
    if (Atomics.load(this.counts, slot) !== 0) this.mustTell = true;
    return true;
  }

  /** Whether a release since this was last set to false was of a lock that the store's table has too, and must hear of. */
  mustTell = false;

  /** The store's thread: whether a thread's transaction has the key. */
  isHeld(key: Uint8Array): boolean {
    const word = Atomics.load(this.owners, this.slotOf(key));
    return word !== 0 && (word & CHECK_MASK) === this.check;
  }

  /** The store's thread: start timestamp of the thread's transaction that has the key; 0n for none. */
  holderStart(key: Uint8Array): bigint {
    const word = Atomics.load(this.owners, this.slotOf(key));
    return word !== 0 && (word & CHECK_MASK) === this.check
      ? Atomics.load(this.startTimes, word >>> CHECK_BITS)
      : 0n;
  }

  /** The store's thread: who has the key, with whom the lock stays; null for nobody. It may be released meanwhile. */
  holder(key: Uint8Array): SharedLock | null {
    for (;;) {
      const startTs = this.holderStart(key);
      if (startTs === 0n) return null;
      const lock = this.recordOf(Atomics.load(this.owners, this.slotOf(key)) >>> CHECK_BITS);
      // The same transaction before and after: what was read between is its own.
      if (lock.startTs === startTs && this.holderStart(key) === startTs) return lock;
    }
  }

  /** The store's thread, within a section: the key is the token's from now on; false where another key has the slot. */
  give(token: number, key: Uint8Array, ttl: number): boolean {
    const slot = this.slotOf(key);
    const word = (token << CHECK_BITS) | this.check;
    const before = Atomics.compareExchange(this.owners, slot, 0, word);
    if (before !== 0) return before === word;
    Atomics.add(this.records, token * RECORD_WORDS + HELD, 1);
    this.extend(token, ttl);
    return true;
  }

  /** The store's thread, within a section: the lock that a thread holds on the key, which is the caller's from now on; null for none. */
  adopt(key: Uint8Array): SharedLock | null {
    const slot = this.slotOf(key);
    const word = Atomics.load(this.owners, slot);
    if (word === 0 || (word & CHECK_MASK) !== this.check) return null;
    if (Atomics.compareExchange(this.owners, slot, word, 0) !== word) return null;
    const token = word >>> CHECK_BITS;
    const lock = this.recordOf(token);
    // Until here the token could not be given to another transaction.
    Atomics.sub(this.records, token * RECORD_WORDS + HELD, 1);
    return lock;
  }

  private recordOf(token: number): SharedLock {
    const at = token * RECORD_WORDS;
    const primaryAt = this.primaryAt(token);
    return {
      startTs: this.startTimes[token]!,
      primary: this.recordBytes.slice(primaryAt, primaryAt + this.records[at + PRIMARY_LENGTH]!),
      ttl: this.records[at + TTL]!,
    };
  }

  /** The store's thread: its table has one lock more (1) or less (-1) on the key. */
  count(key: Uint8Array, n: number): void {
    Atomics.add(this.counts, this.slotOf(key), n);
  }

  /** The store's thread: every lock is lost to its holder. */
  releaseAll(): void {
    this.releaseIf(() => true);
  }

  /** Frees what a thread that has ended held. */
  releaseThread(thread: number): void {
    const gone = new Set<number>();
    for (let token = 1; token < TOKENS; token++)
      if (Atomics.load(this.records, token * RECORD_WORDS + STATE) === thread) gone.add(token);
    if (gone.size === 0) return;
    this.releaseIf((token) => gone.has(token));
    for (const token of gone) {
      // It may have ended between a word in a slot and its being counted.
      Atomics.store(this.records, token * RECORD_WORDS + HELD, 0);
      this.free(token);
    }
  }

  /** Start timestamps of the transactions that a thread has tokens for. */
  transactionsOf(thread: number): bigint[] {
    const out: bigint[] = [];
    for (let token = 1; token < TOKENS; token++)
      if (Atomics.load(this.records, token * RECORD_WORDS + STATE) === thread)
        out.push(this.startTimes[token]!);
    return out;
  }

  private releaseIf(chosen: (token: number) => boolean): void {
    for (let slot = 0; slot < SLOTS; slot++) {
      const word = this.owners[slot]!;
      if (word === 0 || !chosen(word >>> CHECK_BITS)) continue;
      if (Atomics.compareExchange(this.owners, slot, word, 0) === word)
        Atomics.sub(this.records, (word >>> CHECK_BITS) * RECORD_WORDS + HELD, 1);
    }
  }
}
