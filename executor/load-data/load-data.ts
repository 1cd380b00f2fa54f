import type { RowQuery, ViewCheck } from '../../planner/physical/plan.js';
import type { ColumnInfo, TableInfo } from '../../catalog/model.js';
import { chunkOf } from '../../chunk/chunk-builder.js';
import { evalAny } from '../../expression/compile.js';
import type { Expression } from '../../expression/expression.js';
import type { Transaction } from '../../kv/storage.js';
import { charset as charsetOf } from '../../types/charset.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Datum } from '../../types/datum.js';
import { newFieldType, TypeCode } from '../../types/field-type.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { recordRange } from '../../kv/codec/table-key.js';
import { zoneOf } from '../cop-reader.js';
import { Assigner } from '../dml/assignment.js';
import { CurrentValues } from '../dml/current-values.js';
import { RowInserter, type OnDuplicate } from '../dml/row-inserter.js';
import { PIECE_ROWS } from '../dml/row-pieces.js';
import { RowTemplate } from '../dml/row-template.js';
import type { DmlResult, ExecContext } from '../exec-context.js';
import { TableWriter } from '../table-writer.js';
import { fieldReader, type FieldReader } from './field-reader.js';
import { LineParser, type LineFormat } from './line-parser.js';
import type { LineBatch, LineTarget } from './line-task.js';
import { openLineThread, type LineThread } from './line-thread.js';
import { evalFormOf } from '../parallel/thread-context.js';
import { BulkLoad, type BulkHost, type BulkOptions } from './bulk-load.js';
import { BatchEntries } from './line-batch-entries.js';
import { RowEncoder } from './row-encoder.js';

/** A resolved LOAD DATA statement. */
export interface LoadDataSpec {
  readonly table: TableInfo;
  /** Rows whose key is taken. LOCAL without REPLACE counts as IGNORE (the server cannot stop the client half way). */
  readonly onDuplicate: 'error' | 'ignore' | 'replace';
  /** Problems of values are warnings: IGNORE, or LOCAL without REPLACE. */
  readonly ignoreErrors: boolean;
  /** Charset of the file. */
  readonly charset: string;
  readonly format: LineFormat;
  readonly ignoreLines: number;
  /** Where the fields go, in order: table columns or user variables. */
  readonly targets: readonly ({ readonly column: ColumnInfo } | { readonly variable: string })[];
  /** SET; expressions over the table's public columns. Null = DEFAULT. */
  readonly assignments: readonly {
    readonly column: ColumnInfo;
    readonly value: Expression | null;
    readonly query?: RowQuery;
  }[];
  /** Lower names of the partitions that rows must belong to (1748); null: any. */
  readonly partitions?: ReadonlySet<string> | null;
  /** What rows must keep to that are loaded through a view (1369). */
  readonly viewCheck?: ViewCheck | null;
  /**
   * Begins the transaction of a batch, so that a file of any size can be loaded: under autocommit, outside of a
   * transaction. Absent: everything goes into the transaction of the context.
   */
  readonly beginBatch?: () => Promise<Transaction>;
  /** Loading in bulk, where nothing is stored of the table and a load may be one commit. */
  readonly bulk?: BulkOptions;
  /** Bytes of input from which on a thread of its own reads the lines of a batched load. */
  readonly threadBytes?: number;
}

export interface LoadProgress {
  readonly bytes: number;
  readonly rows: number;
}

/** Rows of one call of the inserter, and of one transaction. */
const INSERT_ROWS = 1000;
const COMMIT_ROWS = 20_000;
/** Files smaller than this are not worth a thread. */
const THREAD_BYTES = 4 << 20;
/** Smaller files are not worth a load in bulk. */
const BULK_BYTES = 8 << 20;
/** Input that a thread is given at once, and how many of such pieces. */
const PIECE_BYTES = 1 << 19;
const PIECES_AHEAD = 4;
/** Share of lines that may be beyond a thread. */
const ODD_LINES = 0.1;
/** Hidden row ids taken at first. */
const MIN_ID_BLOCK = 16;

/**
 * LOAD DATA. Much input into a table that nothing is stored of is loaded in bulk, as one commit. Otherwise, with `beginBatch`, the
 * rows are committed as they come, every 20,000: a failure keeps what was committed before it, as TiDB's batched imports do; without it
 * the statement is one transaction.
 */
