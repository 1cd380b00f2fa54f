import type { Mutation, PrewriteRequest, PrewriteResponse } from '../rpc.js';
import { WAL_LIMIT } from './checkpoint.js';
import { CommitDraft } from './commit-draft.js';
import { CommitPath } from './commit-path.js';
import type { CommitRingWriter } from './commit-ring.js';
import { type Memtable, MemtableList } from './memtable.js';
import { VersionKind } from './record.js';
import { type SharedState, SharedWord } from './shared-layers.js';
import type { SharedLocks } from './shared-locks.js';
import { MAX_UINT32, highHalf, lowHalf } from './timestamp.js';
import type { SharedCounter } from './tso.js';
import type { VersionReader } from './version-reader.js';
import type { Durability, Wal } from './wal.js';

/** What a thread that commits by itself works on. */
export interface CommitParts {
  readonly state: SharedState;
  readonly versions: VersionReader & { readonly active: Memtable };
  readonly locks: SharedLocks;
  readonly counter: SharedCounter;
  readonly wal: Wal;
  readonly ring: CommitRingWriter;
  readonly durability: Durability;
}

/**
 * Commits transactions of one phase in a thread other than the store's: within a section (shared-layers.ts) it looks whether anything is
 * in the way, puts the versions into the active memtable and the record into the log. Whatever is in the way or out of the
 * ordinary - a lock in the store's own table, a newer version, a mark, no room - is left to the store's thread, which does the same
 * from the start (Percolator.prewrite) and knows what to answer.
 */
export class ThreadCommitter {
  private readonly draft = new CommitDraft();
  private readonly seen: Seen[] = [];

  constructor(private readonly parts: CommitParts) {}

  /**
   * The answer, once it is as durable as asked; null when the store must be asked. `token` stands for the transaction's
   * pessimistic locks (thread-locker.ts), 0 where it has none here; they are released with the commit.
   */
  prewrite(req: PrewriteRequest, token: number): PrewriteResponse | Promise<PrewriteResponse> | null {
    const { state, wal, versions } = this.parts;
    if (req.tryOnePc !== true || wal.failed !== null) return null;
    const generation = versions.generation;
    if (!this.draft.prepare(req.mutations, req.startVersion, versions.active)) return null;
    if (!this.look(req)) return null;
    let commitTs: bigint | null;
    state.beginCommit(true);
    try {
      commitTs = this.commit(req, token, generation);
    } finally {
      state.endCommit();
    }
    if (commitTs === null) return null;
    return this.answer({ errors: [], minCommitTs: 0n, onePcCommitTs: commitTs }, req.durability);
  }

  private answer(
    response: PrewriteResponse,
    asked: Durability | undefined,
  ): PrewriteResponse | Promise<PrewriteResponse> {
    const { wal } = this.parts;
    const durability = asked ?? this.parts.durability;
    // The store's thread writes and syncs what nobody waits for.
    if (durability === 0) return response;
    return new Promise((resolve, reject) => {
      wal.whenDurable(durability, () => {
        if (wal.failed === null) resolve(response);
        else reject(wal.failed);
      });
    });
  }

  /** Before the section: what is committed of the keys, so that it only has to see that this is still so. */
  private look(req: PrewriteRequest): boolean {
    const { mutations } = req;
    const below = this.mayConflictBelow(req);
    for (let i = 0; i < mutations.length; i++) {
      const m = mutations[i]!;
      if (CommitPath.checkSize(m.key, m.value) !== null) return false;
      if (!isBlind(m, req.pessimisticActions?.[i], req))
        this.lookAt(m, req, below, (this.seen[i] ??= newSeen()));
    }
    return true;
  }

  /** Whether what is not in the active memtable may have been committed since the transaction began. */
  private mayConflictBelow(req: PrewriteRequest): boolean {
    return this.parts.state.newestBelow >= req.startVersion;
  }

  private lookAt(m: Mutation, req: PrewriteRequest, below: boolean, into: Seen): void {
    const { versions } = this.parts;
    const { active } = versions;
    const { key } = m;
    const version = active.newestOf(MemtableList.data, key);
    into.version = version;
    into.whole = below || asksWhetherExists(m, req);
    if (into.whole) {
      into.found = versions.visible(key, 0, key.length, MAX_UINT32, MAX_UINT32);
      into.exists = into.found && versions.kind === VersionKind.put;
      into.commitHi = versions.commitHi;
      into.commitLo = versions.commitLo;
      return;
    }
    into.found = version !== 0;
    if (!into.found) return;
    into.exists = active.kindOf(version) === VersionKind.put;
    into.commitHi = active.commitHi(version);
    into.commitLo = active.commitLo(version);
  }

