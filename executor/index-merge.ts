import type { Chunk, ChunkSource } from '../chunk/chunk.js';
import type { Handle } from '../kv/codec/table-key.js';
import type { ByItem, Column } from '../expression/expression.js';
import type { HashJoin, IndexMerge, IndexReader, PhysicalPlan } from '../planner/physical/plan.js';
import { leafScan } from '../planner/physical/leaf-scan.js';
import type { FieldType } from '../types/field-type.js';
import { CopReaderOperator, sendCop, zoneOf } from './cop-reader.js';
import type { ExecContext, Operator } from './exec-context.js';
import { compareHandles, handleName, handlePositions, handlesAt, recordRanges } from './handle-reader.js';
import { HandleScan, handlesIn, handleType } from './handle-scan.js';
import { HashJoinOperator } from './hash-join.js';
import { MergeOrderedOperator } from './merge-ordered.js';
import { PickColumnsOperator } from './pick-columns.js';
import { orderable, rowComparator } from './row-order.js';
import { DistinctRows } from './spill/distinct-rows.js';
import { RowContainer } from './spill/row-container.js';

/** What a handle kept in a set weighs, roughly. */
const HANDLE_BYTES = 48;

/**
 * Rows whose handles any (union) or all (intersection) of several scans give, each row once. Handles are looked up as they come for the
 * first time; an intersection joins the scans. Where the scans keep an order, their rows are merged, and a handle comes again only among
 * those that are equal in the order. What was seen of others goes to disk when the statement holds too much.
 */
export class IndexMergeOperator implements Operator {
  private rows: ChunkSource | null = null;
  /** The scans merged in the order they keep; null before they are read, and where there is none. */
  private ordered: Operator | null = null;
  /** Handles of neighbouring rows that are equal in that order, and the last of them. */
  private readonly seen = new Set<string | number | bigint>();
  private last: Chunk | null = null;
  /** Where handles come from, one after another. */
  private sources: Operator[] | null = null;
  private at = -1;
  private distinct: DistinctRows | null = null;
  /** Handles for the first time. */
  private fresh: Chunk[] = [];
  /** Those of which it was known at the end only, and what reads them. */
  private late: RowContainer | null = null;
  private lateRows: Operator | null = null;
  private skip: number;
  private left: number;
  private held = 0;
  private readonly physicalId: number;
  private readonly type: FieldType;

  constructor(
    private readonly plan: IndexMerge,
    private readonly ctx: ExecContext,
  ) {
    this.skip = plan.pushedLimit?.offset ?? 0;
    this.left = plan.pushedLimit?.count ?? Infinity;
    const { physicalId, table } = leafScan(plan.tablePlan);
    this.physicalId = physicalId;
    this.type = handleType(table);
  }

  open(): void {}

  async close(): Promise<void> {
    this.hold(-this.held);
    await this.rows?.close();
    await this.ordered?.close();
    for (const s of this.sources ?? []) await s.close();
    this.distinct?.close();
    await this.lateRows?.close();
    this.late?.close();
    this.rows = this.ordered = this.sources = this.distinct = this.late = this.lateRows = null;
    this.fresh = [];
    this.seen.clear();
  }

  async next(): Promise<Chunk | null> {
    for (;;) {
      if (this.rows !== null) {
        const r = this.rows.next();
        const chunk = r instanceof Promise ? await r : r;
        if (chunk !== null) return chunk;
        await this.rows.close();
        this.rows = null;
      }
      if (this.left === 0) return null;
      const pause = this.ctx.checkpoint();
      if (pause !== undefined) await pause;
      const keepOrder = this.plan.keepOrder !== undefined;
      let handles = keepOrder ? await this.nextOrdered() : await this.nextNew();
      if (handles === null) return null;
      const from = Math.min(this.skip, handles.length);
      const to = Math.min(handles.length, from + this.left);
      this.skip -= from;
      this.left -= to - from;
      if (to === from) continue;
      handles = handles.slice(from, to);
      if (!keepOrder) handles.sort(compareHandles);
      this.rows = sendCop(
        this.plan.tablePlan,
        recordRanges(this.physicalId, handles),
        { keepOrder, desc: false },
        this.ctx,
      );
    }
  }

  /** Handles that did not come before, in any order; null when there are no more. */
  private async nextNew(): Promise<Handle[] | null> {
    const distinct = (this.distinct ??= new DistinctRows([this.type], this.ctx, (chunk) =>
      this.late === null ? void this.fresh.push(chunk) : this.late.append(chunk),
    ));
    for (;;) {
      const chunk = this.fresh.shift();
      if (chunk !== undefined) {
        if (chunk.rows > 0) return handlesIn(chunk);
        continue;
      }
      if (this.late !== null) {
        this.lateRows ??= this.late.reader(0, this.late.rows);
        const known = await this.lateRows.next();
        return known === null ? null : handlesIn(known);
      }
      const read = await this.read();
      if (read !== null) await distinct.add(read);
      else {
        this.late = new RowContainer(this.ctx);
        await distinct.settle();
      }
    }
  }

