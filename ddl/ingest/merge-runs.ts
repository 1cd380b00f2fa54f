import { compareBytes } from '../../kv/codec/byte-writer.js';
import { PACKED_BLOCK_BYTES, PackedBlockWriter } from '../../kv/embedded/packed-block.js';
import { compareRanges } from '../../kv/embedded/record.js';
import { RunReader, type EntryRun, type RunBytes } from './entry-run.js';

/** A run, and where in it the entries begin that may be meant. */
export interface RunPart extends RunBytes {
  readonly from: number;
}

/** Entries of sorted runs with a key in [from, to); null: without bound. */
export interface MergeRange {
  readonly runs: readonly RunPart[];
  readonly from: Uint8Array | null;
  readonly to: Uint8Array | null;
}

export function mergeRange(
  runs: readonly EntryRun[],
  from: Uint8Array | null,
  to: Uint8Array | null,
): MergeRange {
  const parts = runs.map((run) => {
    const { length, memory, fd, offset } = run;
    return { length, memory, fd, offset, from: startIn(run, from) };
  });
  return { runs: parts, from, to };
}

export interface MergeOutput {
  /** What all keys begin with. */
  readonly prefix: Uint8Array;
  readonly commitHi: number;
  readonly commitLo: number;
  /** Several rows may have the same key, which is an error. */
  readonly unique: boolean;
}

/** Two rows have the same key: the values of their entries. */
export class DuplicateEntryError extends Error {
  constructor(
    readonly key: Uint8Array,
    readonly value: Uint8Array,
  ) {
    super('duplicate index entry');
  }
}

/** Bytes of blocks handed over at a time, about: to write them holds up the store's thread for a millisecond. */
const GROUP_BYTES = 256 << 10;

/** Packed blocks behind each other: block i ends at `ends[i]`. */
export interface BlockGroup {
  readonly bytes: Uint8Array;
  readonly ends: readonly number[];
}

export const blocksOf = (group: BlockGroup): Uint8Array[] =>
  group.ends.map((end, i) => group.bytes.subarray(i === 0 ? 0 : group.ends[i - 1]!, end));

/** Merges the range into packed blocks, given in groups. Throws DuplicateEntryError. */
export function* mergeRuns(range: MergeRange, output: MergeOutput): Generator<BlockGroup, void, void> {
  let bytes = new Uint8Array(GROUP_BYTES);
  let ends: number[] = [];
  let used = 0;
  const take = (): BlockGroup => {
    const group = { bytes: bytes.subarray(0, used), ends };
    bytes = new Uint8Array(GROUP_BYTES);
    ends = [];
    used = 0;
    return group;
  };
  const writer = new PackedBlockWriter(output.prefix, output.commitHi, output.commitLo, (block) => {
    if (used + block.length > bytes.length) {
      const grown = new Uint8Array(2 * (used + block.length));
      grown.set(bytes.subarray(0, used));
      bytes = grown;
    }
    bytes.set(block, used);
    ends.push((used += block.length));
  });
  const heap = new RunHeap(range);
  let last = new Uint8Array(256);
  let lastLength = -1;
  for (let top = heap.top; top !== null; top = heap.advance()) {
    const { keyStart, keyEnd, valueEnd } = top;
    const from = top.bytes;
    if (output.unique) {
      const length = keyEnd - keyStart;
      if (length === lastLength) {
        let i = length - 1;
        while (i >= 0 && from[keyStart + i] === last[i]) i--;
        if (i < 0) throw new DuplicateEntryError(last.slice(0, length), from.slice(keyEnd, valueEnd));
      }
      if (length > last.length) last = new Uint8Array(2 * length);
      for (let i = 0; i < length; i++) last[i] = from[keyStart + i]!;
      lastLength = length;
    }
    writer.add(from, keyStart, keyEnd, valueEnd);
    if (used > GROUP_BYTES - 2 * PACKED_BLOCK_BYTES) yield take();
  }
  writer.flush();
  if (used > 0) yield take();
}

/** A binary heap of readers by their current keys. */
class RunHeap {
  private readonly heap: RunReader[] = [];
  /** The first twelve bytes of each reader's key, as two numbers: most comparisons look no further. */
  private readonly high: number[] = [];
  private readonly low: number[] = [];

