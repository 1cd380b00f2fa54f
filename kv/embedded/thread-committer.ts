import type { Mutation, PrewriteRequest, PrewriteResponse } from '../rpc.js';
import { WAL_LIMIT } from './checkpoint.js';
import { CommitPath } from './commit-path.js';
import type { CommitRingWriter } from './commit-ring.js';
import { LogRecord, encodeTxn } from './log-records.js';
import { Memtable, MemtableList } from './memtable.js';
import { VersionKind } from './record.js';
import { type SharedState, SharedWord } from './shared-layers.js';
import type { SharedLocks } from './shared-locks.js';
import { MAX_UINT32, highHalf, lowHalf } from './timestamp.js';
import type { SharedCounter } from './tso.js';
import type { VersionReader } from './version-reader.js';
import type { VersionWrite } from './version-store.js';
import type { Durability, Wal } from './wal.js';

/** Larger transactions go to the store's thread, which makes room for them. */
const MAX_MUTATIONS = 256;
const MAX_BYTES = 128 << 10;

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
  constructor(private readonly parts: CommitParts) {}

  /**
   * The answer, once it is as durable as asked; null when the store must be asked. `token` stands for the transaction's
   * pessimistic locks (thread-locker.ts), 0 where it has none here; they are released with the commit.
   */
  prewrite(req: PrewriteRequest, token: number): PrewriteResponse | Promise<PrewriteResponse> | null {
    const { mutations } = req;
    if (req.tryOnePc !== true || mutations.length > MAX_MUTATIONS || this.parts.wal.failed !== null)
      return null;
    const writes = writesOf(mutations);
    if (writes === null) return null;
    const { state } = this.parts;
    let commitTs: bigint | null;
    state.beginCommit(true);
    try {
      commitTs = this.commit(req, writes, token);
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

  /** Within a section: the commit timestamp, or null when nothing was done. */
  private commit(req: PrewriteRequest, writes: readonly VersionWrite[], token: number): bigint | null {
    const { state, versions, locks, counter, wal, ring } = this.parts;
    if (Atomics.load(state.words, SharedWord.persistentLocks) !== 0) return null;
    if (state.newestMark >= req.startVersion) return null;
    const { mutations } = req;
    for (let i = 0; i < mutations.length; i++)
      if (!this.isFree(req, mutations[i]!, req.pessimisticActions?.[i], token)) return null;
    let room = 0;
    for (const write of writes) room += Memtable.entrySize(write.key.length, write.value?.length ?? 0);
    // `versions` are the present layers: it was asked within this section.
    const { active } = versions;
    if (!active.fits(room) || !wal.fits(room) || wal.segmentBytes > WAL_LIMIT) return null;
    state.beginApply();
    const commitTs = this.freshCommitTs(req, counter);
    if (commitTs === null) return null;
    const commitHi = highHalf(commitTs);
    const commitLo = lowHalf(commitTs);
    const startHi = highHalf(req.startVersion);
    const startLo = lowHalf(req.startVersion);
    for (const { key, kind, value } of writes)
      active.insert(MemtableList.data, key, kind, commitHi, commitLo, startHi, startLo, value);
    const out = wal.begin(LogRecord.txn);
    encodeTxn(out, req.startVersion, commitTs, writes);
    wal.commit();
    ring.committed(
      commitTs,
      writes.map((write) => write.key),
    );
    if (token !== 0) for (const { key } of mutations) locks.release(token, key);
    Atomics.add(state.words, SharedWord.threadCommits, 1);
    return commitTs;
  }

  /** Whether Percolator.checkMutation would find nothing in the way. */
  private isFree(
    req: PrewriteRequest,
    m: Mutation,
    action: 'skipPessimisticCheck' | 'doPessimisticCheck' | 'doConstraintCheck' | undefined,
    token: number,
  ): boolean {
    const { versions, locks } = this.parts;
    if (CommitPath.checkSize(m.key, m.value) !== null) return false;
    if (!locks.isAlone(m.key)) return false;
    const owner = locks.ownerOf(m.key);
    const own = owner !== 0 && owner === token;
    if (owner !== 0 && !own) return false;
    if (action === 'doPessimisticCheck' && !own) return false;
    const { key } = m;
    const found = versions.visible(key, 0, key.length, MAX_UINT32, MAX_UINT32);
    if (!own && action !== 'skipPessimisticCheck' && found) {
      const startHi = highHalf(req.startVersion);
      if (versions.commitHi > startHi) return false;
      if (versions.commitHi === startHi && versions.commitLo >= lowHalf(req.startVersion)) return false;
    }
    const exists = found && versions.kind === VersionKind.put;
    if (exists) return m.op !== 'insert' && m.op !== 'checkNotExists' && m.assertion !== 'notExist';
    return m.assertion !== 'exist';
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

/** What the mutations write; null when they are nothing for this thread. */
function writesOf(mutations: readonly Mutation[]): VersionWrite[] | null {
  const writes: VersionWrite[] = [];
  let bytes = 0;
  for (const { op, key, value } of mutations) {
    if (op === 'put' || op === 'insert') writes.push({ kind: VersionKind.put, key, value: value ?? EMPTY });
    else if (op === 'del') writes.push({ kind: VersionKind.del, key, value: undefined });
    else if (op !== 'checkNotExists') return null;
    bytes += key.length + (value?.length ?? 0);
  }
  return writes.length === 0 || bytes > MAX_BYTES ? null : writes;
}

const EMPTY = new Uint8Array(0);
