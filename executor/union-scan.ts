import type { Chunk } from '../chunk/chunk.js';
import { concatChunks } from '../chunk/concat.js';
import { compact, gatherChunk } from '../chunk/gather.js';
import type { Vector } from '../chunk/vector.js';
import { handleColumn, primaryIndex, ROWID_TYPE, scanColumns } from '../catalog/table-layout.js';
import { compileProjection } from '../expression/compile.js';
import { RowBatchDecoder, type ScanColumn } from '../kv/codec/row-batch-decoder.js';
import { recordKey, recordRange, TABLE_PREFIX_LENGTH } from '../kv/codec/table-key.js';
import type { KeyRange } from '../kv/rpc.js';
import type { MemBuffer } from '../kv/storage.js';
import type { UnionScan } from '../planner/physical/plan.js';
import type { Awaitable } from '../types/awaitable.js';
import { filterOf } from './compiled-filter.js';
import { scanKeyRanges, zoneOf } from './cop-reader.js';
import { leafScan } from '../planner/physical/leaf-scan.js';
import { keyString } from '../kv/codec/key-string.js';
import { clusteredHandles } from './handle-reader.js';
import type { ExecContext, Operator } from './exec-context.js';
import { andThen, runSteps } from './operator.js';
import { orderable, rowComparator } from './row-order.js';

/** Own rows that are gathered at a time. */
const STEP_ROWS = 512;

/**
 * The transaction's own rows of a table laid over what the store gave: rows written or deleted here are dropped from the
 * child, and rows written here that satisfy the conditions come instead. What counts as own is settled at `open` (or, for what
 * is opened again and again, by `ctx.ownBefore`), so that a statement does not meet what it writes itself.
 */
export class UnionScanOperator implements Operator {
  /** Record keys written or deleted. */
  private touched = new Set<string>();
  private own: Chunk | null = null;
  private ownKeys: Vector[] = [];
  private ownAt = 0;
  private childDone = false;

  constructor(
    private readonly plan: UnionScan,
    private readonly child: Operator,
    private readonly ctx: ExecContext,
  ) {}

  open(): Awaitable<void> {
    return andThen(this.child.open(), () => this.collect());
  }

  close(): void | Promise<void> {
    return this.child.close();
  }

  next(): Awaitable<Chunk | null> {
    while (!this.childDone) {
      const r = this.child.next();
      if (r instanceof Promise) return r.then((chunk) => this.laidOver(chunk) ?? this.next());
      const chunk = this.laidOver(r);
      if (chunk !== undefined) return chunk;
      const pause = this.ctx.checkpoint();
      if (pause !== undefined) return pause.then(() => this.next());
    }
    return this.ownRest();
  }

  /** What becomes of a chunk of the child; undefined: nothing of it is left. */
  private laidOver(chunk: Chunk | null): Awaitable<Chunk | null> | undefined {
    if (chunk === null) {
      this.childDone = true;
      return this.ownRest();
    }
    const kept = this.touched.size === 0 ? chunk : this.dropTouched(chunk);
    if (kept.rows === 0) return undefined;
    if (this.plan.keepOrder.length === 0 || this.own === null || this.ownAt >= this.own.length) return kept;
    return this.mergeOrdered(compact(kept));
  }

  private ownRest(): Chunk | null {
    if (this.own === null || this.ownAt >= this.own.length) return null;
    const idx = Int32Array.from({ length: this.own.length - this.ownAt }, (_, k) => this.ownAt + k);
    this.ownAt = this.own.length;
    return gatherChunk(this.own, idx);
  }

  private collect(): Awaitable<void> {
    const { plan, ctx } = this;
    const buffer = ctx.txn?.memBuffer;
    if (buffer === undefined || buffer.count === 0) return;
    return andThen(runSteps(this.decode(buffer), ctx), (own) => {
      if (own === null) return;
      const filter = filterOf(plan.conditions);
      return filter === null ? this.lay(own) : andThen(filter.run(own, ctx.eval), (kept) => this.lay(kept));
    });
  }

  /** Notes the keys written and decodes the rows, null when there are none. */
  private *decode(buffer: MemBuffer): Generator<void, Chunk | null> {
    const { plan, ctx } = this;
    let decoder: RowBatchDecoder | null = null;
    let n = 0;
    for (const { startKey, endKey } of this.ranges()) {
      for (const { key, value } of buffer.iterate(startKey, endKey, false, ctx.ownBefore)) {
        if (++n % STEP_ROWS === 0) yield;
        const name = this.name(key);
        // Ranges of a join's keys may overlap. Of a row that went to another partition both keys count.
        if (plan.physicalIds === undefined && this.touched.has(name)) continue;
        this.touched.add(name);
        if (value === null) continue;
        decoder ??= new RowBatchDecoder(this.columns(), { zone: zoneOf(ctx) });
        decoder.append(key, key.length, value, 0, value.length);
      }
    }
    return decoder?.take() ?? null;
  }

