import { availableParallelism } from 'node:os';
import { TableMutations } from '../../catalog/table-mutations.js';
import type { TableInfo } from '../../catalog/model.js';
import { RunBuilder, RunFile, type EntryRun } from '../../ddl/ingest/entry-run.js';
import { blocksOf, type BlockGroup } from '../../ddl/ingest/block-groups.js';
import { dividingKeys, mergeRange } from '../../ddl/ingest/merge-runs.js';
import { StepThreads, type StepThread } from '../../ddl/ingest/step-threads.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { indexRange, recordPrefix, recordRange, type Handle } from '../../kv/codec/table-key.js';
import { PackedBlock } from '../../kv/embedded/packed-block.js';
import { interruptible } from '../../kv/client/interruptible.js';
import type { KeyRange, LoadTransactions, Mutation } from '../../kv/rpc.js';
import { KeyExistsError, WriteConflictError } from '../../kv/storage.js';
import type { Datum } from '../../types/datum.js';
import { timeZone, UTC } from '../../types/timezone.js';
import {
  bulkEncoder,
  BulkTask,
  type BulkReply,
  type BulkRequest,
  type BulkTarget,
  type LinesRead,
} from './bulk-task.js';
import { LineParser, type LineFormat } from './line-parser.js';
import { gatherEntries } from './row-encoder.js';

/** What a load in bulk needs of the layers above. */
export interface BulkOptions {
  readonly loads: LoadTransactions;
  /** Folder for sorted runs that are too large for memory. */
  readonly folder: string;
  /** The table's definition is not the one that rows were made by any more: throws. */
  checkSchema(): void;
  /** Threads that read lines; default: what the machine has. */
  readonly threads?: number;
  /** Input from which on it is worth while. */
  readonly minBytes?: number;
}

/** Where the load's other side is. */
export interface BulkHost {
  /** Gives way, and throws when the statement was killed. */
  checkpoint(): Promise<void> | undefined;
  /** Of the statement: threads are not waited for once it is aborted. */
  readonly signal: AbortSignal;
  /** Absent where no lines are read: rows are given. */
  readonly lines?: LineHost;
}

/** What lines need that are no plain rows. */
export interface LineHost {
  /** Makes the row of a line, the `number`th, with errors and warnings. */
  rowOf(parser: LineParser, number: number): Promise<{ readonly row: Datum[]; readonly handle: Handle }>;
  /** Takes ids for rows of a table without a key; gives the first. */
  rowIds(n: number): Promise<number>;
  noteAutoId(largest: number): Promise<void>;
}

/** The thread that puts what they make has little to do. */
const MAX_THREADS = 3;
/** Pieces of work per thread and merge, so that all end at about the same time. */
const PIECES = 8;
/** Input that a thread is given at once. */
const PIECE_BYTES = 1 << 20;
/** Runs beyond this go to files. */
const MEMORY_LIMIT = 256 << 20;
/** Rows that are no plain ones are kept for the commit, up to so many. */
const MAX_ODD_ROWS = 20_000;
/** Bytes of the longest value that a run takes. */
const MAX_VALUE = 0xffff;
/** Bytes of the runs that are sorted beside other statements, in this thread. */
const OWN_RUN_BYTES = 1 << 19;

const threads = new StepThreads(new URL('./bulk-lines.js', import.meta.url), () => new BulkTask());

type BulkThread = StepThread<BulkRequest, BulkReply>;

/** The ranges that rows of a table and their index entries lie in. */
function rangesOf(table: TableInfo): KeyRange[] {
  return [recordRange(table.id), ...table.indices.map((i) => indexRange(table.id, i.id))];
}

/**
 * LOAD DATA into a table that nothing is stored of: threads turn lines into records and index entries and sort those; records go into the
 * store as they come while they are in key order, index entries (and records that are in no order) are merged when all are there. Nothing is
 * visible before the whole is committed (kv/embedded/staged-loads.ts), and a load that fails leaves nothing behind.
 *
 * Lines that are no plain rows are read here, where their warnings can be told, and put by the commit.
 */
