import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { encodeTable } from '../../catalog/meta/schema-codec.js';
import type { TableInfo } from '../../catalog/model.js';
import type { IndexMutations } from '../../catalog/table-mutations.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { decodeIndexValueHandle } from '../../kv/codec/index-value.js';
import { indexRange, recordKeyOfEntry } from '../../kv/codec/table-key.js';
import { dividingKeys as dividingRecords } from '../../kv/embedded/snapshot-file.js';
import type { BulkSnapshot, KeyRange } from '../../kv/rpc.js';
import type { BulkLoading } from '../../kv/storage.js';
import type { DdlContext } from '../ddl-context.js';
import type { JobSettings } from '../job/job.js';
import { blocksOf } from './block-groups.js';
import type { EntryRun } from './entry-run.js';
import { KeyDivision } from './key-division.js';
import { slicesOf } from './pack-part.js';
import type { IngestReply } from './ingest-task.js';
import { openThreads, type IngestThread } from './ingest-threads.js';
import { IngestPacing } from './pacing.js';
import type { IngestSource } from './scan-entries.js';

/** Threads at most, whatever the machine has. */
const MAX_THREADS = 3;
/** Pieces of work per thread, so that all end at about the same time. */
const PIECES = 8;
/** Places that keys are taken from to divide all by, and what a part's entries come to, about. */
const PLACES = 256;
const PART_BYTES = 1 << 20;
const MAX_PARTS = 1024;
/** Bytes of an entry that is as long as most. */
const ENTRY_BYTES = 32;
/** Runs beyond this go to files. */
const MEMORY_LIMIT = 256 << 20;

/** How often it is looked whether the statement was killed. */
const LOOK_MS = 10;

export interface IngestJob {
  readonly table: TableInfo;
  readonly physicalId: number;
  readonly indexes: readonly IndexMutations[];
  /** Offsets of the columns that entries are made of. */
  readonly offsets: readonly number[];
  /** The rows: record keys from and to. */
  readonly rows: KeyRange;
}

export interface IngestControl {
  settings(): JobSettings;
  /** Throws when the job is cancelled; waits while it is paused. */
  obey(): Promise<void>;
  /** So many rows more are read. */
  progressed(rows: number): Promise<void>;
}

/** Two rows have the same key in a unique index: the record keys of those that are known. */
export class DuplicateRowsError extends Error {
  constructor(
    readonly index: IndexMutations,
    readonly recordKey: Uint8Array,
    readonly ts: bigint,
  ) {
    super('duplicate index entry');
  }
}

/**
 * Fills new indexes in bulk: threads read the rows at one snapshot, make the entries and deal them out to parts of the keys' range, found
 * from a sample; then each part is sorted into packed blocks,
 * which go into the store without transactions, as of the snapshot. Statements that run meanwhile keep the indexes themselves, with
 * versions that are newer than the snapshot and so hide what comes from it. Only for a unique index that is not enough: who wrote a
 * key while the snapshot's entry was not there yet could not know of it. Such entries come back from the store.
 *
 * Gives the record keys of the rows whose entries must be added by a transaction. Throws DuplicateRowsError.
 */
export async function ingestIndexes(
  ctx: DdlContext,
  bulk: BulkLoading,
  job: IngestJob,
  control: IngestControl,
): Promise<Uint8Array[]> {
  const ranges = job.indexes.map((m) => indexRange(job.physicalId, m.index.id));
  const unpin = ctx.storage.pinTs(await ctx.storage.currentTs());
  try {
    const snapshot = await bulk.begin(ranges, job.rows);
    let whole = false;
    const ingest = new Ingest(ctx, bulk, job, control, snapshot);
    const run = ingest.run();
    const watch = interruption(ctx);
    try {
      await Promise.race([run, watch.interrupted]);
      whole = true;
    } finally {
      watch.stop();
      // Ends threads that are at work, and with them what waits for them.
      await ingest.close();
      await run.catch(() => undefined);
      // Those that came only then.
      await ingest.close();
      await bulk.end(snapshot.id, ranges, whole);
    }
    return ingest.again;
  } finally {
    unpin();
  }
}

