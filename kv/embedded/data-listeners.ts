import type { DataWatch, DerivedDataKeeper, MvccReader } from '../mvcc-reader.js';
import { VersionKind } from './record.js';
import type { VersionWrite } from './version-store.js';

type CommitListener = (commitTs: bigint, keys: readonly Uint8Array[]) => void;
type RangeListener = (startKey: Uint8Array, endKey: Uint8Array) => void;

/** The store's side of DataWatch: tells caches of decoded data what was committed. */
export class DataListeners implements DataWatch {
  private readonly commits = new Set<CommitListener>();
  private readonly ranges = new Set<RangeListener>();
  private newest = 0n;
  /** Set by the store once it can be read. */
  freshReader?: () => MvccReader;
  keeper?: DerivedDataKeeper;

  onCommit(listener: CommitListener): () => void {
    this.commits.add(listener);
    return () => this.commits.delete(listener);
  }

  onRangeChange(listener: RangeListener): () => void {
    this.ranges.add(listener);
    return () => this.ranges.delete(listener);
  }

  lastCommitTs(): bigint {
    return this.newest;
  }

  /** Notes a commit without telling: replay at start. */
  note(commitTs: bigint): void {
    if (commitTs > this.newest) this.newest = commitTs;
  }

  committed(commitTs: bigint, writes: readonly VersionWrite[]): void {
    this.note(commitTs);
    if (this.commits.size === 0) return;
    const keys: Uint8Array[] = [];
    for (const write of writes)
      if (write.kind === VersionKind.put || write.kind === VersionKind.del) keys.push(write.key);
    for (const listener of this.commits) listener(commitTs, keys);
  }

  rangeChanged(startKey: Uint8Array, endKey: Uint8Array): void {
    for (const listener of this.ranges) listener(startKey, endKey);
  }
}