export class BulkLoad {
  /** Lines read. */
  lines = 0;
  /** The text that is left to the caller, once reading has ended before the input has. */
  private rest: Uint8Array | null = null;
  private threads: BulkThread[] = [];
  private readonly free: BulkThread[] = [];
  private readonly waiting: ((thread: BulkThread) => void)[] = [];
  /** What is read comes in the order of the input. */
  private tail: Promise<void> = Promise.resolve();
  private failure: { readonly error: unknown } | null = null;
  private pending = 0;
  private carry: Uint8Array = new Uint8Array(0);
  /** Records are put as they come, the last of which has this key. */
  private direct = true;
  private lastKey: Uint8Array | null = null;
  private readonly runs: EntryRun[] = [];
  private inMemory = 0;
  private readonly odd: Mutation[] = [];
  private readonly oddKeys = new Set<string>();
  private readonly mutations: TableMutations;
  private readonly records: RunBuilder;
  private readonly entries: readonly RunBuilder[];
  private readonly builders: readonly RunBuilder[];
  private file: RunFile | null = null;
  private readonly cutter: LineCutter | null;

  private constructor(
    private readonly target: BulkTarget,
    private readonly options: BulkOptions,
    private readonly host: BulkHost,
    private readonly id: number,
  ) {
    const { table } = target;
    this.mutations = new TableMutations(table, table.id, timeZone(target.eval.timeZone) ?? UTC);
    this.entries = this.mutations.indexes.map((_, i) => new RunBuilder(i, OWN_RUN_BYTES));
    this.records = new RunBuilder(this.mutations.indexes.length, OWN_RUN_BYTES);
    this.builders = [this.records, ...this.entries];
    const parts = target.ordered || target.ignoreLines > 0 ? null : LineCutter.of(target.format);
    this.cutter = parts;
  }

  /** Null where rows take more than their fields, or something is stored of the table. */
  static async open(
    target: Omit<BulkTarget, 'mark' | 'folder'>,
    options: BulkOptions,
    host: BulkHost,
  ): Promise<BulkLoad | null> {
    const { folder } = options;
    if (bulkEncoder({ ...target, mark: 0n, folder }) === null) return null;
    const begun = options.loads.begin(rangesOf(target.table));
    if (begun === null) return null;
    const load = new BulkLoad({ ...target, folder, mark: begun.mark }, options, host, begun.id);
    try {
      await load.openThreads();
    } catch (e) {
      await options.loads.abandon(begun.id);
      throw e;
    }
    return load;
  }

  private async openThreads(): Promise<void> {
    const most = this.options.threads ?? Math.min(MAX_THREADS, availableParallelism());
    const wanted = this.cutter === null ? Math.min(1, most) : most;
    const opening = threads.open({ kind: 'open', target: this.target }, wanted);
    try {
      this.threads = await this.awaited(opening);
    } catch (e) {
      opening.then((opened) => Promise.all(opened.map((t) => t.close()))).catch(() => undefined);
      throw e;
    }
    this.free.push(...this.threads);
  }

  private awaited<T>(work: Promise<T>): Promise<T> {
    return interruptible(work, this.host.signal) as Promise<T>;
  }

  /** Reads on; false when reading has ended: then `end` is next. */
  async take(input: Uint8Array): Promise<boolean> {
    for (let at = 0; at < input.length; at += PIECE_BYTES) {
      this.carry = joined(this.carry, input.subarray(at, at + PIECE_BYTES));
      if (this.carry.length >= PIECE_BYTES) await this.send(false);
    }
    return this.rest === null;
  }

