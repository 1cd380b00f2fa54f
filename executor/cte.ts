import type { Chunk } from '../chunk/chunk.js';
import type { CteDefinition, CteRef, PhysicalPlan } from '../planner/physical/plan.js';
import type { Awaitable } from '../types/awaitable.js';
import type { Datum } from '../types/datum.js';
import { mysqlError } from '../types/error-table.js';
import type { ExecContext, MemoryTracker, Operator } from './exec-context.js';
import { LimitOperator } from './limit.js';
import { drain, type BuildOperator } from './operator.js';
import { DistinctRows } from './spill/distinct-rows.js';
import { RowContainer } from './spill/row-container.js';

interface Cell {
  value: Datum;
}

/** Rows of a container from one number up to another. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Rows of a common table expression in one statement. */
class CteStorage {
  rows: RowContainer | null = null;
  /** Rows of the iteration before, which references inside the recursive part read; null when none is running. */
  working: Stretch | null = null;
  private ready: Promise<void> | null = null;
  /** Values of the correlated columns inside when it was filled: other values, other rows. */
  private seen: Datum[] = [];

  constructor(
    private readonly cte: CteDefinition,
    private readonly cells: readonly Cell[],
    private readonly build: BuildOperator,
  ) {}

  async fill(ctx: ExecContext): Promise<void> {
    if (this.ready !== null && this.cells.some((c, i) => c.value !== this.seen[i])) {
      this.rows?.close();
      this.rows = null;
      this.ready = null;
    }
    this.ready ??= this.compute(ctx);
    await this.ready;
  }

  private async compute(ctx: ExecContext): Promise<void> {
    const { cte } = this;
    const rows = (this.rows = new RowContainer(ctx));
    const types = cte.schema.map((c) => c.type);
    const distinct = cte.distinct ? new DistinctRows(types, ctx, (chunk) => rows.append(chunk)) : null;
    try {
      let fresh = await this.run(cte.seed, distinct, ctx);
      if (cte.recursive !== null) {
        const limit = Number(ctx.variable('cte_max_recursion_depth'));
        for (let depth = 0; fresh.to > fresh.from && rows.rows < cte.maxRows; depth++) {
          if (depth >= limit) throw mysqlError('ER_CTE_MAX_RECURSION_DEPTH', depth + 1);
          this.working = fresh;
          try {
            fresh = await this.run(cte.recursive, distinct, ctx);
          } finally {
            this.working = null;
          }
          const pause = ctx.checkpoint();
          if (pause !== undefined) await pause;
        }
      }
    } finally {
      distinct?.close();
    }
    this.seen = this.cells.map((c) => c.value);
  }

  /** Runs one part; tells which rows of the result are its new ones. */
  private async run(plan: PhysicalPlan, distinct: DistinctRows | null, ctx: ExecContext): Promise<Stretch> {
    const op = this.build(plan, ctx);
    const rows = this.rows!;
    const from = rows.rows;
    try {
      await op.open();
      await drain(
        op,
        ctx,
        (input) => (distinct === null ? rows.append(input) : distinct.add(input)),
        () => rows.rows >= this.cte.maxRows,
      );
      await distinct?.settle();
      return { from, to: rows.rows };
    } finally {
      await op.close();
    }
  }
}

/** Storages of a statement, by the object that all its contexts share. */
const STATEMENTS = new WeakMap<MemoryTracker, Map<number, CteStorage>>();

function storageOf(cte: CteDefinition, ctx: ExecContext, build: BuildOperator): CteStorage {
  let byId = STATEMENTS.get(ctx.memory.root);
  if (byId === undefined) {
    byId = new Map();
    STATEMENTS.set(ctx.memory.root, byId);
  }
  let s = byId.get(cte.id);
  if (s === undefined) {
    s = new CteStorage(cte, correlatedCells(cte), build);
    byId.set(cte.id, s);
  }
  return s;
}

const CELLS = new WeakMap<CteDefinition, readonly Cell[]>();

/** Cells of every correlated column in the definition's plans. */
function correlatedCells(cte: CteDefinition): readonly Cell[] {
  let cells = CELLS.get(cte);
  if (cells === undefined) {
    const found = new Set<Cell>();
    const seen = new Set<object>();
    const walk = (v: unknown): void => {
      if (typeof v !== 'object' || v === null || ArrayBuffer.isView(v) || seen.has(v)) return;
      seen.add(v);
      if ('kind' in v && v.kind === 'correlated' && 'cell' in v) found.add(v.cell as Cell);
      for (const [name, x] of Object.entries(v))
        if (name !== 'table' && name !== 'db' && name !== 'type') walk(x);
    };
    walk(cte.seed);
    walk(cte.recursive);
    cells = [...found];
    CELLS.set(cte, cells);
  }
  return cells;
}

export class CteRefOperator implements Operator {
  private reader: Operator | null = null;

  constructor(
    private readonly plan: CteRef,
    private readonly ctx: ExecContext,
    private readonly build: BuildOperator,
  ) {}

  async open(): Promise<void> {
    const storage = storageOf(this.plan.cte, this.ctx, this.build);
    const { working } = storage;
    if (working === null) await storage.fill(this.ctx);
    const rows = storage.rows!.reader(working?.from ?? 0, working?.to ?? storage.rows!.rows);
    const { limit } = this.plan.cte;
    this.reader =
      working === null && limit !== null ? new LimitOperator(rows, limit.offset, limit.count) : rows;
  }

  next(): Awaitable<Chunk | null> {
    return this.reader?.next() ?? null;
  }

  close(): void {
    this.reader = null;
  }
}
