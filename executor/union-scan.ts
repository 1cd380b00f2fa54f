import type { Chunk } from '../chunk/chunk.js';
import { concatChunks } from '../chunk/concat.js';
import { compact, gatherChunk } from '../chunk/gather.js';
import type { Vector } from '../chunk/vector.js';
import { handleColumn, primaryIndex, ROWID_TYPE, scanColumns } from '../catalog/table-layout.js';
import { compileProjection } from '../expression/compile.js';
import { RowBatchDecoder, type ScanColumn } from '../kv/codec/row-batch-decoder.js';
import { encodeCommonHandle, recordKey, recordRange, TABLE_PREFIX_LENGTH } from '../kv/codec/table-key.js';
import type { UnionScan } from '../planner/physical/plan.js';
import { filterOf } from './compiled-filter.js';
import { zoneOf } from './cop-reader.js';
import { nameOf } from './dml/current-values.js';
import type { ExecContext, Operator } from './exec-context.js';
import { orderable, rowComparator } from './row-order.js';

/**
 * The transaction's own rows of a table laid over what the store gave: rows written or deleted here are dropped from the
 * child, and rows written here that satisfy the conditions come instead. What counts as own is settled at `open`,
 * so that a statement does not meet what it writes itself.
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

  async open(): Promise<void> {
    await this.child.open();
    await this.collect();
  }

  close(): void | Promise<void> {
    return this.child.close();
  }

  async next(): Promise<Chunk | null> {
    while (!this.childDone) {
      const r = this.child.next();
      const chunk = r instanceof Promise ? await r : r;
      if (chunk === null) {
        this.childDone = true;
        break;
      }
      const kept = this.touched.size === 0 ? chunk : this.dropTouched(chunk);
      if (kept.rows === 0) continue;
      if (this.plan.keepOrder.length === 0 || this.own === null || this.ownAt >= this.own.length) return kept;
      return await this.mergeOrdered(compact(kept));
    }
    if (this.own === null || this.ownAt >= this.own.length) return null;
    const idx = Int32Array.from({ length: this.own.length - this.ownAt }, (_, k) => this.ownAt + k);
    this.ownAt = this.own.length;
    return gatherChunk(this.own, idx);
  }

  private async collect(): Promise<void> {
    const { plan, ctx } = this;
    const buffer = ctx.txn?.memBuffer;
    if (buffer === undefined) return;
    const zone = zoneOf(ctx);
    const decoder = new RowBatchDecoder(this.columns(), { zone });
    for (const id of plan.physicalIds ?? [plan.physicalId]) {
      const range = recordRange(id);
      for (const { key, value } of buffer.iterate(range.startKey, range.endKey)) {
        this.touched.add(this.name(key));
        if (value !== null) decoder.append(key, key.length, value, 0, value.length);
      }
    }
    let own = decoder.take();
    const filter = filterOf(plan.conditions);
    if (filter !== null && own.rows > 0) own = await filter.run(own, ctx.eval);
    if (own.rows === 0) return;
    own = compact(own);
    if (plan.keepOrder.length > 0) {
      const keys = await this.keysOf(own);
      const compare = rowComparator(keys, keys, this.types(), this.directions());
      const idx = Int32Array.from({ length: own.length }, (_, i) => i).sort((i, j) => compare(i, j) || i - j);
      own = gatherChunk(own, idx);
      this.ownKeys = await this.keysOf(own);
    }
    this.own = own;
  }

  /** What a record is known by: its key, or where it may be in any of several partitions its handle. */
  private name(key: Uint8Array): string {
    return nameOf(this.plan.physicalIds === undefined ? key : key.subarray(TABLE_PREFIX_LENGTH));
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
    const types = primary.map((p) => p.type);
    const zone = zoneOf(this.ctx);
    return (i) =>
      this.name(
        recordKey(
          plan.physicalId,
          encodeCommonHandle(
            vectors.map((v) => v.get(i)),
            types,
            zone,
          ),
        ),
      );
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
