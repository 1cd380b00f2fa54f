import type { ColumnInfo, TableInfo } from '../../catalog/model.js';
import type { Chunk } from '../../chunk/chunk.js';
import { recordRange } from '../../kv/codec/table-key.js';
import type { MvccReader } from '../../kv/mvcc-reader.js';
import type { TimeZone } from '../../types/timezone.js';
import type { RecordScan } from '../coprocessor/record-scan.js';
import type { Operator } from '../exec-context.js';
import { ColumnTable, type Wanted } from './column-table.js';
import { SegmentBuilder } from './segment-builder.js';

/** Who is told of the end of a build. */
export interface BuildOwner {
  finished(build: TableBuild): void;
  cancelled(build: TableBuild): void;
}

/** A scan of a whole table by the row store whose columns are kept. */
export class TableBuild {
  /** Records committed since the scan began. */
  readonly written: Uint8Array[] = [];
  readonly scan: RecordScan;
  private readonly table: ColumnTable;
  private readonly builder: SegmentBuilder;
  private complete = false;

  constructor(
    private readonly owner: BuildOwner,
    readonly info: TableInfo,
    readonly physicalId: number,
    reader: MvccReader,
    readonly columns: readonly ColumnInfo[],
    zone: TimeZone,
    segmentRows: number,
    maxBytes: number,
  ) {
    this.table = new ColumnTable(physicalId, zone.name);
    const target = { table: this.table, info, columns, zone, segmentRows, maxBytes };
    this.builder = new SegmentBuilder(target, recordRange(physicalId), reader);
    this.scan = this.builder.scan();
  }

  set abandoned(v: boolean) {
    this.builder.abandoned = v;
  }

  get rows(): number {
    return this.builder.rows;
  }

  /** Called between chunks of the scan. */
  work(): void {
    this.builder.work();
  }

  end(): void {
    if (this.complete) return;
    this.complete = true;
    this.owner.finished(this);
  }

  /** Resolves when columns are made of all rows. */
  settle(): Promise<void> {
    this.builder.end();
    return this.builder.settle();
  }

  cancel(): void {
    if (!this.complete) this.owner.cancelled(this);
  }

  result(): ColumnTable | null {
    const segments = this.builder.result;
    if (segments === null) return null;
    this.table.segments = segments;
    return this.table;
  }
}

/** Gives the columns that were asked for, and tells the build when its scan has come to the end, or will not. */
export class BuildingScan implements Operator {
  constructor(
    private readonly build: TableBuild,
    private readonly width: number,
    private readonly wanted: readonly Wanted[],
  ) {}

  open(): void {}

  next(): Chunk | null {
    const chunk = this.build.scan.next();
    if (chunk === null) {
      this.build.end();
      return null;
    }
    this.build.work();
    // The columns asked for come first; the handle is behind all that were decoded.
    const out = chunk.columns.slice(0, this.width);
    if (this.wanted.length > this.width) out.push(chunk.columns[this.build.columns.length]!);
    return chunk.withColumns(out);
  }

  close(): void {
    this.build.cancel();
    this.build.scan.close();
  }
}
