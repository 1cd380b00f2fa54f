import type { LoadCommit, LoadTransactions, KeyRange, Mutation } from '../rpc.js';
import { compareBytes } from '../codec/byte-writer.js';
import type { CommitPath } from './commit-path.js';
import { type Memtable, MemtableList } from './memtable.js';
import { PackedCursor } from './packed-cursor.js';
import { PackedStore } from './packed-store.js';
import { TreeCursor } from './page-tree.js';
import { VersionKind, compareRanges } from './record.js';
import { highHalf, joinHalves, lowHalf } from './timestamp.js';
import type { TimestampOracle } from './tso.js';
import type { VersionWrite } from './version-store.js';

interface Staged {
  readonly mark: bigint;
  readonly ranges: readonly KeyRange[];
}

/** Row of LMDB's table `loads`: bytes in hexadecimal, `commit` 0 as long as there is none. */
interface StoredLoad {
  readonly commit: string;
  readonly ranges: readonly (readonly [string, string])[];
}

const hex = (b: Uint8Array): string => Buffer.from(b.buffer, b.byteOffset, b.length).toString('hex');
const unhex = (s: string): Uint8Array => new Uint8Array(Buffer.from(s, 'hex'));

function keyOf(mark: bigint): Uint8Array {
  const key = Buffer.alloc(8);
  key.writeBigUInt64BE(mark);
  return key;
}

/** Marks a load as committed where it is stored; its ranges. Nothing where it has been forgotten since. */
export function settleStoredLoad(
  env: CommitPath['versions']['env'],
  mark: bigint,
  commitTs: bigint,
): KeyRange[] {
  const row = env.stagedLoads.get(keyOf(mark));
  if (row === undefined) return [];
  const stored = JSON.parse(Buffer.from(row).toString()) as StoredLoad;
  const settled: StoredLoad = { ...stored, commit: `${commitTs}` };
  env.write(() => void env.stagedLoads.put(keyOf(mark), Buffer.from(JSON.stringify(settled))));
  return rangesOf(stored);
}

const rangesOf = (stored: StoredLoad): KeyRange[] =>
  stored.ranges.map(([start, end]) => ({ startKey: unhex(start), endKey: unhex(end) }));

/**
 * Loads in bulk that are transactions of any size, into ranges of keys of which nothing is stored. Their entries go below all layers as packed
 * blocks that carry the load's mark for their commit; readers pass them over until the mark has a commit timestamp
 * (load-table.ts).
 *
 *  1. The load is noted in LMDB before its first block: whatever a crash leaves of it is found, and removed.
 *  2. The blocks are made durable by a checkpoint.
 *  3. In one section the load is committed, if nobody has written or locked any of its keys meanwhile: the log tells of it, so that a
 *     later commit that has read what was loaded is behind it. What is noted changes once the log is on disk: it would otherwise
 *     commit the load without the writes that go with it, which only the log has. A checkpoint that drops the log's record waits for it.
 */
export class StagedLoads implements LoadTransactions {
  private readonly loads = new Map<number, Staged>();
  private readonly packed: PackedStore;
  private nextId = 1;
  /** Commits whose loads are not noted as committed yet. */
  private settling: Promise<void> = Promise.resolve();

  constructor(
    private readonly path: CommitPath,
    private readonly tso: TimestampOracle,
    /** Other threads take locks and commit: a load could not tell. */
    private readonly shared: () => boolean,
  ) {
    this.packed = new PackedStore(path.versions.env);
    path.checkpointer.settled = () => this.settling;
  }

  /** After a start: removes what is left of loads that were not committed. */
  async recover(): Promise<void> {
    const { env } = this.path.versions;
    for (const { key, value } of [...env.stagedLoads.getRange()]) {
      const stored = JSON.parse(Buffer.from(value).toString()) as StoredLoad;
      const mark = Buffer.from(key).readBigUInt64BE();
      const commit = BigInt(stored.commit);
      env.loads.add(highHalf(mark), lowHalf(mark), highHalf(commit), lowHalf(commit));
      if (commit === 0n) await this.remove({ mark, ranges: rangesOf(stored) });
    }
  }

  begin(ranges: readonly KeyRange[]): { readonly id: number; readonly mark: bigint } | null {
    const { versions, locks } = this.path;
    const { env } = versions;
    if (this.shared() || env.loads.full) return null;
    return locks.section(() => {
      for (const { startKey, endKey } of ranges) {
        const next = versions.nextKey(startKey);
        if (next !== null && compareBytes(next, endKey) < 0) return null;
      }
      const mark = this.tso.next();
      const stored: StoredLoad = {
        commit: '0',
        ranges: ranges.map((r) => [hex(r.startKey), hex(r.endKey)] as const),
      };
      env.write(() => void env.stagedLoads.put(keyOf(mark), Buffer.from(JSON.stringify(stored))));
      env.loads.add(highHalf(mark), lowHalf(mark), 0, 0);
      const id = this.nextId++;
      this.loads.set(id, { mark, ranges });
      return { id, mark };
    });
  }

  write(id: number, blocks: readonly Uint8Array[]): void {
    this.staged(id);
    this.packed.append(blocks);
  }

