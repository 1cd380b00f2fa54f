import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TableInfo } from '../../catalog/model.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { readIntKey } from '../../kv/codec/number-codec.js';
import { isRecordKey, recordRange } from '../../kv/codec/table-key.js';
import type { DataWatch } from '../../kv/mvcc-reader.js';
import { timeZone, UTC } from '../../types/timezone.js';
import type { ColumnSegment } from './column-segment.js';
import { ColumnTable } from './column-table.js';
import { SegmentBuilder } from './segment-builder.js';
import type { SegmentKeeper } from './segment-keeper.js';
import { storedColumns } from './stored-columns.js';

/** A table (or partition) whose replica is wanted. */
export interface WantedReplica {
  readonly physicalId: number;
  readonly table: TableInfo;
  /** About how many rows it has, 0 when unknown. */
  readonly rows: number;
}

/** How far the replica of a table is that was asked for. */
export interface ReplicaState {
  readonly available: boolean;
  /** 0 to 1. */
  readonly progress: number;
}

/** What the replicas asked for need of those that there are. */
export interface ReplicaHost {
  readonly segmentRows: number;
  readonly maxBytes: number;
  readonly minRowsKept: number;
  /** Bytes that columns take. */
  memory(): number;
  closed(): boolean;
  /** Runs work after what is under way in the background. */
  inBackground(work: () => Promise<void>): void;
  made(table: ColumnTable): void;
}

/** Attempts that failed before a replica is left alone until its table changes. */
const MAX_FAILURES = 5;

/** Replicas that ALTER TABLE … SET TIFLASH REPLICA asked for: each is made in the background, by a read of its whole table. */
export class WantedReplicas {
  private wanted = new Map<number, WantedReplica & { failures: number }>();
  private readonly queued = new Set<number>();
  /** The one that is being made. */
  private current: { readonly id: number; readonly builder: SegmentBuilder } | null = null;

  constructor(
    private readonly watch: DataWatch,
    private readonly keeper: SegmentKeeper | null,
    private readonly tables: ReadonlyMap<number, ColumnTable>,
    private readonly host: ReplicaHost,
  ) {}

  has(physicalId: number): boolean {
    return this.wanted.has(physicalId);
  }

  /** Gives those that are not asked for any more. */
  set(list: readonly WantedReplica[]): readonly number[] {
    const before = this.wanted;
    this.wanted = new Map(
      list.map((w) => {
        const old = before.get(w.physicalId);
        return [w.physicalId, { ...w, failures: old?.table.version === w.table.version ? old.failures : 0 }];
      }),
    );
    return [...before.keys()].filter((id) => !this.wanted.has(id));
  }

  /** Has those made that are missing; `of`: only these. */
  make(of?: ReadonlySet<number>): void {
    for (const w of this.wanted.values()) {
      if (of?.has(w.physicalId) === false) continue;
      if (this.state(w.physicalId).available || w.failures > MAX_FAILURES) continue;
      if (this.queued.has(w.physicalId)) continue;
      this.queued.add(w.physicalId);
      this.host.inBackground(async () => {
        this.queued.delete(w.physicalId);
        const now = this.wanted.get(w.physicalId);
        if (now === undefined || this.state(w.physicalId).available) return;
        if (!(await this.build(now))) now.failures++;
      });
    }
  }

  /** A replica is made, or its turn comes. */
  isMaking(physicalId: number): boolean {
    return this.current?.id === physicalId || this.queued.has(physicalId);
  }

  state(physicalId: number): ReplicaState {
    const w = this.wanted.get(physicalId);
    if (w === undefined) return { available: false, progress: 0 };
    const t = this.tables.get(physicalId);
    if (t !== undefined && t.segments.length > 0) {
      const whole = t.segments.every(
        (s) => s.stale || storedColumns(w.table).every((c) => s.has(c.id, c.type)),
      );
      if (whole) return { available: true, progress: 1 };
    }
    if (this.current?.id !== physicalId) return { available: false, progress: 0 };
    const { rows } = this.current.builder;
    return { available: false, progress: Math.min(0.99, rows / Math.max(1, w.rows, rows)) };
  }

  /** Reads a table; segments go to disk as they are made. False: it did not come to an end. */
  private async build(w: WantedReplica): Promise<boolean> {
    const id = w.physicalId;
    const { host, watch } = this;
    const reader = watch.freshReader!();
    const range = recordRange(id);
    const written: Uint8Array[] = [];
    const listener = watch.onCommit((_, keys) => {
      for (const key of keys) if (isRecordKey(key) && Number(readIntKey(key, 1)) === id) written.push(key);
    });
    let gone = false;
    const ranges = watch.onRangeChange((start, end) => {
      if (compareBytes(range.endKey, start) <= 0) return;
      if (end.length === 0 || compareBytes(end, range.startKey) > 0) gone = true;
    });
    const zone = timeZone('SYSTEM') ?? UTC;
    const table = new ColumnTable(id, zone.name);
    const { segmentRows, maxBytes } = host;
    const target = { table, info: w.table, columns: storedColumns(w.table), zone, segmentRows, maxBytes };
    const builder = new SegmentBuilder(target, range, reader);
    this.current = { id, builder };
    const scan = builder.scan();
    let writing: Promise<void> = Promise.resolve();
    const given = (): boolean =>
      host.closed() || gone || builder.abandoned || this.wanted.get(id)?.table.version !== w.table.version;
    try {
      reader.checkLocks?.(range.startKey, range.endKey);
      const toDisk = this.keeper !== null && w.rows >= host.minRowsKept;
      if (toDisk) await this.keeper!.prepare();
      let kept = 0;
      for (let more = true; more;) {
        more = scan.next() !== null;
        if (!more) builder.end();
        await builder.settle();
        while (toDisk && kept < builder.segments.length) {
          // One is written while the rows of the next are read.
          await writing;
          writing = this.keep(builder, builder.segments[kept++]!);
          writing.catch(() => undefined);
        }
        await nextTurn();
        watch.drain?.();
        if (given()) return false;
      }
      await writing;
      watch.drain?.();
      if (given()) return false;
      table.segments = builder.segments;
      for (const key of written) table.touch(key);
      host.made(table);
      return true;
    } finally {
      await writing.catch(() => undefined);
      scan.close();
      listener();
      ranges();
      this.current = null;
    }
  }

  /** Writes a segment; what is seldom asked for need not stay in memory. */
  private async keep(builder: SegmentBuilder, segment: ColumnSegment): Promise<void> {
    await this.keeper!.write(segment);
    // Strings that do not repeat are most of a table's bytes and seldom asked for: they wait on disk for the first who does.
    const full = this.host.memory() + builder.memory > this.host.maxBytes;
    for (const c of segment.evictable()) if (full || c.plain) c.drop();
  }
}