  private async send(last: boolean): Promise<void> {
    const { cutter, carry } = this;
    // Where lines may end only a parser knows that has seen all of them.
    const end = last || cutter === null ? carry.length : cutter.lastEnd(carry);
    if (end === 0 && !last) return;
    const piece = carry.slice(0, end);
    this.carry = carry.slice(end);
    const rowId =
      this.mutations.hiddenHandle && piece.length > 0
        ? await this.host.lines!.rowIds(linesIn(piece, this.target.format))
        : 0;
    const thread = await this.awaited(this.acquire());
    if (this.failure !== null) {
      this.release(thread);
      throw this.failure.error;
    }
    let read: LinesRead | null = null;
    const request: BulkRequest = {
      kind: 'lines',
      piece,
      last: last || cutter !== null,
      rowId,
      direct: this.direct,
      spill: this.spills,
    };
    const work = thread
      .run(request, (reply) => {
        if (reply.kind === 'lines') read = reply as LinesRead;
        else this.raise(reply, recordPrefix(this.target.table.id));
      })
      .finally(() => this.release(thread));
    // A thread that `close` ends is waited for by nobody before its turn comes.
    work.catch(() => undefined);
    this.pending++;
    this.tail = this.tail.then(async () => {
      try {
        await work;
        if (this.failure === null) await this.accept(read!);
      } catch (error) {
        this.failure ??= { error };
      } finally {
        this.pending--;
      }
    });
    // What is read and not put yet is in memory.
    if (this.pending > 2 * this.threads.length) await this.awaited(this.tail);
    if (this.failure !== null) throw (this.failure as { error: unknown }).error;
  }

  private acquire(): Promise<BulkThread> {
    const thread = this.free.pop();
    if (thread !== undefined) return Promise.resolve(thread);
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private release(thread: BulkThread): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free.push(thread);
    else next(thread);
  }

  private get spills(): boolean {
    return this.inMemory > MEMORY_LIMIT;
  }

  private addRuns(runs: readonly EntryRun[]): void {
    for (const run of runs) {
      this.runs.push(run);
      if (run.memory !== null) this.inMemory += run.length;
    }
  }

  private async accept(read: LinesRead): Promise<void> {
    const pause = this.host.checkpoint();
    if (pause !== undefined) await pause;
    this.addRuns(read.runs);
    if (read.blocks !== null) {
      const { group, first, last } = read.blocks;
      if (this.direct && this.lastKey !== null && compareBytes(first, this.lastKey) <= 0)
        await this.leaveOrder();
      if (this.direct) {
        this.options.loads.write(this.id, blocksOf(group));
        this.lastKey = last;
      } else this.gatherBlocks(blocksOf(group));
    }
    for (const { line, text, rowId } of read.odd) await this.addOdd(text, this.lines + line + 1, rowId);
    this.lines += read.lines;
    if (read.maxAuto > 0) await this.host.lines!.noteAutoId(read.maxAuto);
    if (read.rest !== null) this.rest = this.rest === null ? read.rest : joined(this.rest, read.rest);
  }

  /** Records come in no order: they are gathered in runs from now on, and those are taken back that were put. */
  private async leaveOrder(): Promise<void> {
    if (!this.direct) return;
    this.direct = false;
    const range = recordRange(this.target.table.id);
    for (;;) {
      const blocks = this.options.loads.take(this.id, range);
      if (blocks.length === 0) return;
      this.gatherBlocks(blocks);
      const pause = this.host.checkpoint();
      if (pause !== undefined) await pause;
    }
  }

  private gatherBlocks(blocks: readonly Uint8Array[]): void {
    const { records } = this;
    const block = new PackedBlock();
    for (const bytes of blocks) {
      block.load(bytes, 0, bytes.length);
      for (let i = 0; i < block.count; i++) {
        const valueAt = block.valueStart(i);
        records.begin();
        records.writer.bytes(block.u8.subarray(valueAt - (block.keyLength(i) - block.prefixLength), valueAt));
        records.end(block.u8.subarray(valueAt, block.valueEnd(i)));
      }
      if (records.full) this.addRuns([this.takeRun(records)!]);
    }
  }