  constructor(private readonly range: MergeRange) {
    for (const run of range.runs) {
      const reader = new RunReader(run, run.from);
      let alive = reader.next();
      while (alive && range.from !== null && compareTo(reader, range.from) < 0) alive = reader.next();
      if (!alive || this.isBeyond(reader)) continue;
      this.heap.push(reader);
    }
    for (let i = 0; i < this.heap.length; i++) this.note(i);
    for (let i = (this.heap.length >> 1) - 1; i >= 0; i--) this.sink(i);
  }

  get top(): RunReader | null {
    return this.heap[0] ?? null;
  }

  /** Takes the top entry away; gives the next. */
  advance(): RunReader | null {
    const { heap } = this;
    const first = heap[0]!;
    if (!first.next() || this.isBeyond(first)) {
      const end = heap.pop()!;
      this.high.pop();
      this.low.pop();
      if (heap.length === 0) return null;
      heap[0] = end;
    }
    this.note(0);
    this.sink(0);
    return heap[0]!;
  }

  private isBeyond(reader: RunReader): boolean {
    return this.range.to !== null && compareTo(reader, this.range.to) >= 0;
  }

  private note(i: number): void {
    const { bytes, keyStart, keyEnd } = this.heap[i]!;
    this.high[i] = word(bytes, keyStart, keyEnd);
    this.low[i] = word(bytes, keyStart + 6, keyEnd);
  }

  private less(a: number, b: number): boolean {
    if (this.high[a] !== this.high[b]) return this.high[a]! < this.high[b]!;
    if (this.low[a] !== this.low[b]) return this.low[a]! < this.low[b]!;
    const p = this.heap[a]!;
    const q = this.heap[b]!;
    return compareRanges(p.bytes, p.keyStart, p.keyEnd, q.bytes, q.keyStart, q.keyEnd) < 0;
  }

  private sink(i: number): void {
    const { heap, high, low } = this;
    for (;;) {
      let least = i;
      const left = 2 * i + 1;
      if (left < heap.length && this.less(left, least)) least = left;
      if (left + 1 < heap.length && this.less(left + 1, least)) least = left + 1;
      if (least === i) return;
      [heap[i], heap[least]] = [heap[least]!, heap[i]!];
      [high[i], high[least]] = [high[least]!, high[i]!];
      [low[i], low[least]] = [low[least]!, low[i]!];
      i = least;
    }
  }
}

/** Six bytes from `at` on as a number, zeros behind the end. */
function word(bytes: Uint8Array, at: number, end: number): number {
  if (at + 6 <= end)
    return (
      ((bytes[at]! << 8) | bytes[at + 1]!) * 0x1_0000_0000 +
      (((bytes[at + 2]! << 24) | (bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!) >>> 0)
    );
  let w = 0;
  for (let i = 0; i < 6; i++) w = w * 256 + (at + i < end ? bytes[at + i]! : 0);
  return w;
}

const compareTo = (reader: RunReader, key: Uint8Array): number =>
  compareRanges(reader.bytes, reader.keyStart, reader.keyEnd, key, 0, key.length);

/** The last sample before the key. */
function startIn(run: EntryRun, key: Uint8Array | null): number {
  if (key === null) return 0;
  let low = 0;
  let high = run.sampleKeys.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (compareBytes(run.sampleKeys[mid]!, key) < 0) low = mid + 1;
    else high = mid;
  }
  return low === 0 ? 0 : run.sampleAt[low - 1]!;
}

/** Keys that divide the entries of the runs into about equal parts, ascending. */
export function dividingKeys(runs: readonly EntryRun[], parts: number): Uint8Array[] {
  const samples = runs.flatMap((r) => r.sampleKeys).sort(compareBytes);
  const keys: Uint8Array[] = [];
  for (let p = 1; p < parts; p++) {
    const key = samples[Math.floor((p * samples.length) / parts)];
    const before = keys[keys.length - 1];
    if (key !== undefined && (before === undefined || compareBytes(before, key) < 0)) keys.push(key);
  }
  return keys;
}