export async function loadData(
  spec: LoadDataSpec,
  input: AsyncIterable<Uint8Array>,
  ctx: ExecContext,
  onProgress: (progress: LoadProgress) => void,
): Promise<DmlResult> {
  const load = new Load(spec, ctx);
  const threadBytes = spec.threadBytes ?? THREAD_BYTES;
  let lines: LineReader | null = null;
  let bytes = 0;
  let fed = 0;
  let tried = false;
  const read = async (piece: Uint8Array): Promise<void> => {
    fed += piece.length;
    if (lines !== null) return lines.take(piece);
    load.parser.feed(piece);
    await load.drain();
    if (!tried && fed >= threadBytes) {
      tried = true;
      lines = await load.openLines(spec.threadBytes !== undefined);
    }
  };
  /** Input until it is known to be enough for a load in bulk. */
  let held: Uint8Array[] | null = spec.bulk === undefined ? null : [];
  let bulk: BulkLoad | null = null;
  try {
    for await (const piece of input) {
      bytes += piece.length;
      let pieces: readonly Uint8Array[] = [piece];
      if (held !== null) {
        held.push(piece.slice());
        if (bytes < (spec.bulk!.minBytes ?? BULK_BYTES)) continue;
        pieces = held;
        held = null;
        bulk = await load.openBulk();
      }
      for (const p of pieces) {
        if (bulk === null) await read(p);
        else if (!(await bulk.take(p))) {
          await read(await load.endBulk(bulk));
          bulk = null;
        }
      }
      onProgress({ bytes, rows: bulk?.lines ?? load.rowNumber });
    }
    for (const p of held ?? []) await read(p);
    if (bulk !== null) {
      await read(await load.endBulk(bulk));
      bulk = null;
    }
    if (lines !== null) await (lines as LineReader).end();
    load.parser.end();
    await load.drain();
    await load.finish();
  } catch (e) {
    await load.abort();
    throw e;
  } finally {
    await bulk?.close();
    await (lines as LineReader | null)?.close();
  }
  onProgress({ bytes, rows: load.rowNumber });
  return load.result();
}

/** Gives the input to a thread and what comes of it to the load. */
class LineReader {
  private piece = new Uint8Array(PIECE_BYTES);
  private filled = 0;

  constructor(
    private readonly thread: LineThread,
    private readonly load: Load,
  ) {}

  async take(input: Uint8Array): Promise<void> {
    for (let at = 0; at < input.length;) {
      const n = Math.min(PIECE_BYTES - this.filled, input.length - at);
      this.piece.set(input.subarray(at, at + n), this.filled);
      this.filled += n;
      at += n;
      if (this.filled === PIECE_BYTES) await this.send(false);
    }
  }

  async end(): Promise<void> {
    await this.send(true);
    while (this.thread.pending > 0) await this.load.takeBatch(await this.thread.next());
  }

  close(): Promise<void> {
    return this.thread.close();
  }

  private async send(last: boolean): Promise<void> {
    this.thread.send(this.piece.subarray(0, this.filled), last);
    this.piece = new Uint8Array(last ? 0 : PIECE_BYTES);
    this.filled = 0;
    while (this.thread.pending >= PIECES_AHEAD) await this.load.takeBatch(await this.thread.next());
  }
}

class Load {
  parser: LineParser;
  /** Lines read. */
  rowNumber = 0;
  private readonly assigner: Assigner;
  private readonly template: RowTemplate;
  private readonly readers: readonly (FieldReader | null)[];
  private readonly publicColumns: readonly ColumnInfo[];
  private batchCtx: ExecContext;
  private inserter: RowInserter | null = null;
  private txn: Transaction | null = null;
  private txnRows = 0;
  private rows: Datum[][] = [];
  private deleted = 0;
  private skipped = 0;
  private affected = 0;
  private firstGenerated: number | bigint = 0;
  /** A commit under way; the next batch is parsed meanwhile. */
  private committing: Promise<unknown> | null = null;
  /** Rows that need nothing but their fields go this way; null for none. */
  private encoder: RowEncoder | null = null;
  private encoderKnown = false;
  /** Rows encoded since the event loop had its turn. */
  private encoded = 0;
  /** Hidden row ids taken and not used yet. */
  private nextRowId: number | bigint = 0;
  /** How many; without end where rows have keys of their own. */
  private rowIds = 0;
  private idBlock = MIN_ID_BLOCK;
  /** Of loads that look whether keys are taken: what lies behind the table's end, and the last key of this batch. */
  private end: CurrentValues | null = null;
  private lastKey: Uint8Array | null = null;
  /** For lines that a thread has left. */
  private textParser: LineParser | null = null;
  /** The batch has rows that are not behind all others, or that are not plain. */
  private unordered = false;

