import { totalmem } from 'node:os';
import type { ColumnInfo, TableInfo } from '../../catalog/model.js';
import { handleColumn, isVirtual, ROWID_TYPE } from '../../catalog/table-layout.js';
import type { Chunk } from '../../chunk/chunk.js';
import type { Vector } from '../../chunk/vector.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { isRecordKey, recordRange, TABLE_PREFIX_LENGTH } from '../../kv/codec/table-key.js';
import { DatumFlag } from '../../kv/codec/datum-codec.js';
import { readIntKey } from '../../kv/codec/number-codec.js';
import type { DataWatch, MvccReader } from '../../kv/mvcc-reader.js';
import type { CoprocessorRequest, KeyRange } from '../../kv/rpc.js';
import type { TableScan } from '../../planner/physical/plan.js';
import { layoutOf, TypeCode } from '../../types/field-type.js';
import type { TimeZone } from '../../types/timezone.js';
import type { Operator } from '../exec-context.js';
import { CachedScan } from './cached-scan.js';
import { CachedTable, HANDLE_ID, type Wanted } from './cached-table.js';
import { HandleList } from './handle-list.js';
import { RecordScan, type BatchDecoder } from './record-scan.js';
import { recordDecoder } from './scan-decoders.js';

export interface ColumnCacheOptions {
  /** Bytes that all cached columns may take; default: a quarter of the machine's memory. */
  readonly maxBytes?: number;
  /** Tables of fewer rows are read from the row store. */
  readonly minRows?: number;
}

const DEFAULT_MIN_ROWS = 10_000;
/** Delta beyond this share of the rows: the next scan of the whole table decodes it anew. */
const MAX_DELTA_SHARE = 0.1;
/** Strings this short are decoded along with the columns asked for: another query will want them. */
const EAGER_STRING = 32;
/** A delta this large is not worth keeping: the table is dropped. */
const DROP_DELTA_SHARE = 0.5;
const DROP_DELTA_MIN = 10_000;
/** Requests of so many rows by handle count as analytic; so many rows in all make the table worth decoding. */
const LOOKUP_REQUEST = 500;
const LOOKUP_TRIGGER = 50_000;
/** Rows decoded for each row looked up before the attempt is given up: a table too large for what is asked of it. */
const LOOKUP_WORTH = 20;
/** Fewest rows of a request for which the cached columns beat the row store. */
const MIN_ROWS_READ = 16;

/**
 * Decoded columns of tables that are scanned as a whole: the first form of the columnar replica. A scan of a whole table
 * leaves its columns here; later scans of any large part of it take them from here, without a copy, and read only what was
 * written since from the row store. See CachedTable for why this gives exactly the row store's answer.
 *
 * The store tells of every commit before a later reader can see it, so that "written since" is never behind.
 */
export class ColumnCache {
  private readonly tables = new Map<number, CachedTable>();
  private readonly building = new Map<number, TableBuild>();
  /** Newest commit told of, by table; `floor` for tables never told of. */
  private readonly lastCommit = new Map<number, bigint>();
  private floor: bigint;
  private readonly maxBytes: number;
  private readonly minRows: number;
  private clock = 0;
  private closed = false;
  /** Rows read by handle in large requests, by table, since the last attempt to decode it. */
  private readonly lookups = new Map<number, number>();

  constructor(
    private readonly watch: DataWatch,
    options: ColumnCacheOptions,
  ) {
    this.maxBytes = options.maxBytes ?? Math.floor(totalmem() / 4);
    this.minRows = options.minRows ?? DEFAULT_MIN_ROWS;
    watch.onCommit((ts, keys) => this.onCommit(ts, keys));
    watch.onRangeChange((start, end) => this.onRangeChange(start, end));
    this.floor = watch.lastCommitTs();
  }

  /** Ends background work; nothing is read from the store any more. */
  close(): void {
    this.closed = true;
    this.tables.clear();
  }

  /** Tables held, for tests and metrics. */
  get size(): number {
    return this.tables.size;
  }

  get bytes(): number {
    let n = 0;
    for (const t of this.tables.values()) n += t.bytes;
    return n;
  }

