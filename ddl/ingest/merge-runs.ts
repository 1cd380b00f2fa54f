import { compareBytes } from '../../kv/codec/byte-writer.js';
import { compareRanges } from '../../kv/embedded/record.js';
import { RunReader, type EntryRun, type RunBytes } from './entry-run.js';
import { BlockGroups, DuplicateEntryError, type BlockGroup, type KeyedOutput } from './block-groups.js';
import { KeyDivision, sixBytes } from './key-division.js';

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

/** Entries from one checkpoint to the next. */
const CHECK_EVERY = 1024;

/** Merges the range into packed blocks, given in groups; `checkpoint` is called now and then. Throws DuplicateEntryError. */
export function* mergeRuns(
  range: MergeRange,
  output: KeyedOutput,
  checkpoint: () => void = () => undefined,
): Generator<BlockGroup, void, void> {
  const groups = new BlockGroups(output);
  const readers = new RunTournament(range);
  const keys = new DistinctKeys();
  let entries = 0;
  for (let top = readers.top; top !== null; top = readers.advance()) {
    if (output.unique) keys.add(top.bytes, top.keyStart, top.keyEnd, top.valueEnd);
    groups.add(top.bytes, top.keyStart, top.keyEnd, top.valueEnd);
    if (++entries % CHECK_EVERY === 0) checkpoint();
    if (groups.full) yield groups.take();
  }
  const last = groups.rest();
  if (last !== null) yield last;
}

/** Keys that come in order, of which none may repeat. */
class DistinctKeys {
  private last = new Uint8Array(256);
  private lastLength = -1;

  /** Throws DuplicateEntryError. */
  add(from: Uint8Array, keyStart: number, keyEnd: number, valueEnd: number): void {
    const length = keyEnd - keyStart;
    if (length === this.lastLength) {
      const { last } = this;
      let i = length - 1;
      while (i >= 0 && from[keyStart + i] === last[i]) i--;
      if (i < 0) throw new DuplicateEntryError(last.slice(0, length), from.slice(keyEnd, valueEnd));
    }
    if (length > this.last.length) this.last = new Uint8Array(2 * length);
    const { last } = this;
    for (let i = 0; i < length; i++) last[i] = from[keyStart + i]!;
    this.lastLength = length;
  }
}

/**
 * A tournament of readers by their current keys: `losers` has at each inner node who lost there, at 0 the winner. A winner that goes on
 * plays against the losers on its way to the top only (Knuth, The Art of Computer Programming 3, 5.4.1).
 */
class RunTournament {
  private readonly readers: RunReader[] = [];
  /** The first twelve bytes of each reader's key, as two numbers: most comparisons look no further. Infinity: it is at its end. */
  private readonly high: Float64Array;
  private readonly low: Float64Array;
  private readonly losers: Int32Array;
  private readonly toHigh: number;

  constructor(private readonly range: MergeRange) {
    const { to } = range;
    this.toHigh = to === null ? Infinity : sixBytes(to, 0, to.length);
    for (const run of range.runs) {
      const reader = new RunReader(run, run.from);
      let alive = reader.next();
      while (alive && range.from !== null && compareTo(reader, range.from) < 0) alive = reader.next();
      if (alive) this.readers.push(reader);
    }
    const count = this.readers.length;
    this.high = new Float64Array(count);
    this.low = new Float64Array(count);
    this.losers = new Int32Array(Math.max(1, count)).fill(-1);
    for (let r = 0; r < count; r++) {
      this.note(r);
      this.play(r);
    }
  }

  get top(): RunReader | null {
    const winner = this.losers[0]!;
    return winner < 0 || this.high[winner] === Infinity ? null : this.readers[winner]!;
  }

  /** Takes the top entry away; gives the next. */
  advance(): RunReader | null {
    const winner = this.losers[0]!;
    if (this.readers[winner]!.next()) this.note(winner);
    else this.high[winner] = Infinity;
    this.play(winner);
    return this.top;
  }

  /** The reader's way to the top: places that nobody has come to yet are taken by the first, who waits there. */
  private play(reader: number): void {
    const { losers } = this;
    let winner = reader;
    for (let node = (reader + losers.length) >> 1; node > 0; node >>= 1) {
      const other = losers[node]!;
      if (other < 0) {
        losers[node] = winner;
        return;
      }
      if (this.less(other, winner)) {
        losers[node] = winner;
        winner = other;
      }
    }
    losers[0] = winner;
  }

  private note(r: number): void {
    const { bytes, keyStart, keyEnd } = this.readers[r]!;
    const high = sixBytes(bytes, keyStart, keyEnd);
    const beyond = high >= this.toHigh && compareTo(this.readers[r]!, this.range.to!) >= 0;
    this.high[r] = beyond ? Infinity : high;
    this.low[r] = sixBytes(bytes, keyStart + 6, keyEnd);
  }

  private less(a: number, b: number): boolean {
    const { high, low } = this;
    if (high[a] !== high[b]) return high[a]! < high[b]!;
    if (high[a] === Infinity) return false;
    if (low[a] !== low[b]) return low[a]! < low[b]!;
    const p = this.readers[a]!;
    const q = this.readers[b]!;
    return compareRanges(p.bytes, p.keyStart, p.keyEnd, q.bytes, q.keyStart, q.keyEnd) < 0;
  }
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
export const dividingKeys = (runs: readonly EntryRun[], parts: number): Uint8Array[] =>
  KeyDivision.of(
    runs.flatMap((r) => r.sampleKeys),
    parts,
  );