  constructor(
    private readonly spec: LoadDataSpec,
    private readonly ctx: ExecContext,
  ) {
    this.parser = new LineParser(spec.format, spec.ignoreLines);
    this.assigner = new Assigner(ctx, spec.ignoreErrors);
    this.batchCtx = ctx;
    const given = spec.targets.flatMap((t) => ('column' in t ? [t.column] : []));
    this.template = new RowTemplate(
      spec.table,
      [...given, ...spec.assignments.map((a) => a.column)],
      this.assigner,
      ctx,
    );
    const collate = charsetOf(spec.charset)?.binCollation ?? 'binary';
    this.readers = spec.targets.map((t) =>
      'column' in t ? fieldReader(t.column, spec.charset, collate, this.assigner) : null,
    );
    this.publicColumns = spec.table.columns.filter((c) => c.state === 'public');
  }

  /** A load in bulk; null where rows take more than their fields, or something is stored of the table. */
  async openBulk(): Promise<BulkLoad | null> {
    const { spec, ctx, template } = this;
    const { table } = spec;
    const offsets = this.plainTargets();
    if (offsets === null) return null;
    if (Number(table.options?.['SHARD_ROW_ID_BITS'] ?? 0) > 0) return null;
    const { mutations } = new TableWriter(table, table.id, ctx.txn!, zoneOf(ctx));
    const givesWay = spec.onDuplicate !== 'error';
    // Rows that may be in others' way are known by their record key alone.
    if (givesWay && mutations.indexes.some((i) => i.index.unique)) return null;
    const target = {
      table,
      offsets,
      defaults: template.start(),
      charset: spec.charset,
      format: spec.format,
      ignoreLines: spec.ignoreLines,
      texts: false,
      eval: evalFormOf(ctx.eval),
      ordered: givesWay && !mutations.hiddenHandle,
    };
    return BulkLoad.open(target, spec.bulk!, this.bulkHost());
  }

  private bulkHost(): BulkHost {
    const { spec, ctx, assigner } = this;
    const inserter = new RowInserter(spec.table, 'error', assigner, ctx);
    return {
      checkpoint: () => ctx.checkpoint(),
      signal: ctx.signal,
      lines: {
        rowOf: async (parser, number) => {
          assigner.row = number;
          this.rowNumber = number;
          const row = await this.template.complete(this.readRow(parser));
          const [handle] = await inserter.complete([row], !assigner.strict);
          if (this.firstGenerated === 0) this.firstGenerated = inserter.firstGenerated;
          return { row, handle: handle! };
        },
        rowIds: async (n) => Number(await ctx.allocateIds(spec.table, 'rowid', n)),
        noteAutoId: async (largest) => {
          await ctx.rebaseAutoId(spec.table, largest);
        },
      },
    };
  }

  /** Makes visible what a load in bulk has read; gives the input that it has not. */
  async endBulk(bulk: BulkLoad): Promise<Uint8Array> {
    try {
      const whole = await bulk.end();
      await bulk.commit();
      this.rowNumber = bulk.lines;
      this.affected += bulk.lines;
      this.ctx.noteModified(this.spec.table.id, bulk.lines, 0, 0);
      this.parser = new LineParser(this.spec.format, 0);
      return whole ? new Uint8Array(0) : bulk.takeRest();
    } finally {
      await bulk.close();
    }
  }

  /** Takes every complete line that has been fed. */
  async drain(): Promise<void> {
    while (this.parser.next()) {
      this.assigner.row = ++this.rowNumber;
      const encoded = this.encode();
      if (encoded instanceof Promise ? await encoded : encoded) continue;
      await this.takeLine(this.parser);
    }
    // Rows may be views of the buffer fed, which its owner may use again.
    if (this.rows.length > 0) await this.insert();
  }