  private onCommit(ts: bigint, keys: readonly Uint8Array[]): void {
    let id = -1;
    let table: CachedTable | undefined;
    let build: TableBuild | undefined;
    let last: Uint8Array | null = null;
    for (const key of keys) {
      if (!isRecordKey(key)) continue;
      if (last === null || !sameTable(last, key)) {
        id = Number(readIntKey(key, 1));
        table = this.tables.get(id);
        build = this.building.get(id);
        this.lastCommit.set(id, ts);
      }
      last = key;
      build?.written.push(key);
      if (table === undefined) continue;
      table.touch(key);
      if (table.deltaSize > DROP_DELTA_MIN && table.deltaSize > table.rows * DROP_DELTA_SHARE) {
        this.tables.delete(id);
        table = undefined;
      }
    }
  }

  private onRangeChange(start: Uint8Array, end: Uint8Array): void {
    // Everything changed: there may be commits that we were never told of.
    if (start.length === 0 && end.length === 0) this.floor = this.watch.lastCommitTs();
    for (const id of [...this.tables.keys(), ...this.building.keys()]) {
      const range = recordRange(id);
      const apart =
        compareBytes(range.endKey, start) <= 0 || (end.length > 0 && compareBytes(end, range.startKey) <= 0);
      if (apart) continue;
      this.tables.delete(id);
      const build = this.building.get(id);
      if (build !== undefined) build.abandoned = true;
      this.building.delete(id);
    }
  }

  /** The scan over cached columns, or one over the row store that fills the cache; null where neither is of use. */
  scan(plan: TableScan, req: CoprocessorRequest, reader: MvccReader, zone: TimeZone): Operator | null {
    if (reader.checkLocks === undefined || req.ranges.length === 0) return null;
    const wanted = wantedColumns(plan);
    if (wanted === null) return null;
    const whole = coversTable(plan.physicalId, req.ranges);
    const table = this.usable(plan.physicalId, wanted, reader.startTs, zone, whole);
    if (table !== null) {
      table.lastUsed = ++this.clock;
      return CachedScan.open(table, wanted, plan, req, reader, zone, MIN_ROWS_READ);
    }
    if (whole) return this.build(plan, wanted, req.ranges, reader, zone);
    if (req.ranges.length >= LOOKUP_REQUEST) this.noteLookups(plan, wanted, req.ranges.length, reader, zone);
    return null;
  }

  /** Rows are read one by one in large numbers: before long the table is decoded in the background. */
  private noteLookups(
    plan: TableScan,
    wanted: readonly Wanted[],
    rows: number,
    reader: MvccReader,
    zone: TimeZone,
  ): void {
    const id = plan.physicalId;
    const held = this.tables.get(id);
    // A table held that does not serve (an older snapshot, rows written since among those asked for) is not to be made anew.
    if (held !== undefined && wanted.every((w) => held.has(w.id, w.type))) return;
    const total = (this.lookups.get(id) ?? 0) + rows;
    this.lookups.set(id, total);
    if (total < LOOKUP_TRIGGER) return;
    const scan = this.build(plan, wanted, [recordRange(id)], reader, zone);
    if (scan === null) return;
    this.lookups.set(id, 0);
    void this.fillInBackground(scan, total * LOOKUP_WORTH);
  }

