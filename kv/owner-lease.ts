import { prefixNext } from './codec/byte-writer.js';
import { decodeMetaHashKey, metaHashKey, metaHashPrefix } from './codec/meta-key.js';
import { isWriteConflict, type Storage, type Transaction } from './storage.js';

const HASH = Buffer.from('RutileOwner');

/** Who holds an office: `term` grows with each new holder and fences off the ones before. */
export interface Owner {
  readonly id: string;
  readonly term: number;
}

export interface OwnerLeaseOptions {
  /** Life of a lease without renewal. */
  readonly ttlMs?: number;
  /** This node became or ceased to be the owner. */
  readonly onChange?: (owner: boolean) => void;
  readonly onError?: (error: unknown) => void;
  /** Elapsed milliseconds; a test's clock. */
  readonly elapsed?: () => number;
}

/** The transaction that was to be fenced belongs to an owner that is none any more. */
export class NotOwnerError extends Error {
  constructor(name: string) {
    super(`this node is not the owner of ${name} any more`);
    this.name = 'NotOwnerError';
  }
}

const DEFAULT_TTL = 10_000;

/**
 * An office that one node of all those on a store holds at a time (the DDL owner, the GC owner), kept in the store itself.
 *
 * Two keys: `<name>/term` says who holds it, and changes with the holder only; `<name>/until` says how long, in milliseconds of the
 * store's timestamps (so that clocks of nodes do not matter), and is renewed. Taking over writes both, renewing writes the second:
 * so the two conflict and one of them fails.
 *
 * `held` is a hint: a node that was stopped for longer than the lease may believe itself owner for a moment. What must not
 * happen twice goes into a transaction passed to `fence`, whose commit fails when another node has taken over since it began.
 */
