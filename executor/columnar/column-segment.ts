import type { Vector } from '../../chunk/vector.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { keyLowerBound } from '../../kv/codec/sorted-keys.js';
import { isUnsigned, type FieldType } from '../../types/field-type.js';
import { keyString } from '../../kv/codec/key-string.js';
import { vectorRowBytes } from '../row-bytes.js';
import { blockStats, type BlockStats } from './block-stats.js';
import { ColumnDictionary } from './column-dictionary.js';
import type { StoredColumn } from './column-encoding.js';
import { vectorForm, type ArrayWriter } from '../parallel/vector-form.js';
import type { ColumnName, LentColumn } from './column-lending.js';
import { withDictionary, type Extent, type LoadedColumn } from './column-loader.js';
import { HandleList } from './handle-list.js';
import { sharedFloat64 } from './shared-array.js';

/** Stands for the list of record keys among the columns that were asked for: ranges within a table are looked up there. */
export const KEY_LIST_ID = -2;

/** What a segment on disk is read from. */
export interface SegmentFile {
  readonly name: string;
  readonly handles: Extent;
  readonly columns: ReadonlyMap<number, Extent>;
  readColumn(at: Extent, dictionary: ColumnDictionary): StoredColumn;
  /** In another thread, or the memory of one that has it; null when it has to be read in this one. */
  loadColumn(id: number): Promise<LoadedColumn> | null;
  /** Columns are there for this thread to borrow. */
  readonly borrowed: boolean;
  readHandles(at: Extent): HandleList;
}

/** A column in memory that can be read again from the segment's file. */
export interface EvictableColumn {
  readonly lastUsed: number;
  readonly bytes: number;
  /** Strings without a dictionary. */
  readonly plain: boolean;
  /** Other threads were lent it. */
  readonly lent: ColumnName | null;
  drop(): void;
}

class SegmentColumn {
  vector: Vector | null;
  stats: BlockStats | null = null;
  lastUsed = 0;
  /** It is being read in another thread. */
  loading: Promise<void> | null = null;
  /** The memory is another thread's, which counts and bounds it. */
  borrowed = false;
  /** When any of the threads that share the column last used it; null while none does. */
  use: Float64Array | null = null;

  constructor(
    readonly type: FieldType,
    readonly dictionary: ColumnDictionary,
    vector: Vector | null,
  ) {
    this.vector = vector;
  }

  noteUse(clock: number): void {
    this.lastUsed = clock;
    if (this.use !== null) this.use[0] = clock;
  }

  take({ vector, stats, use }: LoadedColumn): void {
    // What is another thread's takes the place of a copy of one's own.
    if (this.vector !== null && use === undefined) return;
    this.vector = withDictionary(vector, this.dictionary);
    this.stats ??= stats;
    // Decimals beyond 64 bits are no array, and were copied.
    this.borrowed = use !== undefined && !(vector.kind === 'wide' && Array.isArray(vector.data));
    this.use = use ?? null;
  }
}

/** All goes as it is: what is in shared memory, by reference. */
const AS_IT_IS: ArrayWriter = { rows: (a) => a, dictionary: (a) => a };
const NO_CODES = new ColumnDictionary();

/** A delta of this share of the rows is more work to merge than the rows are to read from the row store. */
const STALE_SHARE = 0.3;
const STALE_MIN = 10_000;

/**
 * Columns of the rows in a range of handles as of version `base`, and the keys written since ("delta"). A reader at `ts >= base`
 * sees base rows that are not in the delta, and the delta's keys as the row store has them at `ts`: whatever was committed after
 * `base` is in the delta, and nothing else makes a row differ from what it was at `base`.
 */
export class ColumnSegment {
  private readonly columns = new Map<number, SegmentColumn>();
  private readonly delta = new Map<string, Uint8Array>();
  /** Keys of the delta, ascending, but for those in `fresh`. */
  private sorted: readonly Uint8Array[] = NO_KEYS;
  private fresh: Uint8Array[] = [];
  /** So much was written since that the row store is read instead; delta keys are no longer kept. */
  stale = false;
  /** Keys written since a rewrite of the segment began; null when there is none under way. */
  writtenSince: Uint8Array[] | null = null;
  /** Rows that scans have read from the row store because of the delta, each time anew. */
  rowsReadBeside = 0;
  file: SegmentFile | null = null;
  private loadingKeys: Promise<void> | null = null;
  private keysBorrowed = false;

