import { mysqlError } from '../../types/error-table.js';
import type { Awaitable } from '../../types/awaitable.js';
import type {
  AssertionLevel,
  CommitCheck,
  IterateOptions,
  KvIterator,
  LocalKeys,
  LockOptions,
  PutFlags,
  Snapshot,
  Transaction,
  TxnOptions,
} from '../storage.js';
import { KeyExistsError } from '../storage.js';
import { NOT_ACTIVE, type ActiveReader } from './active-timestamps.js';
import type { RpcContext } from '../rpc.js';
import type { ClientContext } from './client-context.js';
import { Committer } from './committer.js';
import { ForcedLocks } from './forced-locks.js';
import { GatheredWrites } from './gathered-writes.js';
import { TxnMemBuffer } from './mem-buffer.js';
import { KeyFlag } from './write-entry.js';
import { PessimisticLocker } from './pessimistic-locker.js';
import type { RegionRoute } from './router.js';
import { KvSnapshot } from './snapshot.js';
import { UnionIterator } from './union-iterator.js';

/** innodb_lock_wait_timeout's default. */
const DEFAULT_LOCK_WAIT = 50_000;

const keyFlags = ({ presumeNotExists, assertion }: PutFlags): number =>
  (presumeNotExists === true ? KeyFlag.PresumeNotExists : 0) |
  (assertion === undefined ? 0 : assertion === 'exist' ? KeyFlag.AssertExist : KeyFlag.AssertNotExist);

/** A transaction over any store. Registered as active from begin to commit or rollback. */
export class KvTransaction implements Transaction, ActiveReader {
  place = NOT_ACTIVE;
  readonly pessimistic: boolean;
  readonly memBuffer = new TxnMemBuffer();
  gathered: GatheredWrites | null = null;
  snapshot: Snapshot;
  local: LocalKeys | null = null;
  readonly ts: bigint;
  forUpdateTs: bigint;
  valid = true;
  givesWayToLocks = false;
  /** First key locked, whose state is the transaction's. */
  primary: Uint8Array | null = null;
  /** The primary once it is locked in the store. */
  heartbeatKey: Uint8Array | null = null;
  /** How many keys hold our pessimistic lock: those with the flag in the membuffer. */
  locks = 0;
  lockWaitTimeoutMs: number;
  waitingSince = 0;
  readonly durability: 0 | 1 | 2 | undefined;
  /** How a cluster may commit it. */
  readonly onePhase: boolean;
  readonly asyncCommit: boolean;
  readonly assertionLevel: AssertionLevel;
  /** Where the store is asked for such. */
  readonly forcedLocks: ForcedLocks | null;
  private readonly entrySizeLimit: number;
  /** performance.now() at begin: what lock lives are counted from. */
  readonly beganAt = performance.now();
  beforeCommit: CommitCheck[] | null = null;
  private readonly locker: PessimisticLocker | null;
  private readonly whenAlmostFull: boolean;

  constructor(
    private readonly client: ClientContext,
    readonly startTs: bigint,
    options?: TxnOptions,
  ) {
    this.ts = startTs;
    this.forUpdateTs = startTs;
    this.pessimistic = options?.pessimistic === true;
    this.lockWaitTimeoutMs = options?.lockWaitTimeoutMs ?? DEFAULT_LOCK_WAIT;
    this.durability = options?.durability;
    this.onePhase = client.router.whole !== null || options?.onePhase !== false;
    this.asyncCommit = options?.asyncCommit !== false;
    this.assertionLevel = options?.assertionLevel ?? 'off';
    this.entrySizeLimit = options?.entrySizeLimit || client.options.txnEntrySizeLimit;
    this.whenAlmostFull = client.router.whole === null && options?.whenAlmostFull === true;
    const forces = this.pessimistic && client.router.whole === null && options?.fairLocking === true;
    this.forcedLocks = forces ? new ForcedLocks() : null;
    this.snapshot = new KvSnapshot(client, startTs);
    this.locker = this.pessimistic ? new PessimisticLocker(client, this) : null;
    client.active.add(this);
  }

  /** Of a request that writes. */
  contextOf({ context }: RegionRoute): RpcContext {
    return this.whenAlmostFull ? { ...context, whenAlmostFull: true } : context;
  }

  private check(): void {
    if (!this.valid) throw new Error('the transaction is finished');
  }

  get(key: Uint8Array): Awaitable<Uint8Array | null> {
    const own = this.memBuffer.get(key);
    return own !== undefined ? own : this.snapshot.get(key);
  }

  batchGet(keys: readonly Uint8Array[]): Awaitable<(Uint8Array | null)[]> {
    if (this.memBuffer.count === 0) return this.snapshot.batchGet(keys);
    const out = new Array<Uint8Array | null>(keys.length);
    const missing: number[] = [];
    for (let i = 0; i < keys.length; i++) {
      const own = this.memBuffer.get(keys[i]!);
      if (own === undefined) missing.push(i);
      else out[i] = own;
    }
    if (missing.length === 0) return out;
    const stored = this.snapshot.batchGet(missing.map((i) => keys[i]!));
    const fill = (values: (Uint8Array | null)[]): (Uint8Array | null)[] => {
      for (let i = 0; i < missing.length; i++) out[missing[i]!] = values[i]!;
      return out;
    };
    return stored instanceof Promise ? stored.then(fill) : fill(stored);
  }