/** Rejects when the statement is killed: pieces of work are too long to be waited for. */
function interruption(ctx: DdlContext): { readonly interrupted: Promise<never>; stop(): void } {
  let timer: NodeJS.Timeout | null = null;
  const interrupted = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      try {
        ctx.throwIfInterrupted();
      } catch (e) {
        reject(e as Error);
      }
    }, LOOK_MS);
    timer.unref();
  });
  return { interrupted, stop: () => clearInterval(timer!) };
}

class Ingest {
  /** Record keys of rows to be looked at again: once each, though entries of several indexes may ask for it. */
  private readonly rowsAgain = new Map<string, Uint8Array>();
  private threads: IngestThread[] = [];
  /** Rejects once `close` was called. */
  private readonly closed: Promise<never>;
  private tellClosed!: () => void;
  private readonly pacing: IngestPacing;
  private readonly runs: EntryRun[] = [];
  private inMemory = 0;
  /** Resolves when the next blocks may be written. */
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly ctx: DdlContext,
    private readonly bulk: BulkLoading,
    private readonly job: IngestJob,
    private readonly control: IngestControl,
    private readonly snapshot: BulkSnapshot,
  ) {
    this.pacing = new IngestPacing(() => ctx.statements());
    this.closed = new Promise((_, reject) => {
      this.tellClosed = () => reject(new Error('the fill was ended'));
    });
    this.closed.catch(() => undefined);
  }

  private wantedThreads(): number {
    // Statements have a thread of their own.
    const free = availableParallelism() - (this.pacing.loaded ? 1 : 0);
    return Math.min(MAX_THREADS, Math.max(1, free), Math.max(1, this.control.settings().thread));
  }

  get again(): Uint8Array[] {
    return [...this.rowsAgain.values()];
  }

  private lookAgain(recordKey: Uint8Array): void {
    this.rowsAgain.set(Buffer.from(recordKey).toString('latin1'), recordKey);
  }

  async run(): Promise<void> {
    const { job, snapshot } = this;
    if (this.ctx.busy()) await this.pacing.look();
    const source: IngestSource = {
      snapshot,
      table: encodeTable(job.table),
      physicalId: job.physicalId,
      indexIds: job.indexes.map((m) => m.index.id),
      offsets: job.offsets,
      timeZone: this.ctx.eval.timeZone,
      folder: dirname(snapshot.dataFile),
      pacing: this.pacing.shared,
    };
    this.threads = await this.opened(openThreads(source, this.wantedThreads()));
    const keys = await this.divide();
    await this.scan();
    for (const [i, between] of keys.entries()) await this.pack(i, between.length + 1);
  }

  /** The threads, unless all ends before they have started: then they wait for the next fill as soon as they have. */
  private async opened(opening: Promise<IngestThread[]>): Promise<IngestThread[]> {
    try {
      return await Promise.race([opening, this.closed]);
    } catch (e) {
      void opening.then((threads) => Promise.all(threads.map((t) => t.close()))).catch(() => undefined);
      throw e;
    }
  }

  async close(): Promise<void> {
    this.tellClosed();
    this.pacing.stop();
    const { threads } = this;
    this.threads = [];
    await Promise.all(threads.map((t) => t.close()));
  }

  /** Has the threads divide entries by the keys that it gives, of each index. */
  private async divide(): Promise<Uint8Array[][]> {
    const { startKey, endKey } = this.job.rows;
    const rows = this.ctx.rowCount(this.job.table.id);
    const parts = Math.min(MAX_PARTS, Math.ceil((rows * ENTRY_BYTES) / PART_BYTES));
    const least = this.threads.length * PIECES;
    const places = [startKey, ...thinned(dividingRecords(this.snapshot, startKey, endKey, PLACES), PLACES)];
    let keys: Uint8Array[][] = [];
    await this.threads[0]!.run({ kind: 'sample', places, endKey }, (reply) => {
      if (reply.kind !== 'sample') return this.raise(reply, 0);
      keys = reply.keys.map((sample) => KeyDivision.of(sample, Math.max(least, parts)));
    });
    await Promise.all(
      this.threads.map((t) => t.run({ kind: 'divide', keys }, (reply) => this.raise(reply, 0))),
    );
    return keys;
  }

  private async scan(): Promise<void> {
    const { startKey, endKey } = this.job.rows;
    const inner = dividingRecords(this.snapshot, startKey, endKey, this.threads.length * PIECES);
    const bounds = [startKey, ...thinned(inner, this.threads.length * PIECES * 2), endKey];
    const receive = async (reply: IngestReply): Promise<void> => {
      if (reply.kind !== 'rows') return this.raise(reply, 0);
      for (const run of reply.runs) {
        this.runs.push(run);
        if (run.memory !== null) this.inMemory += run.length;
      }
      await this.control.progressed(reply.rows);
    };
    await this.deal(bounds.length - 1, (thread, i) =>
      thread.run(
        {
          kind: 'scan',
          startKey: bounds[i]!,
          endKey: bounds[i + 1]!,
          spill: this.spills,
          yielding: this.pacing.loaded,
        },
        receive,
      ),
    );
    await Promise.all(this.threads.map((t) => t.run({ kind: 'finish', spill: this.spills }, receive)));
  }

  private get spills(): boolean {
    return this.inMemory > MEMORY_LIMIT;
  }

  private async pack(index: number, parts: number): Promise<void> {
    const runs = this.runs.filter((r) => r.index === index);
    const mutations = this.job.indexes[index]!;
    const { unique } = mutations.index;
    const receive = async (reply: IngestReply): Promise<void> => {
      if (reply.kind !== 'blocks') return this.raise(reply, index);
      await this.writing;
      const began = performance.now();
      const again = await this.bulk.write(this.snapshot.id, blocksOf(reply.group), unique);
      for (const { key, value } of again)
        this.lookAgain(
          recordKeyOfEntry(this.job.physicalId, key, decodeIndexValueHandle(value), mutations.valuesInKey),
        );
      await this.giveWay(reply.group.bytes.length, performance.now() - began);
    };
    await this.deal(parts, async (thread, part) => {
      const slices = slicesOf(runs, part);
      if (slices.length > 0)
        await thread.run({ kind: 'pack', index, unique, slices, yielding: this.pacing.loaded }, receive);
    });
  }

  /** Deals pieces of work out to the threads as they are free. */
  private async deal(
    pieces: number,
    work: (thread: IngestThread, piece: number) => Promise<void>,
  ): Promise<void> {
    let next = 0;
    let failed = false;
    await Promise.all(
      this.threads.map(async (thread) => {
        try {
          while (next < pieces && !failed) {
            const piece = next++;
            this.ctx.throwIfInterrupted();
            await this.control.obey();
            await work(thread, piece);
          }
        } catch (e) {
          failed = true;
          throw e;
        }
      }),
    );
  }

  private raise(reply: IngestReply, index: number): void {
    if (reply.kind === 'failed') throw new Error(reply.message);
    if (reply.kind !== 'duplicate') return;
    const mutations = this.job.indexes[index]!;
    const prefix = mutations.keyPrefix;
    const key = new Uint8Array(prefix.length + reply.key.length);
    key.set(prefix);
    key.set(reply.key, prefix.length);
    const handle = decodeIndexValueHandle(reply.value);
    throw new DuplicateRowsError(
      mutations,
      recordKeyOfEntry(this.job.physicalId, key, handle, mutations.valuesInKey),
      this.snapshot.ts,
    );
  }

  /** Keeps to the rate asked for, and leaves statements their part of this thread: writes of all threads wait for one another. */
  private giveWay(bytes: number, took: number): Promise<void> {
    this.ctx.throwIfInterrupted();
    const { maxWriteSpeed } = this.control.settings();
    const forRate = maxWriteSpeed > 0 ? (bytes / maxWriteSpeed) * 1000 - took : 0;
    const ms = Math.max(forRate, this.pacing.restAfter(took));
    if (ms < 1) return Promise.resolve();
    return (this.writing = this.writing.then(() => new Promise((resolve) => setTimeout(resolve, ms))));
  }
}

/** At most about so many of the keys, evenly chosen and without repetition. */
function thinned(keys: readonly Uint8Array[], most: number): Uint8Array[] {
  const step = Math.max(1, keys.length / most);
  const out: Uint8Array[] = [];
  for (let i = 0; i < keys.length; i += step) {
    const key = keys[Math.floor(i)]!;
    if (out.length === 0 || compareBytes(out[out.length - 1]!, key) < 0) out.push(key);
  }
  return out;
}