  constructor(
    /** Record keys in [startKey, endKey). */
    readonly startKey: Uint8Array,
    readonly endKey: Uint8Array,
    readonly base: bigint,
    readonly rows: number,
    private handleList: HandleList | null,
  ) {}

  get handles(): HandleList {
    if (this.handleList === null) {
      this.handleList = this.file!.readHandles(this.file!.handles);
      // Not to be waited for here; what another thread has takes its place.
      if (this.file!.borrowed) void this.loadKeys();
    }
    return this.handleList;
  }

  get deltaSize(): number {
    return this.delta.size;
  }

  /** Memory in use, without what is borrowed. */
  get bytes(): number {
    let n = (this.keysBorrowed ? 0 : (this.handleList?.memory ?? 0)) + this.delta.size * 120;
    for (const c of this.columns.values())
      if (c.vector !== null && !c.borrowed) n += vectorRowBytes(c.vector);
    return n;
  }

  /** A column held; `vector` null: it is in the file. */
  add(id: number, type: FieldType, dictionary: ColumnDictionary, vector: Vector | null): void {
    this.columns.set(id, new SegmentColumn(type, dictionary, vector));
  }

  has(id: number, type: FieldType): boolean {
    const c = this.columns.get(id);
    return c !== undefined && sameStorage(c.type, type);
  }

  /** Ids and types of the columns held. */
  held(): { readonly id: number; readonly type: FieldType }[] {
    return [...this.columns].map(([id, c]) => ({ id, type: c.type }));
  }

  column(id: number, clock: number): Vector {
    const c = this.columns.get(id)!;
    c.noteUse(clock);
    if (c.vector === null) {
      const { vector, stats } = this.file!.readColumn(this.file!.columns.get(id)!, c.dictionary);
      c.vector = vector;
      c.borrowed = false;
      c.stats ??= stats;
      if (this.file!.borrowed) void this.load(id, c);
    } else if (
      c.vector.kind === 'bytes' &&
      c.vector.codes !== null &&
      c.vector.offsets !== c.dictionary.offsets
    )
      c.vector = c.dictionary.vector(c.vector.codes, c.vector.nulls);
    return c.vector;
  }

  /**
   * Has a column that is on disk only read in another thread; null when there is nothing to wait for. A file that cannot be read is
   * for whoever asks for the column to meet.
   */
  prefetch(id: number): Promise<void> | null {
    if (id === KEY_LIST_ID) return this.onDisk(id) ? this.loadKeys() : null;
    const c = this.columns.get(id);
    return c === undefined || c.vector !== null ? null : this.load(id, c);
  }

  private load(id: number, c: SegmentColumn): Promise<void> | null {
    if (this.file?.columns.has(id) !== true) return null;
    c.loading ??=
      this.file
        .loadColumn(id)
        ?.then(
          (loaded) => c.take(loaded),
          () => undefined,
        )
        .finally(() => (c.loading = null)) ?? null;
    return c.loading;
  }

  private loadKeys(): Promise<void> | null {
    this.loadingKeys ??=
      this.file!.loadColumn(KEY_LIST_ID)
        ?.then(
          ({ vector, use }) => {
            if (this.stale || (this.handleList !== null && use === undefined)) return;
            this.handleList = HandleList.of(vector);
            this.keysBorrowed = use !== undefined;
          },
          () => undefined,
        )
        .finally(() => (this.loadingKeys = null)) ?? null;
    return this.loadingKeys;
  }

  /** For another thread, which uses the same memory; null where the column is not here any more. Throws errors of the file system. */
  async lend(id: number, clock: number): Promise<LentColumn | null> {
    await this.prefetch(id);
    if (this.stale) return null;
    if (id === KEY_LIST_ID) {
      this.handleList = this.handles.shared();
      return { vector: vectorForm(this.handleList.toVector(), AS_IT_IS), stats: null, use: sharedFloat64(1) };
    }
    const c = this.columns.get(id);
    if (c === undefined) return null;
    c.use ??= sharedFloat64(1);
    const v = this.column(id, clock);
    // The other thread has the dictionary.
    const bare = v.kind === 'bytes' && v.codes !== null ? NO_CODES.vector(v.codes, v.nulls) : v;
    return { vector: vectorForm(bare, AS_IT_IS), stats: this.stats(id, clock), use: c.use };
  }