  private takeRun(builder: RunBuilder): EntryRun | null {
    if (this.spills) this.file ??= RunFile.create(this.options.folder);
    return builder.take(this.spills ? this.file : null);
  }

  private async addOdd(text: Uint8Array, number: number, rowId: number): Promise<void> {
    const { target, mutations } = this;
    const parser = new LineParser(target.format, 0);
    parser.feed(text);
    if (!parser.next()) {
      // The last line of a file may lack its end.
      parser.end();
      parser.next();
    }
    const made = await this.host.lines!.rowOf(parser, number);
    const { row } = made;
    const handle = mutations.hiddenHandle ? rowId : made.handle;
    // Runs have no room for long values.
    const value = mutations.encodeRecord(row);
    if (this.odd.length < MAX_ODD_ROWS || value.length > MAX_VALUE) {
      this.putByCommit(row, handle, value);
      return;
    }
    await this.leaveOrder();
    this.gatherRow(row, handle, value);
  }

  /** Takes a row as it is, in any order of the keys. */
  addRow(row: readonly Datum[], handle: Handle): void {
    this.direct = false;
    this.lines++;
    const value = this.mutations.encodeRecord(row);
    if (value.length > MAX_VALUE) this.putByCommit(row, handle, value);
    else this.gatherRow(row, handle, value);
  }

  private putByCommit(row: readonly Datum[], handle: Handle, value: Uint8Array): void {
    const { mutations } = this;
    this.putOdd(mutations.recordKey(handle), value);
    for (const index of mutations.indexes)
      if (index.writable) this.putOdd(index.key(row, handle), index.value(row, handle));
  }

  private gatherRow(row: readonly Datum[], handle: Handle, value: Uint8Array): void {
    const { mutations, records } = this;
    const key = mutations.recordKey(handle);
    records.begin();
    records.writer.bytes(key.subarray(recordPrefix(this.target.table.id).length));
    records.end(value);
    gatherEntries(mutations, row, handle, this.entries);
    for (const b of this.builders) if (b.full) this.addRuns([this.takeRun(b)!]);
  }

  private putOdd(key: Uint8Array, value: Uint8Array): void {
    const name = Buffer.from(key).toString('latin1');
    if (this.oddKeys.has(name)) throw new KeyExistsError(key, value);
    this.oddKeys.add(name);
    this.odd.push({ op: 'put', key, value });
  }

  /** No more input comes. False: reading has ended before that, and there is a rest. */
  async end(): Promise<boolean> {
    if (this.rest === null) await this.send(true);
    await this.awaited(this.tail);
    if (this.failure !== null) throw this.failure.error;
    return this.rest === null;
  }

  /** What the caller is to read another way, once reading has ended. */
  takeRest(): Uint8Array {
    return joined(this.rest!, this.carry);
  }

  /** Makes everything that was read visible. */
  async commit(): Promise<void> {
    const { loads } = this.options;
    const finished = Promise.all(
      this.threads.map((t) =>
        t.run({ kind: 'finish', spill: this.spills }, (reply) => {
          if (reply.kind === 'rows') this.addRuns((reply as BulkReply & { kind: 'rows' }).runs);
          else this.raise(reply, NONE);
        }),
      ),
    );
    await this.awaited(finished);
    for (const b of this.builders) {
      const run = this.takeRun(b);
      if (run !== null) this.addRuns([run]);
    }
    const { indexes } = this.mutations;
    for (let i = 0; i < indexes.length; i++)
      await this.merge(i, indexes[i]!.keyPrefix, indexes[i]!.index.unique);
    await this.merge(indexes.length, recordPrefix(this.target.table.id), true);
    await loads.prepare(this.id);
    await this.host.checkpoint();
    this.options.checkSchema();
    const { durable, duplicate, conflict } = loads.commit(this.id, this.odd);
    if (duplicate !== undefined) {
      const own = this.odd.find((m) => m.op !== 'del' && compareBytes(m.key, duplicate) === 0);
      throw new KeyExistsError(duplicate, own?.value ?? null);
    }
    if (conflict !== undefined) throw new WriteConflictError(this.target.mark, 0n, 0n, conflict);
    await durable;
  }

