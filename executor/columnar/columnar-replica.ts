import { setImmediate as nextTurn } from 'node:timers/promises';
import { totalmem } from 'node:os';
import type { ColumnInfo, TableInfo } from '../../catalog/model.js';
import { handleColumn, isVirtual, ROWID_TYPE } from '../../catalog/table-layout.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { readIntKey } from '../../kv/codec/number-codec.js';
import { isRecordKey, isTableKey, recordRange, TABLE_PREFIX_LENGTH } from '../../kv/codec/table-key.js';
import type { DataWatch, MvccReader } from '../../kv/mvcc-reader.js';
import type { CoprocessorRequest, KeyRange } from '../../kv/rpc.js';
import type { TableScan } from '../../planner/physical/plan.js';
import { layoutOf, TypeCode } from '../../types/field-type.js';
import { timeZone, type TimeZone } from '../../types/timezone.js';
import { isPoint } from '../coprocessor/record-scan.js';
import type { Operator } from '../exec-context.js';
import type { BlockFilter } from './block-filter.js';
import { ColumnScan } from './column-scan.js';
import type { ColumnLoader } from './column-loader.js';
import { KEY_LIST_ID, type ColumnSegment } from './column-segment.js';
import { ENCODING_COST, HANDLE_ID, firstBehind, type ColumnTable, type Wanted } from './column-table.js';
import { storedColumns } from './stored-columns.js';
import { BuildingScan, TableBuild } from './table-build.js';
import { WantedReplicas, type ReplicaState, type WantedReplica } from './wanted-replicas.js';
import { coversTable } from './whole-table.js';
import { restoreColumns } from './restore-columns.js';
import { SEGMENT_ROWS, SegmentBuilder, type BuildTarget } from './segment-builder.js';
import { SegmentKeeper } from './segment-keeper.js';
import { BorrowedTables } from './borrowed-tables.js';
import type { Lender } from './column-lending.js';
import { ColumnRoom } from './column-room.js';
import { LentColumns } from './lent-columns.js';

export interface ColumnarOptions {
  /** Bytes that all columns may take in memory; default: a quarter of the machine's. */
  readonly maxBytes?: number;
  /** Tables of fewer rows are read from the row store. */
  readonly minRows?: number;
  readonly segmentRows?: number;
  /** Tables of fewer rows are not kept on disk. */
  readonly minRowsKept?: number;
  /** Pause before segments that commits have made stale are written anew, ms: bulk loads write many times over. */
  readonly settleMs?: number;
}

const DEFAULT_MIN_ROWS = 10_000;
/** Delta beyond this share of a segment's rows: it is written anew. */
const MAX_DELTA_SHARE = 0.1;
const MIN_DELTA = 100;
/** Strings this short are decoded along with the columns asked for: another query will want them. */
const EAGER_STRING = 32;
/** Requests of so many rows by handle count as analytic; so many rows in all make the table worth decoding. */
const LOOKUP_REQUEST = 500;
const LOOKUP_TRIGGER = 50_000;
/** Rows decoded for each row looked up before the attempt is given up: a table too large for what is asked of it. */
const LOOKUP_WORTH = 20;
/** Fewest rows of a request for which the columns beat the row store. */
const MIN_ROWS_READ = 16;
/** Tables of fewer rows are not worth files of their own: they are decoded anew. */
const MIN_ROWS_KEPT = 50_000;
const SETTLE_MS = 500;
/** Scans between two looks at the memory in use. */
const EVICT_EVERY = 64;
const CLOCK_STEP = 2 ** -10;

/**
 * The columnar replica: columns of tables that are scanned, in segments by handle range, beside the row store. A scan of a
 * whole table leaves its columns here, and so does work in the background for tables that are looked up often or have been given
 * a replica by ALTER TABLE; later scans take columns from here without a copy, and read only what was written since from the row
 * store. See ColumnSegment for why this gives exactly the row store's answer.
 *
 * The store tells of every commit before a later reader can see it, so that "written since" is never behind.
 */
