import { readSync } from 'node:fs';
import { BlockGroups, DuplicateEntryError, type BlockGroup, type KeyedOutput } from './block-groups.js';
import { ENTRY_HEADER, entryEnd, type EntryRun } from './entry-run.js';
import { sortKeys } from './sort-entries.js';

/** Where the entries of one part are in a run: bytes of shared memory, or of a file. */
export interface RunSlice {
  readonly memory: SharedArrayBuffer | null;
  readonly fd: number;
  readonly from: number;
  readonly to: number;
}

/** A part's slices of the runs that have entries in it. */
export function slicesOf(runs: readonly EntryRun[], part: number): RunSlice[] {
  const slices: RunSlice[] = [];
  for (const { memory, fd, offset, partAt } of runs) {
    const from = offset + partAt![part]!;
    const to = offset + partAt![part + 1]!;
    if (from < to) slices.push({ memory, fd, from, to });
  }
  return slices;
}

/** Entries from one checkpoint to the next. */
const CHECK_EVERY = 1024;

const EMPTY = new Uint32Array(0);

/** Memory for parts, one after another. */
export class PartMemory {
  private entries = new Uint8Array(0);
  private places: readonly [Uint32Array, Uint32Array, Uint32Array] = [EMPTY, EMPTY, EMPTY];

  bytes(length: number): Uint8Array {
    if (this.entries.length < length) this.entries = new Uint8Array(roomFor(length));
    return this.entries.subarray(0, length);
  }

  /** Three arrays of so many numbers or more. */
  numbers(count: number): readonly [Uint32Array, Uint32Array, Uint32Array] {
    if (this.places[0].length < count) {
      const array = (): Uint32Array => new Uint32Array(roomFor(count));
      this.places = [array(), array(), array()];
    }
    return this.places;
  }
}

const roomFor = (n: number): number => (n + (n >>> 2) + 3) & ~3;

/**
 * Sorts the entries of a part into packed blocks, given in groups. Parts are about as large as what a processor has nearest to it, where
 * sorting them as one costs less than merging sorted runs. Throws DuplicateEntryError.
 */
export function* packPart(
  slices: readonly RunSlice[],
  output: KeyedOutput,
  memory = new PartMemory(),
  checkpoint: () => void = () => undefined,
): Generator<BlockGroup, void, void> {
  const bytes = joined(slices, memory);
  let count = 0;
  for (let at = 0; at < bytes.length; at = entryEnd(bytes, at)) count++;
  const [starts, ends, order] = memory.numbers(count);
  for (let at = 0, i = 0; i < count; at = entryEnd(bytes, at), i++) {
    starts[i] = at + ENTRY_HEADER;
    ends[i] = at + ENTRY_HEADER + bytes[at]! + (bytes[at + 1]! << 8);
  }
  checkpoint();
  // Others may sort while the groups are on their way.
  order.set(sortKeys({ bytes, starts, ends, count }, checkpoint));
  const groups = new BlockGroups(output);
  for (let i = 0; i < count; i++) {
    const keyStart = starts[order[i]!]!;
    const keyEnd = ends[order[i]!]!;
    const valueEnd = keyEnd + bytes[keyStart - 2]! + (bytes[keyStart - 1]! << 8);
    if (output.unique && i > 0) {
      const before = order[i - 1]!;
      if (sameKey(bytes, starts[before]!, ends[before]!, keyStart, keyEnd))
        throw new DuplicateEntryError(bytes.slice(keyStart, keyEnd), bytes.slice(keyEnd, valueEnd));
    }
    groups.add(bytes, keyStart, keyEnd, valueEnd);
    if (i % CHECK_EVERY === 0) checkpoint();
    if (groups.full) yield groups.take();
  }
  const last = groups.rest();
  if (last !== null) yield last;
}

/** Neighbours in order differ at their ends, if they do. */
function sameKey(
  bytes: Uint8Array,
  start: number,
  end: number,
  otherStart: number,
  otherEnd: number,
): boolean {
  if (end - start !== otherEnd - otherStart) return false;
  for (let i = end - 1, j = otherEnd - 1; i >= start; i--, j--) if (bytes[i] !== bytes[j]) return false;
  return true;
}

function joined(slices: readonly RunSlice[], room: PartMemory): Uint8Array {
  const bytes = room.bytes(slices.reduce((n, { from, to }) => n + to - from, 0));
  let at = 0;
  for (const { memory, fd, from, to } of slices) {
    if (memory !== null) bytes.set(new Uint8Array(memory, from, to - from), at);
    else
      for (let done = 0; done < to - from;) {
        const n = readSync(fd, bytes, at + done, to - from - done, from + done);
        if (n === 0) throw new Error('a run of index entries ends early');
        done += n;
      }
    at += to - from;
  }
  return bytes;
}