  /** Takes the line that the parser has. */
  private async takeLine(parser: LineParser): Promise<void> {
    const row = this.readRow(parser);
    if (this.spec.assignments.length > 0) await this.assign(row);
    const full = this.template.complete(row);
    this.rows.push(full instanceof Promise ? await full : full);
    // Hidden ids are in the order of the rows: the next row encoded takes a later one.
    const outOfTurn = this.encoder !== null && !this.encoder.hasHandle;
    if (outOfTurn) {
      this.rowIds = 0;
      this.idBlock = MIN_ID_BLOCK;
    }
    if (outOfTurn || this.rows.length >= PIECE_ROWS) await this.insert();
  }

  /** A thread that reads the lines from here on; null where it would be of no use. */
  async openLines(own: boolean): Promise<LineReader | null> {
    const { encoder, spec, parser } = this;
    if (encoder === null || encoder.oddFields > this.rowNumber * ODD_LINES) return null;
    const target: LineTarget = {
      table: spec.table,
      offsets: spec.targets.map((t) => (t as { column: ColumnInfo }).column.offset),
      defaults: this.template.start(),
      charset: spec.charset,
      format: spec.format,
      ignoreLines: parser.linesToIgnore,
      texts: this.checked,
    };
    const thread = await openLineThread(target, own);
    if (thread === null) return null;
    const lines = new LineReader(thread, this);
    await lines.take(parser.takeRest());
    return lines;
  }

  /** Rows of which others may be in the way are looked up first. */
  private get checked(): boolean {
    return this.spec.onDuplicate !== 'error' && this.encoder!.hasHandle;
  }

  /** Adds lines that a thread has read. */
  async takeBatch(batch: LineBatch): Promise<void> {
    const { checked } = this;
    const { counts, textEnds } = batch;
    if (batch.maxAuto > 0) await this.ctx.rebaseAutoId(this.spec.table, batch.maxAuto);
    const entries = new BatchEntries(batch);
    for (let l = 0; l < batch.lines; l++) {
      this.assigner.row = ++this.rowNumber;
      const n = counts[l]!;
      let plain = n > 0 && !this.unordered;
      if (plain && (this.txn === null || this.rowIds === 0 || this.encoded >= INSERT_ROWS))
        await this.prepare(this.encoder!);
      if (plain && checked && !this.isBehind(entries.key())) {
        await this.leaveOrder(null);
        plain = false;
      }
      if (!plain) {
        entries.skip(n);
        if (n === 0 && checked && !this.unordered) await this.leaveOrder(null);
        const parser = (this.textParser ??= new LineParser(this.spec.format, 0));
        parser.feed(batch.text.subarray(l === 0 ? 0 : textEnds[l - 1]!, textEnds[l]!));
        if (!parser.next()) {
          // The last line of a file may lack its end.
          parser.end();
          parser.next();
        }
        await this.takeLine(parser);
        continue;
      }
      const txn = this.txn!;
      for (let e = 0; e < n; e++) {
        const key = entries.key();
        txn.set(
          key.length === 0 ? this.encoder!.keyOf(this.takeRowId()) : key,
          entries.value(),
          entries.flags(),
        );
        entries.next();
      }
      this.encoded++;
    }
    if (this.rows.length > 0) await this.insert();
  }

  private takeRowId(): number | bigint {
    const id = this.nextRowId;
    this.rowIds--;
    this.nextRowId = typeof id === 'number' ? id + 1 : id + 1n;
    return id;
  }

  /** The key is behind all that there are; then it is the last one. */
  private isBehind(key: Uint8Array): boolean {
    const behind = this.lastKey === null ? this.end!.knownAbsent(key) : compareBytes(key, this.lastKey) > 0;
    if (behind) this.lastKey = key;
    return behind;
  }

  /** Adds the line as bytes where that is possible; else it is to go the general way. */
  private encode(): Awaitable<boolean> {
    if (!this.encoderKnown) {
      this.encoderKnown = true;
      this.encoder = this.newEncoder();
    }
    const { encoder } = this;
    if (encoder === null || this.unordered) return false;
    if (this.txn === null || this.rowIds === 0 || this.encoded >= INSERT_ROWS)
      return this.prepare(encoder).then(() => this.add(encoder));
    return this.add(encoder);
  }

