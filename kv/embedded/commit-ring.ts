import type { DataWatch, MvccReader } from '../mvcc-reader.js';
import { type SharedState, SharedWord } from './shared-layers.js';

type CommitListener = (commitTs: bigint, keys: readonly Uint8Array[]) => void;
type RangeListener = (startKey: Uint8Array, endKey: Uint8Array) => void;

const RING_BYTES = 4 << 20;
const RING_WORDS = RING_BYTES / 4;
const KIND_COMMIT = 1;
const KIND_RANGE = 2;
/** An announcement of more than this is replaced by "everything changed". */
const MAX_ENTRY_WORDS = RING_WORDS / 8;
const EMPTY = new Uint8Array(0);

function entryWords(keys: readonly Uint8Array[]): number {
  let length = 4;
  for (const key of keys) length += 1 + ((key.length + 3) >> 2);
  return length;
}

/**
 * What was committed, told to caches in other threads: a ring in shared memory that whoever commits writes within the commit's
 * section (see shared-layers.ts), so that a reader which empties the ring before it reads at R has been told of all C <= R.
 *
 * An entry in words: its length | kind << 28, number of keys, commit ts (2), then each key as its length and its bytes, padded.
 * Positions count words modulo 2^32. `reserved` runs ahead of `head` while an entry is written: a reader that finds itself
 * further behind `reserved` than the ring is long has lost entries, and drops all it has.
 */
export class CommitRingWriter {
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;

  constructor(
    private readonly state: SharedState,
    readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(RING_BYTES),
  ) {
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
  }

  committed(commitTs: bigint, keys: readonly Uint8Array[]): void {
    if (keys.length > 0) this.write(KIND_COMMIT, commitTs, keys);
  }

  /** Whether readers are told of these keys, and not that everything changed. */
  static holds(keys: readonly Uint8Array[]): boolean {
    return entryWords(keys) <= MAX_ENTRY_WORDS;
  }

  rangeChanged(startKey: Uint8Array, endKey: Uint8Array): void {
    this.write(KIND_RANGE, 0n, [startKey, endKey]);
  }

  private write(kind: number, ts: bigint, keys: readonly Uint8Array[]): void {
    const length = entryWords(keys);
    if (length > MAX_ENTRY_WORDS) return this.write(KIND_RANGE, 0n, [EMPTY, EMPTY]);
    const start = Atomics.load(this.state.words, SharedWord.ringHead) >>> 0;
    // Entries do not wrap: what is left at the end of the ring is skipped.
    const left = RING_WORDS - (start % RING_WORDS);
    const skip = left < length ? left : 0;
    const shared = this.state.words;
    Atomics.store(shared, SharedWord.ringReserved, (start + skip + length) | 0);
    const words = this.words;
    if (skip > 0) words[start % RING_WORDS] = skip;
    let at = (start + skip) % RING_WORDS;
    words[at] = length | (kind << 28);
    words[at + 1] = keys.length;
    words[at + 2] = Number(ts >> 32n);
    words[at + 3] = Number(ts & 0xffffffffn) | 0;
    at += 4;
    for (const key of keys) {
      words[at++] = key.length;
      this.bytes.set(key, at << 2);
      at += (key.length + 3) >> 2;
    }
    Atomics.store(shared, SharedWord.ringHead, (start + skip + length) | 0);
  }
}

/** The ring as a reader in another thread sees it: its DataWatch. `drain` must be called before reads that use a cache. */
export class CommitRingReader implements DataWatch {
  freshReader?: () => MvccReader;
  private readonly commits = new Set<CommitListener>();
  private readonly ranges = new Set<RangeListener>();
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private position: number;

  constructor(
    private readonly state: SharedState,
    buffer: SharedArrayBuffer,
    private readonly freshTs: () => bigint,
  ) {
    this.words = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
    this.position = this.head();
  }

  /** What has been written so far is known here already. */
  skip(): void {
    this.position = this.head();
  }

  /** Whether enough waits here to be told soon, lest the ring overtakes it. */
  get isBehind(): boolean {
    return (this.head() - this.position) >>> 0 > RING_WORDS / 4;
  }

  private head(): number {
    return Atomics.load(this.state.words, SharedWord.ringHead) >>> 0;
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
    // What was committed before this timestamp is applied, and all that comes later will be told of.
    this.drain();
    return this.freshTs();
  }

  /** Tells the listeners of everything committed since the last call. */
  drain(): void {
    const head = this.head();
    if (head === this.position) return;
    if (this.commits.size === 0 && this.ranges.size === 0) {
      this.position = head;
      return;
    }
    // A listener that asks for the newest commit (lastCommitTs) has drained beyond `head` by then.
    while (((head - this.position) | 0) > 0) {
      const at = this.position % RING_WORDS;
      const first = this.words[at]!;
      const length = first & 0x0fffffff;
      const kind = first >>> 28;
      const keys: Uint8Array[] = [];
      let ts = 0n;
      if (kind !== 0 && length <= MAX_ENTRY_WORDS && at + length <= RING_WORDS) {
        ts = (BigInt(this.words[at + 2]! >>> 0) << 32n) | BigInt(this.words[at + 3]! >>> 0);
        const end = at + length;
        let p = at + 4;
        for (let n = this.words[at + 1]!; n > 0 && p < end; n--) {
          const size = this.words[p++]!;
          if (size < 0 || p + ((size + 3) >> 2) > end) break;
          keys.push(Uint8Array.prototype.slice.call(this.bytes, p << 2, (p << 2) + size));
          p += (size + 3) >> 2;
        }
      }
      // Only now is it known whether what was read was still whole.
      const reserved = Atomics.load(this.state.words, SharedWord.ringReserved) >>> 0;
      if ((reserved - this.position) >>> 0 > RING_WORDS) {
        this.position = this.head();
        for (const listener of this.ranges) listener(EMPTY, EMPTY);
        this.drain();
        return;
      }
      this.position = (this.position + length) >>> 0;
      if (kind === KIND_COMMIT) for (const listener of this.commits) listener(ts, keys);
      else if (kind === KIND_RANGE) for (const listener of this.ranges) listener(keys[0]!, keys[1]!);
    }
  }
}