export class OwnerLease {
  private readonly termKey: Uint8Array;
  private readonly untilKey: Uint8Array;
  private readonly ttlMs: number;
  private readonly elapsed: () => number;
  private term = 0;
  /** Until when we hold it by our own clock: counted from before the request that renewed it. */
  private heldUntil = 0;
  private wasHeld = false;
  private timer: NodeJS.Timeout | null = null;
  private started = false;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly storage: Storage,
    readonly name: string,
    readonly nodeId: string,
    private readonly options: OwnerLeaseOptions = {},
  ) {
    this.termKey = metaHashKey(HASH, Buffer.from(`${name}/term`));
    this.untilKey = metaHashKey(HASH, Buffer.from(`${name}/until`));
    this.ttlMs = options.ttlMs ?? DEFAULT_TTL;
    this.elapsed = options.elapsed ?? ((): number => performance.now());
  }

  /** Whether this node is the owner, as far as it knows. */
  get held(): boolean {
    return this.term !== 0 && this.elapsed() < this.heldUntil;
  }

  /** Keeps campaigning and renewing in the background until `stop`. The first attempt is awaited. */
  async start(): Promise<void> {
    this.started = true;
    await this.campaign().catch((e: unknown) => this.options.onError?.(e));
    this.schedule();
  }

  /** One attempt to become the owner, or to stay it. Gives whether this node is the owner. */
  campaign(): Promise<boolean> {
    const attempt = this.running.then(() => this.attempt());
    this.running = attempt.catch(() => undefined);
    return attempt;
  }

  /** Gives the office up, so that others need not wait for the lease to end. */
  async resign(): Promise<void> {
    const resigned = this.running.then(() => this.giveUp());
    this.running = resigned.catch(() => undefined);
    await resigned;
  }

  /** Ends the background work and resigns. */
  async stop(): Promise<void> {
    this.started = false;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.resign().catch((e: unknown) => this.options.onError?.(e));
  }

  /**
   * Ties a transaction to our ownership: it commits only if no other node took over before its commit. Throws NotOwnerError when
   * one has already; the commit throws a write conflict when one does later. Two fenced transactions of one owner
   * must not overlap: the later one conflicts.
   */
  async fence(txn: Transaction): Promise<void> {
    if (this.term === 0) throw new NotOwnerError(this.name);
    const [value] = await txn.lockKeys([this.termKey], { returnValues: true });
    const owner = decodeOwner(value ?? null);
    if (owner?.id !== this.nodeId || owner.term !== this.term) {
      this.lose();
      throw new NotOwnerError(this.name);
    }
  }

  /** The present holder, or null when the lease has ended or was given up. */
  async owner(): Promise<Owner | null> {
    const ts = await this.storage.currentTs();
    const [term, until] = await this.storage.snapshot(ts).batchGet([this.termKey, this.untilKey]);
    return decodeUntil(until ?? null) > physical(ts) ? decodeOwner(term ?? null) : null;
  }

  /** Ends all leases: for a store on which no node can be alive. */
  static async vacateAll(storage: Storage): Promise<void> {
    const txn = await storage.begin();
    const start = metaHashPrefix(HASH);
    const suffix = Buffer.from('/until');
    const held: Uint8Array[] = [];
    const entries = txn.iterate(start, prefixNext(start));
    for (let e = await entries.next(); e !== null; e = await entries.next()) {
      const field = decodeMetaHashKey(e.key)?.field;
      if (field === undefined || !Buffer.from(field).subarray(-suffix.length).equals(suffix)) continue;
      if (decodeUntil(e.value) !== 0) held.push(e.key);
    }
    entries.close();
    for (const key of held) txn.set(key, encode(0));
    await txn.commit();
  }

  private async attempt(): Promise<boolean> {
    const sentAt = this.elapsed();
    const txn = await this.storage.begin();
    try {
      const [termValue, untilValue] = await txn.batchGet([this.termKey, this.untilKey]);
      const present = decodeOwner(termValue ?? null);
      const now = physical(txn.startTs);
      const running = decodeUntil(untilValue ?? null) > now;
      const ours = present?.id === this.nodeId && present.term === this.term;
      if (!ours && running && present !== null) {
        await txn.rollback();
        this.lose();
        return false;
      }
      const term = ours ? this.term : (present?.term ?? 0) + 1;
      if (!ours) txn.set(this.termKey, encode({ id: this.nodeId, term }));
      txn.set(this.untilKey, encode(now + this.ttlMs));
      await txn.commit();
      this.term = term;
      this.heldUntil = sentAt + this.ttlMs;
      this.noteHeld();
      return true;
    } catch (e) {
      await Promise.resolve(txn.rollback()).catch(() => undefined);
      // Another node was faster.
      if (isConflict(e)) {
        if (!this.held) this.lose();
        return this.held;
      }
      this.noteHeld();
      throw e;
    }
  }

  private async giveUp(): Promise<void> {
    if (this.term === 0) return;
    const txn = await this.storage.begin();
    try {
      const present = decodeOwner(await txn.get(this.termKey));
      if (present?.id === this.nodeId && present.term === this.term) {
        // The term stays, so that the next one is greater.
        txn.set(this.termKey, encode({ id: '', term: this.term }));
        txn.set(this.untilKey, encode(0));
        await txn.commit();
      } else await txn.rollback();
    } catch (e) {
      await Promise.resolve(txn.rollback()).catch(() => undefined);
      if (!isConflict(e)) throw e;
    } finally {
      this.lose();
    }
  }

  private lose(): void {
    this.term = 0;
    this.noteHeld();
  }

  private noteHeld(): void {
    const held = this.held;
    if (held === this.wasHeld) return;
    this.wasHeld = held;
    this.options.onChange?.(held);
  }

  private schedule(): void {
    if (!this.started) return;
    this.timer = setTimeout(() => {
      this.campaign()
        .catch((e: unknown) => this.options.onError?.(e))
        .finally(() => this.schedule());
    }, this.ttlMs / 3);
    this.timer.unref();
  }
}

function isConflict(e: unknown): boolean {
  return isWriteConflict(e) || (e as { code?: unknown } | null)?.code === 8002;
}

const physical = (ts: bigint): number => Number(ts >> 18n);

const encode = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

function decodeOwner(bytes: Uint8Array | null): Owner | null {
  return bytes === null ? null : (JSON.parse(Buffer.from(bytes).toString()) as Owner);
}

function decodeUntil(bytes: Uint8Array | null): number {
  return bytes === null ? 0 : (JSON.parse(Buffer.from(bytes).toString()) as number);
}