export class ColumnarReplica {
  private readonly tables = new Map<number, ColumnTable>();
  private readonly building = new Map<number, TableBuild>();
  /** Newest commit told of, by table; `floor` for tables never told of. */
  private readonly lastCommit = new Map<number, bigint>();
  private floor: bigint;
  private readonly room: ColumnRoom;
  private readonly minRows: number;
  private readonly segmentRows: number;
  private readonly minRowsKept: number;
  private readonly settleMs: number;
  /** Of the last use of a column or table: ms, with steps in between for scans of one millisecond. */
  private clock = 0;
  private scans = 0;
  private closed = false;
  /** Rows read by handle in large requests, by table, since the last attempt to decode it. */
  private readonly lookups = new Map<number, number>();
  private readonly keeper: SegmentKeeper | null;
  /** Columns for other threads of the process to use; null where none are on disk from here. */
  readonly lent: LentColumns | null;
  /** Those that this thread uses of another. */
  private borrowed: BorrowedTables | null = null;
  private columnLoader: ColumnLoader | null = null;
  /** Background work, one piece after another. */
  private tail: Promise<void> = Promise.resolve();
  private readonly compacting = new Set<ColumnSegment>();
  private readonly wanted: WantedReplicas;
  /** What is known of tables scanned, for work in the background. */
  private readonly known = new Map<number, TableInfo>();

  constructor(
    private readonly watch: DataWatch,
    options: ColumnarOptions,
  ) {
    const maxBytes = options.maxBytes ?? Math.floor(totalmem() / 4);
    this.room = new ColumnRoom(maxBytes, this.tables, (id) => this.drop(id));
    this.minRows = options.minRows ?? DEFAULT_MIN_ROWS;
    this.segmentRows = options.segmentRows ?? SEGMENT_ROWS;
    this.minRowsKept = options.minRowsKept ?? MIN_ROWS_KEPT;
    this.settleMs = options.settleMs ?? SETTLE_MS;
    this.keeper = watch.keeper === undefined ? null : new SegmentKeeper(watch.keeper, this.tables);
    this.lent =
      this.keeper === null
        ? null
        : new LentColumns(this.keeper, this.tables, this.room, {
            minRowsKept: this.minRowsKept,
            isMaking: (id) => this.wanted.isMaking(id),
            drain: () => this.watch.drain?.(),
            tick: () => this.tick(),
            freshen: (table) => this.freshen(table),
          });
    this.wanted = new WantedReplicas(watch, this.keeper, this.tables, {
      segmentRows: this.segmentRows,
      maxBytes,
      minRowsKept: this.minRowsKept,
      memory: () => this.bytes,
      closed: () => this.closed,
      inBackground: (work) => this.inBackground(work),
      made: (table) => this.install(table),
    });
    watch.onCommit((ts, keys, ascending) =>
      ascending === true ? this.onLargeCommit(ts, keys) : this.onCommit(ts, keys),
    );
    watch.onRangeChange((start, end) => this.onRangeChange(start, end));
    this.floor = watch.lastCommitTs();
    this.keeper?.load(
      (ts, keys) => this.onReplayed(ts, keys),
      (s, e) => this.onRangeChange(s, e),
    );
  }

  /** Ends background work; nothing is read from the store any more. */
  close(): void {
    this.closed = true;
    this.keeper?.close();
  }

  /** Whether scans find columns of a table or partition here; with `columns`, whether they find these. */
  keeps(physicalId: number, columns: readonly Wanted[] = []): boolean {
    const held = this.tables.get(physicalId);
    return held !== undefined && columns.every((c) => held.has(c.id, c.type));
  }

  /** Tables held, for tests and metrics. */
  get size(): number {
    return this.tables.size;
  }

  /** Physical ids of the tables held. */
  get held(): readonly number[] {
    return [...this.tables.keys()];
  }

  get bytes(): number {
    return this.room.bytes;
  }

  private tick(): number {
    return (this.clock = Math.max(Date.now(), this.clock + CLOCK_STEP));
  }

