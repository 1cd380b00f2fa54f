import type { DataWatch, DerivedDataKeeper, MvccReader } from '../mvcc-reader.js';
import { VersionKind } from './record.js';
import type { VersionWrite } from './version-store.js';

type CommitListener = (commitTs: bigint, keys: readonly Uint8Array[], ascending: boolean) => void;
type RangeListener = (startKey: Uint8Array, endKey: Uint8Array) => void;

/** The commits of all threads: what this one has not been told of yet, and what the others are told. */
export interface CommitExchange {
  /** Tells the given listeners of other threads' commits since the last call. */
  drain(): void;
  /** Tells all threads within a section, this one with its next `drain`. */
  committed(commitTs: bigint, keys: readonly Uint8Array[], ascending: boolean): void;
  rangeChanged(startKey: Uint8Array, endKey: Uint8Array): void;
}

/**
 * The store's side of DataWatch: tells caches of decoded data what was committed. Where other threads commit by themselves, `drain`
 * must be called before reads that use a cache: then all that is visible to them has been told.
 */
export class DataListeners implements DataWatch {
  private readonly commits = new Set<CommitListener>();
  private readonly ranges = new Set<RangeListener>();
  private newest = 0n;
  /** Set by the store once it can be read. */
  freshReader?: () => MvccReader;
  keeper?: DerivedDataKeeper;
  private exchange: CommitExchange | null = null;

  /** Other threads commit by themselves from now on, and want to know what is committed here. */
  share(exchange: CommitExchange): void {
    this.exchange = exchange;
  }

  drain(): void {
    this.exchange?.drain();
  }

  onCommit(listener: CommitListener): () => void {
    this.commits.add(listener);
    return () => this.commits.delete(listener);
  }

  onRangeChange(listener: RangeListener): () => void {
    this.ranges.add(listener);
    return () => this.ranges.delete(listener);
  }

  lastCommitTs(): bigint {
    this.drain();
    return this.newest;
  }

  /** Notes a commit without telling: replay at start. */
  note(commitTs: bigint): void {
    if (commitTs > this.newest) this.newest = commitTs;
  }

  committed(commitTs: bigint, writes: readonly VersionWrite[]): void {
    if (this.commits.size === 0 && this.exchange === null) {
      this.note(commitTs);
      return;
    }
    const keys: Uint8Array[] = [];
    for (const write of writes)
      if (write.kind === VersionKind.put || write.kind === VersionKind.del) keys.push(write.key);
    this.committedKeys(commitTs, keys, false);
  }

  committedKeys(commitTs: bigint, keys: readonly Uint8Array[], ascending: boolean): void {
    const { exchange } = this;
    this.note(commitTs);
    if (exchange === null) this.tellCommit(commitTs, keys, ascending);
    else exchange.committed(commitTs, keys, ascending);
  }

  rangeChanged(startKey: Uint8Array, endKey: Uint8Array): void {
    const { exchange } = this;
    exchange?.drain();
    this.tellRange(startKey, endKey);
    exchange?.rangeChanged(startKey, endKey);
  }

  /** Tells the listeners of this thread. */
  tellCommit(commitTs: bigint, keys: readonly Uint8Array[], ascending: boolean): void {
    this.note(commitTs);
    for (const listener of this.commits) listener(commitTs, keys, ascending);
  }

  tellRange(startKey: Uint8Array, endKey: Uint8Array): void {
    for (const listener of this.ranges) listener(startKey, endKey);
  }
}