  /** Runs a building scan to its end between other work; gives up at a lock, at any error, or when the table is too large. */
  private async fillInBackground(scan: Operator, maxRows: number): Promise<void> {
    let rows = 0;
    try {
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        if (this.closed) return;
        const r = scan.next();
        const chunk = r instanceof Promise ? await r : r;
        if (chunk === null) return;
        rows += chunk.rows;
        if (rows > maxRows) return;
      }
    } catch {
      // The scan was nobody's: its errors (a lock, a store that is closing) are met again by whoever reads the rows.
    } finally {
      await scan.close();
    }
  }

  private usable(
    id: number,
    wanted: readonly Wanted[],
    ts: bigint,
    zone: TimeZone,
    whole: boolean,
  ): CachedTable | null {
    const t = this.tables.get(id);
    if (t === undefined || ts < t.base) return null;
    // A scan of the whole table is the occasion to make a stale copy anew; smaller ones use it as it is.
    if (whole && t.deltaSize > Math.max(100, t.rows * MAX_DELTA_SHARE) && this.mayBuild(id, ts)) return null;
    for (const w of wanted) {
      if (w.id < 0) {
        if (!t.has(HANDLE_ID, w.type)) return null;
      } else if (!t.has(w.id, w.type)) return null;
      if (w.type.tp === TypeCode.Timestamp && t.zone !== zone.name) return null;
    }
    return t;
  }

  /** Nothing committed so far is later than `ts`: what is written after a scan at `ts` begins will be told of. */
  private mayBuild(id: number, ts: bigint): boolean {
    return ts >= (this.lastCommit.get(id) ?? this.floor) && ts >= this.floor;
  }

  private build(
    plan: TableScan,
    wanted: readonly Wanted[],
    ranges: readonly KeyRange[],
    reader: MvccReader,
    zone: TimeZone,
  ): Operator | null {
    const id = plan.physicalId;
    if (this.building.has(id) || !this.mayBuild(id, reader.startTs)) return null;
    const held = this.tables.get(id);
    if (held !== undefined && reader.startTs < held.base) return null;
    const columns: ColumnInfo[] = plan.columns.slice();
    const add = (c: ColumnInfo): void => {
      if (!columns.some((x) => x.id === c.id)) columns.push(c);
    };
    for (const c of plan.table.columns) {
      if (c.state !== 'public' || isVirtual(c)) continue;
      const kept = held !== undefined && held.has(c.id, c.type);
      if (kept || layoutOf(c.type) === 'num' || (c.type.flen >= 0 && c.type.flen <= EAGER_STRING)) add(c);
    }
    const build = new TableBuild(
      this,
      plan.table,
      id,
      reader.startTs,
      columns,
      zone,
      wanted,
      this.minRows,
      this.maxBytes,
    );
    this.building.set(id, build);
    return build.scan(reader, ranges);
  }

  /** The scan came to its end: its columns serve from now on. */
  finished(build: TableBuild): void {
    if (this.building.get(build.physicalId) === build) this.building.delete(build.physicalId);
    const table = build.result();
    if (table === null) return;
    for (const key of build.written) table.touch(key);
    table.lastUsed = ++this.clock;
    this.tables.set(build.physicalId, table);
    this.evict();
  }

  cancelled(build: TableBuild): void {
    if (this.building.get(build.physicalId) === build) this.building.delete(build.physicalId);
  }

  private evict(): void {
    while (this.tables.size > 0 && this.bytes > this.maxBytes) {
      let oldest: CachedTable | null = null;
      for (const t of this.tables.values()) if (oldest === null || t.lastUsed < oldest.lastUsed) oldest = t;
      this.tables.delete(oldest!.physicalId);
    }
  }
}

function wantedColumns(plan: TableScan): readonly Wanted[] | null {
  const out: Wanted[] = [];
  for (const c of plan.columns) {
    if (isVirtual(c)) return null;
    out.push({ id: c.id, type: c.type });
  }
  if (plan.handleOut && !plan.table.isCommonHandle)
    out.push({ id: HANDLE_ID, type: handleColumn(plan.table)?.type ?? ROWID_TYPE });
  return out;
}

function sameTable(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = TABLE_PREFIX_LENGTH - 3; i > 0; i--) if (a[i] !== b[i]) return false;
  return true;
}

/** Whether the ranges are the whole table in one piece. */
function coversTable(id: number, ranges: readonly KeyRange[]): boolean {
  if (ranges.length !== 1) return false;
  const all = recordRange(id);
  const { startKey, endKey } = ranges[0]!;
  const own = (key: Uint8Array): boolean =>
    key.length >= TABLE_PREFIX_LENGTH &&
    compareBytes(key.subarray(0, TABLE_PREFIX_LENGTH), all.startKey) === 0;
  // From the smallest integer handle is from the beginning.
  const fromStart =
    compareBytes(startKey, all.startKey) <= 0 ||
    (own(startKey) && startKey.subarray(TABLE_PREFIX_LENGTH).every((b) => b === 0));
  // The bound above every clustered key is one flag byte.
  const toEnd =
    endKey.length === 0 ||
    compareBytes(endKey, all.endKey) >= 0 ||
    (own(endKey) &&
      endKey.length === TABLE_PREFIX_LENGTH + 1 &&
      endKey[TABLE_PREFIX_LENGTH] === DatumFlag.Max);
  return fromStart && toEnd;
}

