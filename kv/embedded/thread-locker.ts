import { copyOf } from '../codec/byte-writer.js';
import type {
  Mutation,
  PessimisticLockRequest,
  PessimisticLockResponse,
  PessimisticRollbackRequest,
} from '../rpc.js';
import { VersionKind } from './record.js';
import { type SharedState, SharedWord } from './shared-layers.js';
import { MAX_SHARED_PRIMARY, type SharedLocks } from './shared-locks.js';
import { MAX_UINT32, highHalf, lowHalf } from './timestamp.js';
import type { VersionReader } from './version-reader.js';

/** Requests for more keys go to the store: bulk statements would fill the slots. */
const MAX_KEYS = 16;

/**
 * Takes and releases pessimistic locks in a thread other than the store's, as long as nothing is in the way; what is, or anything
 * unusual, is left to the store's thread, which sees these locks too (shared-locks.ts).
 */
export class ThreadLocker {
  /** Tokens of transactions. */
  private readonly tokens = new Map<bigint, number>();

  constructor(
    private readonly shared: SharedLocks,
    private readonly state: SharedState,
    private readonly versions: VersionReader,
    private readonly thread: number,
  ) {}

  /** The answer to a request whose keys are all free and unchanged; null when the store must be asked. */
  lock(req: PessimisticLockRequest): PessimisticLockResponse | null {
    const { mutations } = req;
    if (mutations.length > MAX_KEYS || req.lockOnlyIfExists === true) return null;
    const token = this.tokenOf(req);
    if (token === 0) return null;
    const { shared } = this;
    let claimed = 0;
    while (claimed < mutations.length && shared.claim(token, mutations[claimed]!.key)) claimed++;
    if (claimed === mutations.length) {
      this.state.awaitSection();
      const answer = this.examine(req);
      if (answer !== null) {
        shared.extend(token, req.lockTtl);
        return answer;
      }
    }
    for (let i = 0; i < claimed; i++) shared.release(token, mutations[i]!.key);
    return null;
  }

  /**
   * Prepares for asking the store: the request with what it can give the locks to (shared-locks.ts), so that they are the transaction's
   * own then as if they had been taken here. `answered` must follow.
   */
  asked(req: PessimisticLockRequest): PessimisticLockRequest {
    if (req.mutations.length > MAX_KEYS || req.lockOnlyIfExists === true) return req;
    const token = this.tokenOf(req);
    if (token === 0) return req;
    this.shared.pin(token);
    return { ...req, token };
  }

  answered(req: PessimisticLockRequest): void {
    if (req.token === undefined) return;
    this.shared.unpin(req.token);
    this.freeUnused(req.startVersion, req.token);
  }

  /** Releases the transaction's locks that are held here; gives the keys of those that are not. */
  release(req: PessimisticRollbackRequest): readonly Uint8Array[] {
    const token = this.tokens.get(req.startVersion);
    if (token === undefined) return req.keys;
    const rest = req.keys.filter((key) => !this.shared.release(token, key));
    this.freeUnused(req.startVersion, token);
    return rest;
  }

  /** What stands for the transaction's locks here; 0 where it has none. */
  tokenFor(startTs: bigint): number {
    return this.tokens.get(startTs) ?? 0;
  }

  /** The transaction has ended, or part of it: a token that stands for no locks any more is given back. */
  forget(startTs: bigint): void {
    const token = this.tokens.get(startTs);
    if (token !== undefined) this.freeUnused(startTs, token);
  }

  private tokenOf(req: PessimisticLockRequest): number {
    const { shared, tokens } = this;
    const primary = req.primaryLock;
    let token = tokens.get(req.startVersion);
    if (token === undefined) {
      if (primary.length > MAX_SHARED_PRIMARY) return 0;
      token = shared.allocate(this.thread);
      if (token === 0) return 0;
      tokens.set(req.startVersion, token);
      shared.describe(token, req.startVersion, primary);
      return token;
    }
    if (shared.hasPrimary(token, primary)) return token;
    // The first lock was not got, and the transaction has chosen another primary.
    if (shared.held(token) !== 0 || primary.length > MAX_SHARED_PRIMARY) return 0;
    shared.describe(token, req.startVersion, primary);
    return token;
  }

  private freeUnused(startTs: bigint, token: number): boolean {
    if (this.shared.held(token) !== 0) return false;
    this.tokens.delete(startTs);
    this.shared.free(token);
    return true;
  }

  /** See PessimisticLocks.tryLock: the keys are ours when nothing of what it looks for is there. */
  private examine(req: PessimisticLockRequest): PessimisticLockResponse | null {
    const hi = highHalf(req.forUpdateTs);
    const lo = lowHalf(req.forUpdateTs);
    if (this.state.newestMark >= req.startVersion) return null;
    if (Atomics.load(this.state.words, SharedWord.reserved) !== 0) return null;
    const { versions, shared } = this;
    const withValues = req.returnValues === true;
    const withFounds = withValues || req.checkExistence === true;
    const values: (Uint8Array | null)[] = [];
    const notFounds: boolean[] = [];
    for (const { key, assertion } of req.mutations as readonly Mutation[]) {
      if (!shared.isAlone(key)) return null;
      const found = versions.visible(key, 0, key.length, MAX_UINT32, MAX_UINT32);
      if (found && (versions.commitHi > hi || (versions.commitHi === hi && versions.commitLo > lo)))
        return null;
      const exists = found && versions.kind === VersionKind.put;
      if (exists && assertion === 'notExist') return null;
      if (withValues) values.push(exists ? copyOf(versions.buffer, versions.start, versions.end) : null);
      if (withFounds) notFounds.push(!exists);
    }
    return { errors: [], ...(withValues && { values }), ...(withFounds && { notFounds }) };
  }
}