  /** Where own rows may be that the scan gives or would give: the keys that it reads, where these are records. */
  private ranges(): readonly KeyRange[] {
    const { plan, ctx } = this;
    if (plan.physicalIds !== undefined) return plan.physicalIds.map(recordRange);
    const { child } = plan;
    return child.op === 'TableReader'
      ? scanKeyRanges(leafScan(child.child), ctx)
      : [recordRange(plan.physicalId)];
  }

  /** Keeps the own rows for the output, in its order. */
  private lay(rows: Chunk): Awaitable<void> {
    if (rows.rows === 0) return;
    const own = compact(rows);
    if (this.plan.keepOrder.length === 0) {
      this.own = own;
      return;
    }
    return this.layOrdered(own);
  }

  private async layOrdered(own: Chunk): Promise<void> {
    const keys = await this.keysOf(own);
    const compare = rowComparator(keys, keys, this.types(), this.directions());
    const idx = Int32Array.from({ length: own.length }, (_, i) => i).sort((i, j) => compare(i, j) || i - j);
    this.own = gatherChunk(own, idx);
    this.ownKeys = await this.keysOf(this.own);
  }

  /** What a record is known by: its key, or where it may be in any of several partitions its handle. */
  private name(key: Uint8Array): string {
    return keyString(this.plan.physicalIds === undefined ? key : key.subarray(TABLE_PREFIX_LENGTH));
  }

  /** How each output column is read from a stored row. */
  private columns(): ScanColumn[] {
    const { table } = this.plan;
    const handle = handleColumn(table);
    return this.plan.columns.map((c) =>
      c === null
        ? { id: -1, ft: handle?.type ?? ROWID_TYPE, isHandle: true }
        : scanColumns(table, [c], false)[0]!,
    );
  }

  private dropTouched(chunk: Chunk): Chunk {
    const name = this.recordNames(chunk);
    const n = chunk.rows;
    const sel = new Int32Array(n);
    let m = 0;
    for (let k = 0; k < n; k++) {
      const i = chunk.sel === null ? k : chunk.sel[k]!;
      if (!this.touched.has(name(i))) sel[m++] = i;
    }
    return m === n ? chunk : chunk.withSel(sel.subarray(0, m));
  }

  /** Record key of a row of the child. */
  private recordNames(chunk: Chunk): (i: number) => string {
    const { plan } = this;
    const { table } = plan;
    if (!table.isCommonHandle) {
      const handle = handleColumn(table);
      let at = plan.columns.findIndex((c) => c === null);
      if (at < 0 && handle !== null) at = plan.columns.findIndex((c) => c !== null && c.id === handle.id);
      if (at < 0) throw new Error('UnionScan over rows without their handle');
      const v = chunk.columns[at]!;
      return (i) => this.name(recordKey(plan.physicalId, v.get(i) as number | bigint));
    }
    const primary = primaryIndex(table)!.columns.map((c) => table.columns[c.offset]!);
    const vectors = primary.map(
      (p) => chunk.columns[plan.columns.findIndex((c) => c !== null && c.id === p.id)]!,
    );
    const handle = clusteredHandles(table, zoneOf(this.ctx));
    return (i) => this.name(recordKey(plan.physicalId, handle(vectors.map((v) => v.get(i)))));
  }

  // In order

  private types() {
    return this.plan.keepOrder.map((b) => b.expr.type);
  }

  private directions(): boolean[] {
    return this.plan.keepOrder.map((b) => b.desc);
  }

  private async keysOf(chunk: Chunk): Promise<Vector[]> {
    const keys = await compileProjection(this.plan.keepOrder.map((b) => b.expr)).run(chunk, this.ctx.eval);
    return keys.map((v, k) => orderable(v, this.plan.keepOrder[k]!.expr.type));
  }

  /** The chunk with the own rows that belong before its last row. */
  private async mergeOrdered(chunk: Chunk): Promise<Chunk> {
    const own = this.own!;
    const compare = rowComparator(await this.keysOf(chunk), this.ownKeys, this.types(), this.directions());
    const n = chunk.length;
    const idx: number[] = [];
    for (let i = 0; i < n; i++) {
      while (this.ownAt < own.length && compare(i, this.ownAt) > 0) idx.push(n + this.ownAt++);
      idx.push(i);
    }
    if (idx.length === n) return chunk;
    return gatherChunk(concatChunks([chunk, own]), Int32Array.from(idx));
  }
}