  /** Offsets of the columns that fields go to, where rows take no more than their fields. */
  private plainTargets(): number[] | null {
    const { spec, ctx } = this;
    const plain =
      spec.beginBatch !== undefined &&
      spec.assignments.length === 0 &&
      (spec.viewCheck ?? null) === null &&
      (ctx.foreignKeys?.observer(spec.table) ?? null) === null;
    if (!plain || this.template.computesDefaults) return null;
    const offsets = spec.targets.map((t) => ('column' in t ? t.column.offset : -1));
    return offsets.includes(-1) ? null : offsets;
  }

  private newEncoder(): RowEncoder | null {
    const { spec, ctx, readers } = this;
    if (this.plainTargets() === null) return null;
    const { mutations } = new TableWriter(spec.table, spec.table.id, ctx.txn!, zoneOf(ctx));
    // Rows that may be in others' way are known by their record key alone.
    if (spec.onDuplicate !== 'error' && mutations.indexes.some((i) => i.index.unique)) return null;
    return RowEncoder.of(
      spec.table,
      spec.targets.map((t, i) => ({ column: (t as { column: ColumnInfo }).column, reader: readers[i]! })),
      this.template.start(),
      mutations,
      this.assigner,
      zoneOf(ctx),
      spec.charset,
    );
  }