  /** Merges the runs of an index, or the table's records, into blocks. */
  private async merge(index: number, prefix: Uint8Array, unique: boolean): Promise<void> {
    const runs = this.runs.filter((r) => r.index === index);
    if (runs.length === 0) return;
    const keys = dividingKeys(runs, this.threads.length * PIECES);
    const receive = async (reply: BulkReply): Promise<void> => {
      if (reply.kind !== 'blocks') return this.raise(reply, prefix);
      const { group } = reply as BulkReply & { readonly group: BlockGroup };
      this.options.loads.write(this.id, blocksOf(group));
      const pause = this.host.checkpoint();
      if (pause !== undefined) await pause;
    };
    let next = 0;
    let failed = false;
    const merged = Promise.all(
      this.threads.map(async (thread) => {
        try {
          while (next <= keys.length && !failed) {
            const i = next++;
            const range = mergeRange(runs, keys[i - 1] ?? null, keys[i] ?? null);
            await thread.run({ kind: 'merge', prefix, unique, range }, receive);
          }
        } catch (e) {
          failed = true;
          throw e;
        }
      }),
    );
    await this.awaited(merged);
  }

  private raise(reply: BulkReply, prefix: Uint8Array): void {
    if (reply.kind === 'failed') throw new Error((reply as BulkReply & { message: string }).message);
    if (reply.kind === 'duplicate') {
      const { key, value } = reply as BulkReply & { readonly key: Uint8Array; readonly value: Uint8Array };
      throw new KeyExistsError(joined(prefix, key), value);
    }
  }

  /** Ends the threads, whatever they are at; removes what was put unless it is committed. */
  async close(): Promise<void> {
    this.failure ??= { error: new Error('the load was closed') };
    const { threads } = this;
    this.threads = [];
    await Promise.all(threads.map((t) => t.close()));
    await this.tail;
    await this.options.loads.abandon(this.id);
  }
}

const NONE = new Uint8Array(0);

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

/** Lines at most in a piece that ends with one. */
function linesIn(piece: Uint8Array, format: LineFormat): number {
  const last = format.lineTerminator[format.lineTerminator.length - 1];
  let n = 1;
  for (let i = 0; i < piece.length; i++) if (piece[i] === last) n++;
  return n;
}

/** Finds ends of lines without reading from the beginning, where the format lets a terminator be nothing else. */
class LineCutter {
  private constructor(
    private readonly terminator: Uint8Array,
    private readonly escaped: number,
  ) {}

  static of(format: LineFormat): LineCutter | null {
    const { lineTerminator, fieldTerminator, enclosed, escaped, lineStart } = format;
    if (lineTerminator.length === 0 || enclosed >= 0 || lineStart.length > 0) return null;
    if (Buffer.from(fieldTerminator).includes(Buffer.from(lineTerminator))) return null;
    return new LineCutter(lineTerminator, escaped);
  }

  /** Position behind the last line that ends in the buffer, 0 for none. */
  lastEnd(buf: Uint8Array): number {
    const { terminator, escaped } = this;
    const b = Buffer.from(buf.buffer, buf.byteOffset, buf.length);
    for (
      let at = b.lastIndexOf(terminator);
      at >= 0;
      at = at === 0 ? -1 : b.lastIndexOf(terminator, at - 1)
    ) {
      let escapes = 0;
      while (escaped >= 0 && at - escapes > 0 && b[at - escapes - 1] === escaped) escapes++;
      if (escapes % 2 === 0) return at + terminator.length;
    }
    return 0;
  }
}
