import { openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { ByteWriter } from '../../kv/codec/byte-writer.js';
import { compareRange } from '../../types/collation-bytes.js';
import type { KeyDivision } from './key-division.js';
import { sortKeys } from './sort-entries.js';

/**
 * Runs of index entries, in shared memory or in a file, sorted or dealt out to parts of their keys' range. An entry: key length (2), value length (2), key without the index's
 * prefix, value; little-endian. Each begins at a multiple of four bytes, so that entries are moved word by word.
 */
export const ENTRY_HEADER = 4;

const aligned = (at: number): number => (at + 3) & ~3;

/** Where the entry behind the one at `at` begins. */
export const entryEnd = (bytes: Uint8Array, at: number): number =>
  aligned(at + ENTRY_HEADER + bytes[at]! + (bytes[at + 1]! << 8) + bytes[at + 2]! + (bytes[at + 3]! << 8));

/** Bytes of a run in the making. */
const RUN_BYTES = 4 << 20;
/** Entries from one sample to the next. */
const SAMPLE_EVERY = 2048;
/** Entries moved from one checkpoint to the next. */
const CHECK_EVERY = 2048;
const WINDOW = 256 << 10;

export interface RunBytes {
  readonly length: number;
  readonly memory: SharedArrayBuffer | null;
  /** A file of this process, and where in it the run begins; for runs that are not in memory. */
  readonly fd: number;
  readonly offset: number;
}

export interface EntryRun extends RunBytes {
  /** Which of the indexes that are built. */
  readonly index: number;
  readonly count: number;
  /** Of a sorted run keys of some entries and where those begin, ascending. The first is the run's first. */
  readonly sampleKeys: readonly Uint8Array[];
  readonly sampleAt: readonly number[];
  /** Of entries by parts where each part begins, and the end of the last; null: the run is sorted. */
  readonly partAt: Uint32Array | null;
}

/** A nameless file that runs are put to behind each other. */
export class RunFile {
  private constructor(
    readonly fd: number,
    private length: number,
  ) {}

  static create(folder: string): RunFile {
    const path = join(folder, `ingest-${process.pid}-${threadId}-${nextFile++}`);
    const fd = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return new RunFile(fd, 0);
  }

  append(bytes: Uint8Array): number {
    const at = this.length;
    for (let done = 0; done < bytes.length;)
      done += writeSync(this.fd, bytes, done, bytes.length - done, at + done);
    this.length += bytes.length;
    return at;
  }
}

let nextFile = 1;

/** An entry: key bytes[keyStart, keyEnd), value up to `valueEnd`. */
export type VisitEntry = (bytes: Uint8Array, keyStart: number, keyEnd: number, valueEnd: number) => void;

/** Gathers entries of one index for runs: sorted, or dealt out to the parts of a division. */
export class RunBuilder {
  division: KeyDivision | null = null;
  readonly writer = new ByteWriter(1 << 20);
  private starts: Uint32Array = new Uint32Array(1 << 16);
  private ends: Uint32Array = new Uint32Array(1 << 16);
  count = 0;
  private keyStart = 0;

  constructor(
    private readonly index: number,
    private readonly runBytes = RUN_BYTES,
  ) {}

  get full(): boolean {
    return this.writer.len >= this.runBytes;
  }

  /** Begins an entry, with room for `bytes` of it: its key is to be appended to `writer`, or put into its buffer at the place given. */
  begin(bytes = 0): number {
    const w = this.writer;
    w.len = aligned(w.len);
    w.ensure(ENTRY_HEADER + bytes);
    w.len += ENTRY_HEADER;
    return (this.keyStart = w.len);
  }

  /** The key is appended to `writer`. */
  end(value: Uint8Array): void {
    const keyEnd = this.writer.len;
    this.writer.bytes(value);
    this.endAt(keyEnd, this.writer.len);
  }

  /** Key and value are in the writer's buffer. */
  endAt(keyEnd: number, valueEnd: number): void {
    const { keyStart, writer } = this;
    writer.len = valueEnd;
    const { buf } = writer;
    const keyLength = keyEnd - keyStart;
    const valueLength = valueEnd - keyEnd;
    buf[keyStart - 4] = keyLength;
    buf[keyStart - 3] = keyLength >>> 8;
    buf[keyStart - 2] = valueLength;
    buf[keyStart - 1] = valueLength >>> 8;
    if (this.count === this.starts.length) {
      this.starts = grown(this.starts);
      this.ends = grown(this.ends);
    }
    this.starts[this.count] = keyStart;
    this.ends[this.count++] = keyEnd;
  }

  /** Gives the entries to `visit` and begins anew, if they are in the order of their keys; false, and nothing is done, if they are not. */
  takeOrdered(visit: VisitEntry): boolean {
    const { count, starts, ends, writer } = this;
    const bytes = writer.buf;
    for (let i = 1; i < count; i++)
      if (compareRange(bytes, starts[i - 1]!, ends[i - 1]!, bytes, starts[i]!, ends[i]!) > 0) return false;
    for (let i = 0; i < count; i++) {
      const keyEnd = ends[i]!;
      const keyStart = starts[i]!;
      visit(bytes, keyStart, keyEnd, keyEnd + bytes[keyStart - 2]! + (bytes[keyStart - 1]! << 8));
    }
    this.count = 0;
    writer.reset();
    return true;
  }

  /** The keys so far; begins anew. */
  takeKeys(): Uint8Array[] {
    const { starts, ends, writer } = this;
    const keys = Array.from({ length: this.count }, (_, i) => writer.buf.slice(starts[i]!, ends[i]!));
    this.count = 0;
    writer.reset();
    return keys;
  }

  /** The entries so far as a run; null when there are none. */
  take(file: RunFile | null, checkpoint: () => void = () => undefined): EntryRun | null {
    const { count, starts, ends, division } = this;
    if (count === 0) return null;
    this.writer.ensure(3);
    const source = this.writer.buf;
    const length = aligned(this.writer.len);
    const keys = { bytes: source, starts, ends, count };
    const dealt = division?.deal(keys);
    checkpoint();
    const order = dealt?.order ?? sortKeys(keys, checkpoint);
    const memory = file === null ? new SharedArrayBuffer(length) : null;
    const out = memory === null ? new Uint8Array(length) : new Uint8Array(memory);
    const from = new Uint32Array(source.buffer, source.byteOffset, source.length >>> 2);
    const to = new Uint32Array(out.buffer, 0, length >>> 2);
    const every = dealt === undefined ? SAMPLE_EVERY : Infinity;
    const sampleKeys: Uint8Array[] = [];
    const sampleAt: number[] = [];
    const partAt = dealt === undefined ? null : new Uint32Array(dealt.from.length);
    let part = 0;
    let at = 0;
    for (let i = 0; i < count; i++) {
      if (dealt !== undefined) while (dealt.from[part]! <= i) partAt![part++] = 4 * at;
      const keyStart = starts[order[i]!]!;
      if (i % every === 0) {
        sampleKeys.push(source.slice(keyStart, ends[order[i]!]!));
        sampleAt.push(4 * at);
      }
      if (i % CHECK_EVERY === 0) checkpoint();
      const keyLength = source[keyStart - 4]! | (source[keyStart - 3]! << 8);
      const valueLength = source[keyStart - 2]! | (source[keyStart - 1]! << 8);
      const words = aligned(ENTRY_HEADER + keyLength + valueLength) >>> 2;
      const first = (keyStart - ENTRY_HEADER) >>> 2;
      for (let w = 0; w < words; w++) to[at++] = from[first + w]!;
    }
    partAt?.fill(4 * at, part);
    const offset = file === null ? 0 : file.append(out);
    this.count = 0;
    this.writer.reset();
    return {
      index: this.index,
      count,
      length,
      memory,
      fd: file?.fd ?? -1,
      offset,
      sampleKeys,
      sampleAt,
      partAt,
    };
  }
}

function grown(a: Uint32Array): Uint32Array {
  const out = new Uint32Array(a.length * 2);
  out.set(a);
  return out;
}

/** Walks the entries of a run from a place on. Key `bytes[keyStart, keyEnd)`, value up to `valueEnd`. */
export class RunReader {
  bytes: Uint8Array;
  keyStart = 0;
  keyEnd = 0;
  valueEnd = 0;
  private at: number;
  private limit: number;
  /** Bytes of the run before `bytes[0]`. */
  private base = 0;

  constructor(
    private readonly run: RunBytes,
    at: number,
  ) {
    if (run.memory !== null) {
      this.bytes = new Uint8Array(run.memory);
      this.at = at;
      this.limit = run.length;
    } else {
      this.bytes = new Uint8Array(Math.min(WINDOW, run.length));
      this.base = at;
      this.at = 0;
      this.limit = 0;
    }
  }

  next(): boolean {
    if (this.limit - this.at < ENTRY_HEADER && !this.refill(ENTRY_HEADER)) return false;
    let { bytes, at } = this;
    let length = ENTRY_HEADER + bytes[at]! + (bytes[at + 1]! << 8) + bytes[at + 2]! + (bytes[at + 3]! << 8);
    if (this.limit - at < length) {
      this.refill(length);
      ({ bytes, at } = this);
      length = ENTRY_HEADER + bytes[at]! + (bytes[at + 1]! << 8) + bytes[at + 2]! + (bytes[at + 3]! << 8);
    }
    this.keyStart = at + ENTRY_HEADER;
    this.keyEnd = this.keyStart + bytes[at]! + (bytes[at + 1]! << 8);
    this.valueEnd = at + length;
    this.at = aligned(this.valueEnd);
    return true;
  }

  /** Reads on so that at least `needed` bytes are there; false at the end. */
  private refill(needed: number): boolean {
    const { run } = this;
    if (run.memory !== null) return false;
    const from = this.base + this.at;
    if (from >= run.length) return false;
    if (needed > this.bytes.length) this.bytes = new Uint8Array(needed * 2);
    const wanted = Math.min(this.bytes.length, run.length - from);
    for (let got = 0; got < wanted;) {
      const n = readSync(run.fd, this.bytes, got, wanted - got, run.offset + from + got);
      if (n === 0) throw new Error('a run of index entries ends early');
      got += n;
    }
    this.base = from;
    this.at = 0;
    this.limit = wanted;
    return true;
  }
}