  /** Within a section: the commit timestamp, or null when nothing was done. */
  private commit(req: PrewriteRequest, token: number, generation: number): bigint | null {
    const { state, versions, locks, counter, wal, ring } = this.parts;
    const { draft } = this;
    if (Atomics.load(state.words, SharedWord.persistentLocks) !== 0) return null;
    if (Atomics.load(state.words, SharedWord.reserved) !== 0) return null;
    if (state.newestMark >= req.startVersion) return null;
    const { mutations } = req;
    const same = versions.generation === generation;
    const below = this.mayConflictBelow(req);
    // The present layers: they were asked for within this section.
    const { active } = versions;
    for (let i = 0; i < mutations.length; i++) {
      const m = mutations[i]!;
      const action = req.pessimisticActions?.[i];
      const seen = isBlind(m, action, req) ? null : this.seen[i]!;
      if (seen !== null) {
        const changed = !same || (below && !seen.whole);
        if (changed || active.newestOf(MemtableList.data, m.key) !== seen.version)
          this.lookAt(m, req, below, seen);
      }
      if (!this.isFree(req, m, seen, action, token)) return null;
    }
    if (!active.fits(draft.room) || !wal.fits(draft.room) || wal.segmentBytes > WAL_LIMIT) return null;
    state.beginApply();
    const commitTs = this.freshCommitTs(req, counter);
    if (commitTs === null) return null;
    const commitHi = highHalf(commitTs);
    const commitLo = lowHalf(commitTs);
    const startHi = highHalf(req.startVersion);
    const startLo = lowHalf(req.startVersion);
    const { writes } = draft;
    for (let i = 0; i < writes.length; i++) {
      const { key, kind, value } = writes[i]!;
      const path = draft.pathOf(i, active);
      active.insert(MemtableList.data, key, kind, commitHi, commitLo, startHi, startLo, value, path);
    }
    draft.log(wal, commitTs);
    ring.committed(commitTs, draft.keys);
    if (token !== 0) for (const { key } of mutations) locks.release(token, key);
    Atomics.add(state.words, SharedWord.threadCommits, 1);
    return commitTs;
  }

  /** Whether Percolator.checkMutation would find nothing in the way. */
  private isFree(
    req: PrewriteRequest,
    m: Mutation,
    seen: Seen | null,
    action: PessimisticAction | undefined,
    token: number,
  ): boolean {
    const owner = this.parts.locks.holderOf(m.key);
    const own = owner !== 0 && owner === token;
    if (owner !== 0 && !own) return false;
    if (action === 'doPessimisticCheck' && !own) return false;
    if (seen === null) return true;
    if (!own && action !== 'skipPessimisticCheck' && seen.found) {
      const startHi = highHalf(req.startVersion);
      if (seen.commitHi > startHi) return false;
      if (seen.commitHi === startHi && seen.commitLo >= lowHalf(req.startVersion)) return false;
    }
    if (!asksWhetherExists(m, req)) return true;
    if (isNew(m) && seen.exists) return false;
    return m.assertion !== (seen.exists ? 'notExist' : 'exist');
  }

  private freshCommitTs(req: PrewriteRequest, counter: SharedCounter): bigint | null {
    if (req.minCommitTs !== undefined) counter.advanceBeyond(req.minCommitTs);
    counter.advanceBeyond(req.startVersion);
    if (req.forUpdateTs !== undefined) counter.advanceBeyond(req.forUpdateTs);
    const ts = counter.take(1);
    if (ts === null) return null;
    return req.maxCommitTs === undefined || req.maxCommitTs === 0n || ts <= req.maxCommitTs ? ts : null;
  }
}

type PessimisticAction = 'skipPessimisticCheck' | 'doPessimisticCheck' | 'doConstraintCheck';

/**
 * Whether what is committed of the key does not matter: the transaction holds a lock on it, or on the row that it belongs to, and
 * neither presumes nor asserts anything.
 */
function isBlind(m: Mutation, action: PessimisticAction | undefined, req: PrewriteRequest): boolean {
  if (action === undefined || action === 'doConstraintCheck') return false;
  return (m.op === 'put' || m.op === 'del') && !asksWhetherExists(m, req);
}

const isNew = ({ op }: Mutation): boolean => op === 'insert' || op === 'checkNotExists';

/** Whether the commit depends on there being a value of the key, not only on who wrote it: assertions of `fast` are worth no look. */
function asksWhetherExists(m: Mutation, { assertionLevel }: PrewriteRequest): boolean {
  return isNew(m) || (assertionLevel === 'strict' && m.assertion !== undefined && m.assertion !== 'none');
}

/**
 * What is committed of a key, and its newest version in the active memtable when that was looked up. Unless it is the `whole`, what is
 * below the active memtable is left out: all of it was committed before the transaction began.
 */
interface Seen {
  version: number;
  whole: boolean;
  found: boolean;
  exists: boolean;
  commitHi: number;
  commitLo: number;
}

const newSeen = (): Seen => ({
  version: 0,
  whole: false,
  found: false,
  exists: false,
  commitHi: 0,
  commitLo: 0,
});