  /** A borrowed column is to be given up. */
  giveBack(id: number): void {
    const c = this.columns.get(id);
    if (c?.borrowed !== true) return;
    c.vector = null;
    c.borrowed = false;
    c.use = null;
  }

  /** Reads a column into memory that is on disk only. */
  fetch(id: number): void {
    if (id === KEY_LIST_ID) void this.handles;
    else this.column(id, 0);
  }

  /** Bytes of a column in memory. */
  columnBytes(id: number): number {
    if (id === KEY_LIST_ID) return this.handleList?.memory ?? 0;
    const vector = this.columns.get(id)?.vector ?? null;
    return vector === null ? 0 : vectorRowBytes(vector);
  }

  /** Whether a column is on disk only. */
  onDisk(id: number): boolean {
    if (id === KEY_LIST_ID) return this.handleList === null && this.file !== null;
    const c = this.columns.get(id);
    return c !== undefined && c.vector === null && this.file?.columns.has(id) === true;
  }

  stats(id: number, clock: number): BlockStats {
    const c = this.columns.get(id)!;
    c.stats ??= blockStats(this.column(id, clock));
    return c.stats;
  }

  /** Columns in memory that the file has as well, and when each was last read. */
  *evictable(): Generator<EvictableColumn> {
    if (this.file === null) return;
    for (const [id, c] of this.columns) {
      if (c.vector === null || c.borrowed || !this.file.columns.has(id)) continue;
      yield {
        lastUsed: Math.max(c.lastUsed, c.use?.[0] ?? 0),
        bytes: vectorRowBytes(c.vector),
        plain: c.vector.kind === 'bytes' && c.vector.codes === null,
        lent: c.use === null ? null : [this.file.name, id],
        drop: () => {
          c.vector = null;
        },
      };
    }
  }

  /** A record in the range was written after `base`. */
  touch(key: Uint8Array): void {
    this.writtenSince?.push(key);
    if (this.stale) return;
    const name = keyString(key);
    if (this.delta.has(name)) return;
    const own = key.slice();
    this.delta.set(name, own);
    this.fresh.push(own);
    if (this.delta.size > STALE_MIN && this.delta.size > this.rows * STALE_SHARE) this.giveUp();
  }

  /** The records keys[from, to) were written, each once. */
  touchRun(keys: readonly Uint8Array[], from: number, to: number): void {
    const n = to - from;
    if (this.writtenSince === null && (this.stale || (n > STALE_MIN && n > this.rows * STALE_SHARE))) {
      if (!this.stale && n > 0) this.giveUp();
      return;
    }
    for (let k = from; k < to; k++) this.touch(keys[k]!);
  }

  /** From now on the row store is read, until the segment is written anew. */
  giveUp(): void {
    this.stale = true;
    this.delta.clear();
    this.sorted = NO_KEYS;
    this.fresh = [];
    this.columns.clear();
    this.handleList = null;
  }

  /** Keys of the delta, ascending. */
  deltaKeys(): readonly Uint8Array[] {
    if (this.fresh.length > 0) {
      this.sorted = withKeys(this.sorted, this.fresh.sort(compareBytes));
      this.fresh = [];
    }
    return this.sorted;
  }
}

/**
 * Whether decoded cells of one type are those of the other: the column was not altered in between. The keys that a column is in, and
 * whether it may be NULL, are in its type, too, and make no difference to its cells.
 */
function sameStorage(a: FieldType, b: FieldType): boolean {
  return (
    a === b ||
    (a.tp === b.tp &&
      isUnsigned(a) === isUnsigned(b) &&
      a.flen === b.flen &&
      a.decimal === b.decimal &&
      a.charset === b.charset &&
      a.collate === b.collate)
  );
}

const NO_KEYS: readonly Uint8Array[] = [];
/** Fewer keys than this are put in one by one. */
const FEW_KEYS = 32;

/** Ascending keys with more of them: those there are few of find their places by search. */
function withKeys(sorted: readonly Uint8Array[], fresh: readonly Uint8Array[]): readonly Uint8Array[] {
  if (sorted.length === 0) return fresh;
  if (fresh.length >= FEW_KEYS) return [...sorted, ...fresh].sort(compareBytes);
  const all = sorted.slice();
  for (const key of fresh) all.splice(keyLowerBound(all, key), 0, key);
  return all;
}