  private onCommit(ts: bigint, keys: readonly Uint8Array[]): void {
    let id = -1;
    let table: ColumnTable | undefined;
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
      if (table.neglected && !this.wanted.has(id)) {
        this.tables.delete(id);
        this.keeper?.changed();
        table = undefined;
      }
    }
  }

  /** Keys in order: those of one table are neighbours, of which none but the first and the last need be looked at. */
  private onLargeCommit(ts: bigint, keys: readonly Uint8Array[]): void {
    for (let from = 0; from < keys.length;) {
      const first = keys[from]!;
      const to = firstBehind(keys, from, keys.length, (key) => !samePrefix(first, key));
      if (isRecordKey(first)) {
        const id = Number(readIntKey(first, 1));
        this.lastCommit.set(id, ts);
        const written = this.building.get(id)?.written;
        if (written !== undefined) for (let k = from; k < to; k++) written.push(keys[k]!);
        const table = this.tables.get(id);
        table?.touchRun(keys, from, to);
        if (table?.neglected === true && !this.wanted.has(id)) {
          this.tables.delete(id);
          this.keeper?.changed();
        }
      }
      from = to;
    }
  }

  /** A commit of before the start: segments of newer versions have it. */
  private onReplayed(ts: bigint, keys: readonly Uint8Array[]): void {
    for (const key of keys) {
      if (!isRecordKey(key)) continue;
      const table = this.tables.get(Number(readIntKey(key, 1)));
      if (table !== undefined && table.segments[table.segmentAt(key)]!.base < ts) table.touch(key);
    }
  }

  private onRangeChange(start: Uint8Array, end: Uint8Array): void {
    // Everything changed: there may be commits that we were never told of.
    if (start.length === 0 && end.length === 0) this.floor = this.watch.lastCommitTs();
    // Nor by a snapshot of before.
    else if (isTableKey(start)) this.lastCommit.set(Number(readIntKey(start, 1)), this.watch.lastCommitTs());
    for (const id of [...this.tables.keys(), ...this.building.keys()]) {
      const range = recordRange(id);
      const apart =
        compareBytes(range.endKey, start) <= 0 || (end.length > 0 && compareBytes(end, range.startKey) <= 0);
      if (apart) continue;
      this.drop(id);
    }
  }

  private drop(id: number): void {
    if (this.tables.delete(id)) {
      this.keeper?.changed();
      this.lent?.replaced(id);
    }
    const build = this.building.get(id);
    if (build !== undefined) build.abandoned = true;
    this.building.delete(id);
  }

  /** The scan over columns, or one over the row store that leaves them here; null where neither is of use. */
  scan(
    plan: TableScan,
    req: CoprocessorRequest,
    reader: MvccReader,
    zone: TimeZone,
    filters: readonly BlockFilter[] = [],
  ): Operator | null {
    const { ranges } = req;
    if (reader.checkLocks === undefined || ranges.length === 0) return null;
    // A few rows by their keys.
    if (ranges.length < LOOKUP_REQUEST && isPoint(ranges[0]!) && isPoint(ranges[ranges.length - 1]!))
      return null;
    const wanted = wantedColumns(plan);
    if (wanted === null) return null;
    const whole = coversTable(plan.physicalId, ranges);
    const table = this.usable(plan.physicalId, wanted, reader.startTs, zone, whole);
    if (table !== null) {
      table.lastUsed = this.tick();
      table.noteAsked(wanted.map((w) => w.id));
      if (!whole) table.noteAsked([KEY_LIST_ID]);
      this.known.set(plan.physicalId, plan.table);
      table.noteRead(whole ? Infinity : Math.max(ranges.length, plan.estRows));
      this.freshen(table);
      const scan = ColumnScan.open({
        table,
        wanted,
        plan,
        request: req,
        reader,
        zone,
        minRows: MIN_ROWS_READ,
        filters,
        clock: this.clock,
      });
      // Columns come back from disk as they are read.
      if ((this.keeper ?? this.borrowed) !== null && ++this.scans % EVICT_EVERY === 0) this.room.make();
      return scan;
    }
    // A wanted replica is made in the background, in one zone for all.
    if (whole && !this.wanted.has(plan.physicalId)) return this.build(plan, wanted, reader, zone);
    if (ranges.length >= LOOKUP_REQUEST) this.noteLookups(plan, wanted, ranges.length, reader, zone);
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
    const scan = this.build(plan, wanted, reader, zone);
    if (scan === null) return;
    this.lookups.set(id, 0);
    void this.fillInBackground(scan, total * LOOKUP_WORTH);
  }

  /** Runs a building scan to its end between other work; gives up at a lock, at any error, or when the table is too large. */
  private async fillInBackground(scan: Operator, maxRows: number): Promise<void> {
    let rows = 0;
    try {
      for (;;) {
        await nextTurn();
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
  ): ColumnTable | null {
    const t = this.tables.get(id);
    if (t === undefined || t.segments.every((s) => s.base > ts)) return null;
    for (const w of wanted) {
      if (!t.has(w.id, w.type)) return null;
      if (w.type.tp === TypeCode.Timestamp && t.zone !== zone.name) return null;
    }
    // Where nothing can be done in the background, a scan of the whole table is the occasion to make a stale copy anew.
    if (whole && this.watch.freshReader === undefined && this.mayBuild(id, ts)) {
      if (t.segments.some(isStale)) return null;
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
    this.known.set(id, plan.table);
    const build = new TableBuild(
      this,
      plan.table,
      id,
      reader,
      columns,
      zone,
      this.segmentRows,
      this.room.maxBytes,
    );
    this.building.set(id, build);
    return new BuildingScan(build, plan.columns.length, wanted);
  }

  /** The scan came to its end: its columns serve as soon as they are made. */
  finished(build: TableBuild): void {
    if (build.rows < this.minRows) return this.cancelled(build);
    const made = build.settle().then(() => {
      if (this.building.get(build.physicalId) !== build) return;
      this.building.delete(build.physicalId);
      const table = this.closed ? null : build.result();
      if (table === null) return;
      for (const key of build.written) table.touch(key);
      this.install(table);
    });
    this.inBackground(() => made);
  }

  private install(table: ColumnTable): void {
    table.lastUsed = this.tick();
    this.tables.set(table.physicalId, table);
    this.keep(table);
    this.room.make();
  }

  cancelled(build: TableBuild): void {
    if (this.building.get(build.physicalId) === build) this.building.delete(build.physicalId);
  }

  /** The replicas that there ought to be; those of no more interest go. */
  want(list: readonly WantedReplica[]): void {
    for (const id of this.wanted.set(list)) this.drop(id);
    for (const w of list) this.known.set(w.physicalId, w.table);
  }

  /** Has replicas made in the background that are wanted and missing; `of`: only these. */
  makeMissing(of?: ReadonlySet<number>): void {
    if (this.watch.freshReader !== undefined) this.wanted.make(of);
  }

  state(physicalId: number): ReplicaState {
    return this.wanted.state(physicalId);
  }

  isMaking(physicalId: number): boolean {
    return this.wanted.isMaking(physicalId);
  }

  // Background

  /** Threads that read columns from disk. */
  set loader(loader: ColumnLoader | null) {
    this.columnLoader = loader;
    if (this.keeper !== null) this.keeper.files.loader = loader;
  }

  /** Has this thread, of this number, use columns of the thread that keeps them on disk. */
  borrowFrom(lender: Lender, thread: number): BorrowedTables {
    const { watch, tables, room } = this;
    this.borrowed = new BorrowedTables(lender, thread, watch, tables, room, {
      closed: () => this.closed,
      install: (table) => {
        for (const id of tables.get(table.physicalId)?.asked ?? []) table.asked.add(id);
        table.lastUsed = this.tick();
        tables.set(table.physicalId, table);
        room.make();
      },
      drop: (id) => this.drop(id),
    });
    return this.borrowed;
  }

  /** After a start: reads columns back that scans asked for before, between other work, as long as half of the room is free. */
  restore(): Promise<void> {
    const { columnLoader, room } = this;
    return restoreColumns([...this.tables.values()], columnLoader, room.maxBytes / 2, () => this.closed);
  }

  /** Resolves when the work in the background asked for so far, and what it asked for, is done: for tests. */
  async idle(): Promise<void> {
    for (let done: Promise<void> | null = null; done !== this.tail;) await (done = this.tail);
  }

  /** Runs work after what is under way; its errors end it alone. */
  private inBackground(work: () => Promise<void>): void {
    this.tail = this.tail.then(async () => {
      if (this.closed) return;
      try {
        await work();
      } catch {
        // Locks, a store that closes, a disk that is full: the row store serves, and another occasion comes.
      }
    });
  }

  private keep(table: ColumnTable): void {
    if (this.keeper === null || table.rows < this.minRowsKept) return;
    this.inBackground(async () => {
      if (this.tables.get(table.physicalId) === table) {
        await this.keeper!.save(table);
        this.lent!.replaced(table.physicalId);
      }
      this.room.make();
    });
  }

  /** Has segments written anew whose delta has grown too large, as far as what was read since pays for it. */
  private freshen(table: ColumnTable): void {
    if (this.watch.freshReader === undefined) return;
    for (const s of table.segments) {
      if (!isStale(s)) continue;
      if (this.borrowed?.has(table) === true) {
        this.borrowed.tellStale(table, s);
        continue;
      }
      if (this.compacting.has(s) || !table.spend(s.rows)) continue;
      this.compacting.add(s);
      this.inBackground(async () => {
        try {
          await pause(this.settleMs);
          await this.compact(table, s);
        } finally {
          this.compacting.delete(s);
          s.writtenSince = null;
        }
      });
    }
  }

  private async compact(table: ColumnTable, segment: ColumnSegment): Promise<void> {
    const id = table.physicalId;
    const info = this.known.get(id);
    if (info === undefined || this.closed || this.tables.get(id) !== table) return;
    const zone = timeZone(table.zone);
    if (zone === null) return;
    const columns = columnsOf(info, table);
    const reader = this.watch.freshReader!();
    const written: Uint8Array[] = [];
    segment.writtenSince = written;
    const target: BuildTarget = {
      table,
      info,
      columns,
      zone,
      segmentRows: this.segmentRows,
      maxBytes: this.room.maxBytes,
    };
    const range: KeyRange = { startKey: segment.startKey, endKey: segment.endKey };
    reader.checkLocks?.(range.startKey, range.endKey);
    const builder = new SegmentBuilder(target, range, reader);
    const scan = builder.scan();
    try {
      for (;;) {
        await nextTurn();
        this.watch.drain?.();
        if (this.closed || this.tables.get(id) !== table) return;
        if (scan.next() === null) break;
        builder.work();
      }
    } finally {
      scan.close();
    }
    builder.end();
    await builder.settle();
    const made = builder.result;
    if (made === null || this.closed || this.tables.get(id) !== table) return;
    table.replace(segment, made);
    segment.writtenSince = null;
    for (const key of written) table.touch(key);
    this.keep(table);
  }
}

/** The columns that some segment of the table holds, as they are now. */
function columnsOf(info: TableInfo, table: ColumnTable): readonly ColumnInfo[] {
  return storedColumns(info).filter((c) => table.segments.some((s) => s.has(c.id, c.type)));
}

/**
 * Whether a segment is better written anew: too much of it was written since, or what was written has been read from the row store
 * so often that the columns would have cost no more (as one buys skis after having paid their price in rent).
 */
const isStale = (s: ColumnSegment): boolean =>
  s.stale ||
  s.deltaSize > Math.max(MIN_DELTA, s.rows * MAX_DELTA_SHARE) ||
  s.rowsReadBeside > s.rows * ENCODING_COST;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());

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

/** The same table, and both records or both of indexes. */
function samePrefix(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = TABLE_PREFIX_LENGTH - 1; i >= 0; i--) if (a[i] !== b[i]) return false;
  return true;
}

function sameTable(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = TABLE_PREFIX_LENGTH - 3; i > 0; i--) if (a[i] !== b[i]) return false;
  return true;
}