  iterate(startKey: Uint8Array, endKey: Uint8Array, options?: IterateOptions): KvIterator {
    const stored = this.snapshot.iterate(startKey, endKey, options);
    return new UnionIterator(
      this.memBuffer,
      stored,
      startKey,
      endKey,
      options?.reverse === true,
      options?.beforeStage,
    );
  }

  set(key: Uint8Array, value: Uint8Array, flags?: PutFlags): void {
    const { txnTotalSizeLimit } = this.client.options;
    const { entrySizeLimit } = this;
    if (key.length + value.length > entrySizeLimit) {
      throw mysqlError('ER_ENTRY_TOO_LARGE', entrySizeLimit, key.length + value.length);
    }
    if (this.gathered !== null) {
      this.gathered.add(key, value, flags?.presumeNotExists === true);
      if (this.gathered.bytes > txnTotalSizeLimit) throw mysqlError('ER_TXN_TOO_LARGE', this.gathered.bytes);
      return;
    }
    this.memBuffer.put(key, value, flags === undefined ? 0 : keyFlags(flags));
    if (this.memBuffer.size > txnTotalSizeLimit) throw mysqlError('ER_TXN_TOO_LARGE', this.memBuffer.size);
  }

  gather(): void {
    if (this.pessimistic || this.memBuffer.entryCount > 0)
      throw new Error('only new transactions gather writes');
    this.gathered ??= new GatheredWrites();
  }

  /** What the transaction writes under a key; null for nothing. */
  written(key: Uint8Array): Uint8Array | null {
    return this.gathered?.valueOf(key) ?? this.memBuffer.get(key) ?? null;
  }

  get gathers(): boolean {
    return this.gathered !== null;
  }

  delete(key: Uint8Array, flags?: PutFlags): void {
    if (this.gathered !== null) throw new Error('gathered writes are of new keys');
    this.memBuffer.put(key, null, flags === undefined ? 0 : keyFlags(flags));
  }

  lockKeys(keys: readonly Uint8Array[], options?: LockOptions): Awaitable<(Uint8Array | null)[]> {
    this.check();
    if (this.local !== null && keys.some((k) => this.local!.has(k)))
      return this.lockLocal(this.local, keys, options);
    if (this.locker !== null) return this.locker.lock(keys, options);
    const presume = options?.presumeNotExists === true ? KeyFlag.PresumeNotExists : 0;
    for (const key of keys) {
      const own = this.memBuffer.entry(key);
      this.memBuffer.setFlags(
        key,
        KeyFlag.LockAtCommit | (own === undefined || own.value === undefined ? presume : 0),
      );
    }
    return options?.returnValues === true ? this.batchGet(keys) : [];
  }

  keepLocal(local: LocalKeys): void {
    if (this.local === local) return;
    this.local = local;
    this.snapshot = local.over(this.snapshot);
  }

  /** Nobody else has local keys: they are read at once, and the others are locked. */
  private async lockLocal(
    local: LocalKeys,
    keys: readonly Uint8Array[],
    options?: LockOptions,
  ): Promise<(Uint8Array | null)[]> {
    const others = keys.filter((k) => !local.has(k));
    const locked = others.length === 0 ? [] : await this.lockKeys(others, options);
    let at = 0;
    const values = keys.map((key) => {
      if (!local.has(key)) return locked[at++] ?? null;
      const own = this.memBuffer.get(key);
      const value = own === undefined ? local.get(key) : own;
      if (value !== null && options?.presumeNotExists === true) throw new KeyExistsError(key);
      return value;
    });
    return options?.returnValues === true || options?.skipLocked === true ? values : [];
  }

  releaseUnwanted(): Awaitable<void> {
    if (this.locker !== null) return this.locker.releaseUnwanted();
  }

  stage(): number {
    return this.memBuffer.stage();
  }

  releaseStage(id: number): Awaitable<void> {
    return this.memBuffer.release(id);
  }

  rollbackStage(id: number): Awaitable<void> {
    return this.memBuffer.rollback(id);
  }

  onBeforeCommit(check: CommitCheck): void {
    (this.beforeCommit ??= []).push(check);
  }

  commit(interruption?: () => AbortSignal): Awaitable<bigint> {
    this.check();
    const committed = new Committer(this.client, this, interruption).commit();
    const { local } = this;
    if (local === null) return committed;
    const absorbed = (ts: bigint): bigint => {
      local.absorb(this.memBuffer);
      return ts;
    };
    return committed instanceof Promise ? committed.then(absorbed) : absorbed(committed);
  }

  rollback(): Awaitable<void> {
    if (!this.valid) return;
    this.finish();
    return this.releaseLocks();
  }

  /** Ends the transaction for this process; what it left in the store is the caller's. */
  finish(): void {
    this.valid = false;
    this.client.active.delete(this);
  }

  releaseLocks(): Awaitable<void> {
    if (this.locker !== null) return this.locker.releaseAll();
  }
}