/** A scan of a whole table by the row store whose decoded columns are kept. */
class TableBuild {
  /** Records committed since the scan began. */
  readonly written: Uint8Array[] = [];
  abandoned = false;
  private readonly handles = new HandleList();
  private readonly parts: Vector[][];
  private readonly handleParts: Vector[] = [];
  private complete = false;
  private bytes = 0;

  constructor(
    private readonly cache: ColumnCache,
    private readonly table: TableInfo,
    readonly physicalId: number,
    private readonly base: bigint,
    private readonly columns: readonly ColumnInfo[],
    private readonly zone: TimeZone,
    private readonly wanted: readonly Wanted[],
    private readonly minRows: number,
    private readonly maxBytes: number,
  ) {
    this.parts = columns.map(() => []);
  }

  scan(reader: MvccReader, ranges: readonly KeyRange[]): Operator {
    const withHandle = !this.table.isCommonHandle;
    const inner = recordDecoder(this.table, this.columns, withHandle, this.zone);
    const build = this;
    const decoder: BatchDecoder = {
      needsValue: inner.needsValue,
      get rows() {
        return inner.rows;
      },
      get byteSize() {
        return inner.byteSize;
      },
      append(key, keyLength, b, start, end) {
        inner.append(key, keyLength, b, start, end);
        build.handles.append(key, keyLength);
      },
      take() {
        return build.keep(inner.take());
      },
    };
    return new BuildingScan(new RecordScan(reader, decoder, ranges, false, !inner.needsValue), this);
  }

  /** Keeps a decoded chunk; gives the columns that were asked for. */
  private keep(chunk: Chunk): Chunk {
    const n = this.columns.length;
    if (!this.abandoned) {
      for (let i = 0; i < n; i++) this.parts[i]!.push(chunk.columns[i]!);
      if (!this.table.isCommonHandle) this.handleParts.push(chunk.columns[n]!);
      this.bytes += chunkMemory(chunk);
      if (this.bytes > this.maxBytes || this.handles.broken) {
        this.abandoned = true;
        for (const p of this.parts) p.length = 0;
        this.handleParts.length = 0;
      }
    }
    // The columns asked for come first; the handle, when asked for, is the last.
    const out = chunk.columns.slice(0, this.wanted.length);
    if (this.wanted.length > 0 && this.wanted[this.wanted.length - 1]!.id === HANDLE_ID)
      out[this.wanted.length - 1] = chunk.columns[n]!;
    return chunk.withColumns(out);
  }

  end(): void {
    if (this.complete) return;
    this.complete = true;
    this.cache.finished(this);
  }

  cancel(): void {
    if (!this.complete) this.cache.cancelled(this);
  }

  result(): CachedTable | null {
    if (this.abandoned || this.handles.length < this.minRows) return null;
    const t = new CachedTable(this.physicalId, this.base, this.handles, this.zone.name);
    this.columns.forEach((c, i) => t.add(c.id, c.type, this.parts[i]!));
    if (!this.table.isCommonHandle)
      t.add(HANDLE_ID, handleColumn(this.table)?.type ?? ROWID_TYPE, this.handleParts);
    return t;
  }
}

function chunkMemory(chunk: Chunk): number {
  let n = 0;
  for (const v of chunk.columns)
    n += v.kind === 'bytes' ? v.offsets[v.length]! - v.offsets[0]! + v.length * 4 : v.length * 8;
  return n;
}

/** Tells the build when its scan has come to the end, or will not. */
class BuildingScan implements Operator {
  constructor(
    private readonly scan: RecordScan,
    private readonly build: TableBuild,
  ) {}

  open(): void {}

  next(): Chunk | null {
    const chunk = this.scan.next();
    if (chunk === null) this.build.end();
    return chunk;
  }

  close(): void {
    this.build.cancel();
    this.scan.close();
  }
}
