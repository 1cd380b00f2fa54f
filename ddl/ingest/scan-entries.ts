import { decodeTable } from '../../catalog/meta/schema-codec.js';
import { TableMutations, type IndexMutations } from '../../catalog/table-mutations.js';
import { scanColumns } from '../../catalog/table-layout.js';
import { RowBatchDecoder } from '../../kv/codec/row-batch-decoder.js';
import { copyOf } from '../../kv/codec/byte-writer.js';
import { readIntKey } from '../../kv/codec/number-codec.js';
import { TABLE_PREFIX_LENGTH, type Handle } from '../../kv/codec/table-key.js';
import type { MvccCursor } from '../../kv/mvcc-reader.js';
import type { BulkSnapshot } from '../../kv/rpc.js';
import { SnapshotFile } from '../../kv/embedded/snapshot-file.js';
import type { Datum } from '../../types/datum.js';
import { timeZone, UTC } from '../../types/timezone.js';
import { IntegerEntries } from './integer-entries.js';
import { RunBuilder, RunFile, type EntryRun } from './entry-run.js';
import { KeyDivision } from './key-division.js';

/** What the entries are made of. Plain data: it goes to other threads. */
export interface IngestSource {
  readonly snapshot: BulkSnapshot;
  /** Encoded TableInfo. */
  readonly table: Uint8Array;
  readonly physicalId: number;
  readonly indexIds: readonly number[];
  /** Offsets of the columns that entries are made of. */
  readonly offsets: readonly number[];
  readonly timeZone: string;
  /** Folder for runs that are not kept in memory. */
  readonly folder: string;
  /** Bytes of a run. */
  readonly runBytes?: number;
  /** How much threads rest: see pacing.ts. */
  readonly pacing: SharedArrayBuffer;
}

const BATCH = 1024;
/** Rows of each place that samples are taken from. */
const SAMPLE_ROWS = 8;

/** Reads rows of the snapshot and gathers the entries of all indexes that are built. */
export class EntryScanner {
  private readonly snapshot: SnapshotFile;
  private readonly indexes: readonly IndexMutations[];
  private readonly builders: readonly RunBuilder[];
  private readonly decoder: RowBatchDecoder;
  private readonly row: Datum[];
  private readonly offsets: readonly number[];
  private readonly handles: Handle[] = [];
  private readonly intHandles: boolean;
  private readonly numbers = new Float64Array(BATCH);
  private readonly integers: readonly (IntegerEntries | null)[];
  private file: RunFile | null = null;

  /** `checkpoint` is called between small pieces of the work. */
  constructor(
    private readonly source: IngestSource,
    private readonly checkpoint: () => void,
  ) {
    const table = decodeTable(source.table);
    const zone = timeZone(source.timeZone) ?? UTC;
    this.snapshot = new SnapshotFile(source.snapshot);
    // A thread knows no functions, which the conditions of the table's other indexes may need.
    const indices = table.indices.filter((i) => i.primary || source.indexIds.includes(i.id));
    const all = new TableMutations({ ...table, indices }, source.physicalId, zone).indexes;
    this.indexes = source.indexIds.map((id) => all.find((m) => m.index.id === id)!);
    this.builders = source.indexIds.map((_, i) => new RunBuilder(i, source.runBytes));
    const columns = source.offsets.map((o) => table.columns[o]!);
    this.offsets = source.offsets;
    this.integers = this.indexes.map((m) => IntegerEntries.of(table, m.index, source.offsets));
    this.decoder = new RowBatchDecoder(scanColumns(table, columns, false), { zone, initialRows: BATCH });
    this.row = new Array<Datum>(table.columns.length).fill(null);
    this.intHandles = !table.isCommonHandle;
  }

  /** What the keys of each index begin with. */
  get prefixes(): readonly Uint8Array[] {
    return this.indexes.map((m) => m.keyPrefix);
  }

  /** Keys of each index of some rows behind each of the places. */
  sample(places: readonly Uint8Array[], endKey: Uint8Array): Uint8Array[][] {
    for (const place of places) {
      const cursor = this.snapshot.scan(place, endKey);
      this.read(cursor, SAMPLE_ROWS);
      cursor.close();
    }
    return this.builders.map((b) => b.takeKeys());
  }

  /** Entries are dealt out from now on: `keys` divide those of each index. */
  divide(keys: readonly (readonly Uint8Array[])[]): void {
    this.builders.forEach((b, i) => (b.division = new KeyDivision(keys[i]!)));
  }

  /** Goes over the rows in [startKey, endKey); yields the rows done, now and then, and runs as they are full. */
  *scan(startKey: Uint8Array, endKey: Uint8Array, spill: boolean): Generator<ScanStep, void, void> {
    const cursor = this.snapshot.scan(startKey, endKey);
    for (let rows = BATCH; rows === BATCH;) {
      rows = this.read(cursor, BATCH);
      this.checkpoint();
      const runs: EntryRun[] = [];
      for (const b of this.builders) if (b.full) runs.push(this.take(b, spill)!);
      yield { rows, runs };
    }
    cursor.close();
  }

  /** Makes the entries of at most so many rows; gives how many there were. */
  private read(cursor: MvccCursor, most: number): number {
    const { decoder, handles, intHandles } = this;
    handles.length = 0;
    while (handles.length < most && cursor.next()) {
      decoder.append(
        cursor.keyBuffer,
        cursor.keyLength,
        cursor.valueBuffer,
        cursor.valueStart,
        cursor.valueEnd,
      );
      const { keyBuffer, keyLength } = cursor;
      handles.push(
        intHandles
          ? readIntKey(keyBuffer, TABLE_PREFIX_LENGTH)
          : copyOf(keyBuffer, TABLE_PREFIX_LENGTH, keyLength),
      );
    }
    this.addBatch();
    return handles.length;
  }

  /** What is left, as runs. */
  finish(spill: boolean): EntryRun[] {
    return this.builders.map((b) => this.take(b, spill)).filter((r): r is EntryRun => r !== null);
  }

  close(): void {
    this.snapshot.close();
  }

  private take(builder: RunBuilder, spill: boolean): EntryRun | null {
    if (spill) this.file ??= RunFile.create(this.source.folder);
    return builder.take(spill ? this.file : null, this.checkpoint);
  }

  private addBatch(): void {
    const { decoder, row, offsets, handles, indexes, builders, integers } = this;
    const { columns, length } = decoder.take();
    let narrow = this.intHandles;
    if (narrow) {
      const { numbers } = this;
      for (let r = 0; r < length && narrow; r++) {
        const handle = handles[r]!;
        if (typeof handle === 'number') numbers[r] = handle;
        else narrow = false;
      }
    }
    for (let i = 0; i < indexes.length; i++) {
      const builder = builders[i]!;
      if (narrow && integers[i]?.append(builder, columns, this.numbers, length) === true) continue;
      const index = indexes[i]!;
      for (let r = 0; r < length; r++) {
        for (let c = 0; c < offsets.length; c++) row[offsets[c]!] = columns[c]!.get(r);
        const handle = handles[r]!;
        builder.begin();
        index.appendKey(builder.writer, row, handle);
        builder.end(index.value(row, handle));
      }
    }
  }
}

export interface ScanStep {
  readonly rows: number;
  readonly runs: readonly EntryRun[];
}