  /** The next handles of the scans, or of their intersection; null at the end of all. */
  private async read(): Promise<Chunk | null> {
    this.sources ??= this.plan.intersection ? [this.intersection()] : this.scans();
    for (;;) {
      const source = this.sources[this.at];
      const chunk = (await source?.next()) ?? null;
      if (chunk !== null) return chunk;
      await source?.close();
      if (++this.at >= this.sources.length) return null;
      await this.sources[this.at]!.open();
    }
  }

  private scans(): HandleScan[] {
    return this.plan.partials.map((p) => new HandleScan(p, this.ctx));
  }

  /** What comes from all scans: those of fewer rows are looked up for the handles of the others. */
  private intersection(): Operator {
    const byRows = [...this.plan.partials].sort((a, b) => b.estRows - a.estRows);
    const key: Column = { kind: 'column', id: -1, type: this.type, index: 0, name: 'handle' };
    const side = { op: 'TableDual', id: 0, schema: [key], estRows: 0, task: 'root', rowCount: 0 } as const;
    const semi: HashJoin = {
      op: 'HashJoin',
      id: this.plan.id,
      schema: [key],
      estRows: this.plan.estRows,
      task: 'root',
      joinType: 'semi',
      build: 'right',
      left: side,
      right: side,
      leftKeys: [key],
      rightKeys: [key],
      nullEq: [false],
      nullAware: false,
      leftConditions: [],
      rightConditions: [],
      otherConditions: [],
    };
    return byRows
      .map((p): Operator => new HandleScan(p, this.ctx))
      .reduce((left, right) => new HashJoinOperator(semi, left, right, this.ctx));
  }

  /** Handles that no scan gave before, in the order that the scans keep. */
  private async nextOrdered(): Promise<Handle[] | null> {
    const by = this.plan.keepOrder![0]!;
    for (;;) {
      const chunk = await this.readOrdered();
      if (chunk === null) return null;
      const { table } = leafScan(this.plan.tablePlan);
      const positions = chunk.columns.slice(by.length).map((_, k) => by.length + k);
      const handles = handlesAt(table, chunk, positions, zoneOf(this.ctx));
      const same = this.neighbours(chunk, by);
      const fresh: Handle[] = [];
      for (let k = 0; k < handles.length; k++) {
        // No row is in two places of the order.
        if (!same(k)) this.forget();
        const name = handleName(handles[k]!);
        if (this.seen.has(name)) continue;
        this.seen.add(name);
        this.hold(HANDLE_BYTES);
        fresh.push(handles[k]!);
      }
      this.last = chunk;
      if (fresh.length > 0) return fresh;
    }
  }

  private forget(): void {
    this.seen.clear();
    this.hold(-this.held);
  }

  /** Tells whether the k-th row is equal in the order to the one before it. */
  private neighbours(chunk: Chunk, by: readonly ByItem[]): (k: number) => boolean {
    const types = by.map((b) => b.expr.type);
    const keysOf = (c: Chunk): ReturnType<typeof orderable>[] =>
      types.map((type, k) => orderable(c.columns[k]!, type));
    const desc = by.map(() => false);
    const place = (c: Chunk, k: number): number => (c.sel === null ? k : c.sel[k]!);
    const keys = keysOf(chunk);
    const within = rowComparator(keys, keys, types, desc);
    const { last } = this;
    const first = last === null ? null : rowComparator(keys, keysOf(last), types, desc);
    return (k) =>
      k > 0
        ? within(place(chunk, k), place(chunk, k - 1)) === 0
        : first !== null && first(place(chunk, 0), place(last!, last!.rows - 1)) === 0;
  }

  /** The next rows of all scans in their order: what they are ordered by, then the handle; null at their end. */
  private async readOrdered(): Promise<Chunk | null> {
    const by = this.plan.keepOrder![0]!;
    if (this.ordered === null) {
      this.ordered = new MergeOrderedOperator(
        this.plan.partials.map((p, i) => this.orderedScan(p, this.plan.keepOrder![i]!)),
        by.map((b, k) => ({ ...b, expr: { ...(b.expr as Column), index: k } })),
        this.ctx,
      );
      await this.ordered.open();
    }
    return this.ordered.next();
  }

  /** One of the scans, giving what it is ordered by and then the handle. */
  private orderedScan(plan: PhysicalPlan, by: readonly ByItem[]): Operator {
    const { id, schema, estRows } = plan;
    const { desc } = leafScan(plan);
    const reader: IndexReader = {
      op: 'IndexReader',
      id,
      schema,
      estRows,
      task: 'root',
      child: plan,
      keepOrder: true,
      desc,
    };
    const positions = [...by.map((b) => (b.expr as Column).index), ...handlePositions(leafScan(plan))];
    return new PickColumnsOperator(new CopReaderOperator(reader, this.ctx), positions);
  }

  private hold(bytes: number): void {
    this.held += bytes;
    if (bytes >= 0) this.ctx.memory.consume(bytes);
    else this.ctx.memory.release(-bytes);
  }
}
