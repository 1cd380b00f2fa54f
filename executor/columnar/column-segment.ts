import type { Vector } from '../../chunk/vector.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { keyLowerBound } from '../../kv/codec/sorted-keys.js';
import { isUnsigned, type FieldType } from '../../types/field-type.js';
import { keyString } from '../../kv/codec/key-string.js';
import { vectorRowBytes } from '../row-bytes.js';
import { blockStats, type BlockStats } from './block-stats.js';
import type { ColumnDictionary } from './column-dictionary.js';
import type { StoredColumn } from './column-encoding.js';
import { withDictionary, type Extent, type LoadedColumn } from './column-loader.js';
import { HandleList } from './handle-list.js';

/** Stands for the list of record keys among the columns that were asked for: ranges within a table are looked up there. */
export const KEY_LIST_ID = -2;

/** What a segment on disk is read from. */
export interface SegmentFile {
  readonly name: string;
  readonly handles: Extent;
  readonly columns: ReadonlyMap<number, Extent>;
  readColumn(at: Extent, dictionary: ColumnDictionary): StoredColumn;
  /** In another thread; null when it has to be read in this one. */
  loadColumn(at: Extent): Promise<LoadedColumn> | null;
  readHandles(at: Extent): HandleList;
}

/** A column in memory that can be read again from the segment's file. */
export interface EvictableColumn {
  readonly lastUsed: number;
  readonly bytes: number;
  /** Strings without a dictionary. */
  readonly plain: boolean;
  drop(): void;
}

class SegmentColumn {
  vector: Vector | null;
  stats: BlockStats | null = null;
  lastUsed = 0;
  /** It is being read in another thread. */
  loading: Promise<void> | null = null;

  constructor(
    readonly type: FieldType,
    readonly dictionary: ColumnDictionary,
    vector: Vector | null,
  ) {
    this.vector = vector;
  }
}

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

  constructor(
    /** Record keys in [startKey, endKey). */
    readonly startKey: Uint8Array,
    readonly endKey: Uint8Array,
    readonly base: bigint,
    readonly rows: number,
    private handleList: HandleList | null,
  ) {}

  get handles(): HandleList {
    this.handleList ??= this.file!.readHandles(this.file!.handles);
    return this.handleList;
  }

  get deltaSize(): number {
    return this.delta.size;
  }

  /** Memory in use. */
  get bytes(): number {
    let n = (this.handleList?.memory ?? 0) + this.delta.size * 120;
    for (const c of this.columns.values()) if (c.vector !== null) n += vectorRowBytes(c.vector);
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
    c.lastUsed = clock;
    if (c.vector === null) {
      const { vector, stats } = this.file!.readColumn(this.file!.columns.get(id)!, c.dictionary);
      c.vector = vector;
      c.stats ??= stats;
    } else if (
      c.vector.kind === 'bytes' &&
      c.vector.codes !== null &&
      c.vector.offsets !== c.dictionary.offsets
    )
      c.vector = c.dictionary.vector(c.vector.codes, c.vector.nulls);
    return c.vector;
  }

  /** The same of the record keys. */
  private prefetchKeys(): Promise<void> | null {
    if (!this.onDisk(KEY_LIST_ID)) return null;
    this.loadingKeys ??=
      this.file!.loadColumn(this.file!.handles)
        ?.then(
          ({ vector }) => {
            if (!this.stale) this.handleList ??= HandleList.of(vector);
          },
          () => undefined,
        )
        .finally(() => (this.loadingKeys = null)) ?? null;
    return this.loadingKeys;
  }

  /**
   * Has a column that is on disk only read in another thread; null when there is nothing to wait for. A file that cannot be read is
   * for whoever asks for the column to meet.
   */
  prefetch(id: number): Promise<void> | null {
    if (id === KEY_LIST_ID) return this.prefetchKeys();
    const c = this.columns.get(id);
    if (c === undefined || c.vector !== null) return null;
    if (c.loading !== null) return c.loading;
    const at = this.file?.columns.get(id);
    if (at === undefined) return null;
    const loaded = this.file!.loadColumn(at);
    if (loaded === null) return null;
    c.loading = loaded
      .then(
        ({ vector, stats }) => {
          c.vector ??= withDictionary(vector, c.dictionary);
          c.stats ??= stats;
        },
        () => undefined,
      )
      .finally(() => (c.loading = null));
    return c.loading;
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
      if (c.vector === null || !this.file.columns.has(id)) continue;
      yield {
        lastUsed: c.lastUsed,
        bytes: vectorRowBytes(c.vector),
        plain: c.vector.kind === 'bytes' && c.vector.codes === null,
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