  take(id: number, range: KeyRange): readonly Uint8Array[] {
    this.staged(id);
    return this.packed.take(range.startKey, range.endKey);
  }

  prepare(id: number): Promise<void> {
    this.staged(id);
    return this.path.checkpointer.persistLoaded();
  }

  commit(id: number, mutations: readonly Mutation[]): LoadCommit {
    const { mark, ranges } = this.staged(id);
    const { path } = this;
    const { env } = path.versions;
    const writes = mutations.map((m): VersionWrite => ({
      kind: VersionKind.put,
      key: m.key,
      value: m.value ?? NONE,
    }));
    return path.locks.section((): LoadCommit => {
      const conflict = this.conflict(ranges, writes);
      if (conflict !== null) return conflict;
      const commitTs = this.tso.next();
      env.loads.commit(highHalf(mark), lowHalf(mark), highHalf(commitTs), lowHalf(commitTs));
      this.loads.delete(id);
      path.commitLoad(mark, commitTs, writes);
      for (const { startKey, endKey } of ranges) path.listeners.rangeChanged(startKey, endKey);
      const durable = path.wal.sync().then(() => void settleStoredLoad(env, mark, commitTs));
      this.settling = Promise.allSettled([this.settling, durable]).then(() => undefined);
      return { durable };
    });
  }

  async abandon(id: number): Promise<void> {
    const load = this.loads.get(id);
    if (load === undefined) return;
    this.loads.delete(id);
    await this.remove(load);
  }

  /** Loads that every reader is beyond: their marks, which are older than their commits, count from now on. */
  forget(safePoint: bigint): void {
    const { env } = this.path.versions;
    const gone: bigint[] = [];
    for (const { key } of env.stagedLoads.getRange()) {
      const mark = Buffer.from(key).readBigUInt64BE();
      if (!env.loads.find(highHalf(mark), lowHalf(mark)) || env.loads.pending) continue;
      if (joinHalves(env.loads.commitHi, env.loads.commitLo) <= safePoint) gone.push(mark);
    }
    if (gone.length === 0) return;
    env.write(() => {
      for (const mark of gone) void env.stagedLoads.remove(keyOf(mark));
    });
    for (const mark of gone) env.loads.remove(highHalf(mark), lowHalf(mark));
  }

  private staged(id: number): Staged {
    const load = this.loads.get(id);
    if (load === undefined) throw new Error(`there is no load ${id}`);
    return load;
  }

  private async remove({ mark, ranges }: Staged): Promise<void> {
    const { env } = this.path.versions;
    for (const { startKey, endKey } of ranges)
      while (this.packed.removeRange(startKey, endKey)) await new Promise((resolve) => setImmediate(resolve));
    env.write(() => void env.stagedLoads.remove(keyOf(mark)));
    env.loads.remove(highHalf(mark), lowHalf(mark));
  }

  /** A key that the load has and somebody else too: the ranges were empty, so what the layers above hold came since. */
  private conflict(ranges: readonly KeyRange[], writes: readonly VersionWrite[]): LoadCommit | null {
    const { versions, locks } = this.path;
    const { env } = versions;
    const packed = new PackedCursor(env.pages);
    packed.root = env.packedTree.root;
    const own = new Set(writes.map((w) => hex(w.key)));
    const isLoaded = (key: Uint8Array): boolean => packed.find(key, 0, key.length) || own.has(hex(key));
    for (const { key } of writes) if (packed.find(key, 0, key.length)) return { duplicate: key };
    const meet = (key: Uint8Array): LoadCommit | null => {
      if (!isLoaded(key)) return null;
      const exists = versions.newest(key) && versions.kind === VersionKind.put;
      return exists ? { duplicate: key.slice() } : { conflict: key.slice() };
    };
    for (const { startKey, endKey } of ranges)
      for (const key of locks.heldKeys(startKey, endKey)) if (isLoaded(key)) return { conflict: key };
    for (const { startKey, endKey } of ranges) {
      for (const table of [versions.active, versions.frozen]) {
        if (table === null) continue;
        for (const key of keysIn(table, startKey, endKey)) {
          const met = meet(key);
          if (met !== null) return met;
        }
      }
      const tree = new TreeCursor(env.pages, env.dataTree.root);
      if (!tree.seek(startKey, 0, startKey.length)) continue;
      do {
        if (compareRanges(tree.u8, tree.keyStart, tree.keyEnd, endKey, 0, endKey.length) >= 0) break;
        const met = meet(Uint8Array.prototype.slice.call(tree.u8, tree.keyStart, tree.keyEnd));
        if (met !== null) return met;
      } while (tree.next());
    }
    return null;
  }
}

const NONE = new Uint8Array(0);

/** Keys of the memtable in [start, end), which may be its own bytes. */
function* keysIn(table: Memtable, start: Uint8Array, end: Uint8Array): Generator<Uint8Array> {
  if (table.count(MemtableList.data) === 0) return;
  let node = table.seek(MemtableList.data, start, 0, start.length);
  for (; node !== 0; node = table.next(node)) {
    const at = table.keyStart(node);
    const to = at + table.keyLength(node);
    if (compareRanges(table.bytes, at, to, end, 0, end.length) >= 0) return;
    yield table.bytes.slice(at, to);
  }
}