  /** What is due between rows. */
  private async prepare(encoder: RowEncoder): Promise<void> {
    if (this.encoded >= INSERT_ROWS) {
      await this.noteEncoded(encoder);
      if (this.txnRows >= COMMIT_ROWS) await this.commitBatch();
      const pause = this.ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
    if (this.txn === null) await this.beginBatch();
    if (this.rowIds > 0) return;
    this.rowIds = Infinity;
    if (!encoder.hasHandle) {
      this.rowIds = this.idBlock;
      this.idBlock = Math.min(INSERT_ROWS, this.idBlock * 4);
      this.nextRowId = await this.batchCtx.allocateIds(this.spec.table, 'rowid', this.rowIds);
    }
  }

  private add(encoder: RowEncoder): Awaitable<boolean> {
    const { checked } = this;
    if (!encoder.encode(this.parser)) return checked ? this.leaveOrder(null) : false;
    if (checked && !this.isBehind(encoder.recordKey)) return this.leaveOrder(encoder.toRow());
    if (encoder.hasHandle) encoder.put(this.txn!, null, !checked);
    else encoder.put(this.txn!, this.takeRowId(), true);
    this.encoded++;
    return true;
  }

  /** A row whose key may be taken, even by a row of this batch: that is committed, and the next one goes the general way. */
  private async leaveOrder(row: Datum[] | null): Promise<boolean> {
    if (this.txn !== null) await this.commitBatch();
    this.unordered = true;
    if (row === null) return false;
    this.rows.push(row);
    return true;
  }

  private async noteEncoded(encoder: RowEncoder): Promise<void> {
    const n = this.encoded;
    if (n === 0) return;
    this.encoded = 0;
    this.txnRows += n;
    this.inserter!.noteInserted(n);
    const auto = encoder.takeMaxAuto();
    if (auto > 0) await this.ctx.rebaseAutoId(this.spec.table, auto);
  }

  private readRow(parser: LineParser): Datum[] {
    const { spec, readers, assigner } = this;
    const row = this.template.start();
    const n = spec.targets.length;
    for (let i = 0; i < n; i++) {
      const reader = readers[i]!;
      if (reader === null) {
        this.setVariable((spec.targets[i] as { variable: string }).variable, parser, i);
        continue;
      }
      const { column } = spec.targets[i] as { column: ColumnInfo };
      if (i >= parser.count) row[column.offset] = this.missing(column);
      else if (parser.nulls[i] === 1) row[column.offset] = null;
      else row[column.offset] = reader(parser.buffers[i]!, parser.starts[i]!, parser.ends[i]!);
    }
    if (parser.count < n) assigner.problem(!assigner.strict, 'ER_WARN_TOO_FEW_RECORDS', this.rowNumber);
    else if (parser.count > n) assigner.problem(!assigner.strict, 'ER_WARN_TOO_MANY_RECORDS', this.rowNumber);
    return row;
  }

  /** A column for which the line has no field. */
  private missing(column: ColumnInfo): Datum {
    return this.template.defaultOf(column);
  }

  private setVariable(name: string, parser: LineParser, i: number): void {
    const type = newFieldType(TypeCode.VarString, {
      charset: this.spec.charset,
      collate: charsetOf(this.spec.charset)?.binCollation ?? 'binary',
    });
    const value =
      i >= parser.count || parser.nulls[i] === 1
        ? null
        : parser.buffers[i]!.slice(parser.starts[i], parser.ends[i]);
    this.ctx.eval.session.setUserVariable(name, type, value);
  }

  private async assign(row: Datum[]): Promise<void> {
    const types = this.publicColumns.map((c) => c.type);
    for (const { column, value, query } of this.spec.assignments) {
      if (value === null) {
        row[column.offset] = this.template.defaultOf(column);
        continue;
      }
      const found =
        query === undefined
          ? evalAny(value, this.ctx.eval, chunkOf([this.publicColumns.map((c) => row[c.offset]!)], types), 0)
          : this.template.query(query, row);
      row[column.offset] = this.assigner.assign(await found, value.type, column);
    }
  }

  private async insert(): Promise<void> {
    const { spec, ctx } = this;
    if (this.inserter === null) await this.beginBatch();
    const { rows } = this;
    this.rows = [];
    await this.inserter!.insert(rows, !this.assigner.strict);
    this.txnRows += rows.length;
    if (spec.beginBatch !== undefined && this.txnRows >= COMMIT_ROWS) await this.commitBatch();
    const pause = ctx.checkpoint();
    if (pause !== undefined) await pause;
  }

  private async beginBatch(): Promise<void> {
    const { spec, ctx } = this;
    if (spec.beginBatch !== undefined) {
      // A checked batch must see what the one before it wrote.
      if (spec.onDuplicate !== 'error') await this.settle();
      const txn = await spec.beginBatch();
      this.txn = txn;
      this.batchCtx = Object.create(ctx, {
        txn: { value: txn, enumerable: true },
        snapshot: { value: txn.snapshot, enumerable: true },
        currentReadTs: { value: txn.forUpdateTs, enumerable: true },
      }) as ExecContext;
      if (this.encoder !== null && !this.unordered) await this.gather(txn);
    }
    const mode: OnDuplicate = spec.onDuplicate;
    this.inserter = new RowInserter(
      spec.table,
      mode,
      this.assigner,
      this.batchCtx,
      [],
      spec.partitions ?? null,
      spec.viewCheck,
    );
    this.inserter.ascending = true;
    this.txnRows = 0;
  }

  private async gather(txn: Transaction): Promise<void> {
    txn.gather();
    if (this.spec.onDuplicate === 'error' || !this.encoder!.hasHandle) return;
    this.lastKey = null;
    this.end = new CurrentValues(this.batchCtx);
    const { startKey, endKey } = recordRange(this.spec.table.id);
    await this.end.findEnd(startKey, endKey);
  }

  private async commitBatch(): Promise<void> {
    if (this.encoder !== null) await this.noteEncoded(this.encoder);
    this.note();
    const txn = this.txn!;
    this.txn = null;
    this.unordered = false;
    await this.settle();
    const done = txn.commit();
    if (done instanceof Promise) {
      this.committing = done;
      // Awaited by the next batch's end; a failure must not go unhandled meanwhile.
      done.catch(() => {});
    }
  }

  private async settle(): Promise<void> {
    const pending = this.committing;
    this.committing = null;
    await pending;
  }

  private note(): void {
    const i = this.inserter;
    this.inserter = null;
    if (i === null) return;
    i.finish();
    this.deleted += i.deleted;
    this.skipped += i.skipped;
    this.affected += i.affected;
    if (this.firstGenerated === 0) this.firstGenerated = i.firstGenerated;
  }

  async finish(): Promise<void> {
    if (this.txn !== null) await this.commitBatch();
    this.note();
    await this.ctx.foreignKeys?.enforce();
    await this.settle();
  }

  /** After a failure: what is not committed is undone. */
  async abort(): Promise<void> {
    await this.committing?.catch(() => {});
    if (this.txn?.valid === true) await this.txn.rollback();
  }

  result(): DmlResult {
    return {
      affectedRows: this.affected,
      foundRows: this.affected,
      lastInsertId: this.firstGenerated,
      info: `Records: ${this.rowNumber}  Deleted: ${this.deleted}  Skipped: ${this.skipped}  Warnings: ${this.ctx.warningCount}`,
    };
  }
}
