import type { Chunk } from '../chunk/chunk.js';
import { GroupTable } from '../chunk/group-key.js';
import type { CteDefinition, CteRef, PhysicalPlan } from '../planner/physical/plan.js';
import type { Awaitable } from '../types/awaitable.js';
import type { Datum } from '../types/datum.js';
import { mysqlError } from '../types/error-table.js';
import type { ExecContext, MemoryTracker, Operator } from './exec-context.js';
import { LimitOperator } from './limit.js';
import { andThen, drain, runSteps, type BuildOperator } from './operator.js';
import { RowContainer } from './spill/row-container.js';

interface Cell {
  value: Datum;
}

/** Chunks of a container from one number up to another. */
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
  private distinctBytes = 0;

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
    this.rows = new RowContainer(ctx);
    const distinct = cte.distinct ? new GroupTable(cte.schema.map((c) => c.type)) : null;
    try {
      let fresh = await this.run(cte.seed, distinct, ctx);
      if (cte.recursive !== null) {
        const limit = Number(ctx.variable('cte_max_recursion_depth'));
        for (let depth = 0; fresh.to > fresh.from && this.rows.rows < cte.maxRows; depth++) {
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
      ctx.memory.release(this.distinctBytes);
      this.distinctBytes = 0;
    }
    this.seen = this.cells.map((c) => c.value);
  }

  /** Runs one part; tells which chunks of the result are its new rows. */
  private async run(plan: PhysicalPlan, distinct: GroupTable | null, ctx: ExecContext): Promise<Stretch> {
    const op = this.build(plan, ctx);
    const rows = this.rows!;
    const from = rows.chunkCount;
    try {
      await op.open();
      await drain(
        op,
        ctx,
        (input) => {
          if (distinct === null) return rows.append(input);
          const growth = distinct.growth(input.rows);
          if (growth === null) return this.appendNew(input, distinct, ctx);
          return andThen(runSteps(growth, ctx), () => this.appendNew(input, distinct, ctx));
        },
        () => rows.rows >= this.cte.maxRows,
      );
      return { from, to: rows.chunkCount };
    } finally {
      await op.close();
    }
  }

  private appendNew(input: Chunk, distinct: GroupTable, ctx: ExecContext): Awaitable<void> {
    const chunk = newRows(input, distinct);
    const more = distinct.bytes - this.distinctBytes;
    this.distinctBytes += more;
    if (more !== 0) ctx.memory.consume(more);
    return this.rows!.append(chunk);
  }
}

/** Rows that the table has not seen, each once. */
function newRows(chunk: Chunk, table: GroupTable): Chunk {
  const n = chunk.rows;
  const ids = new Int32Array(n);
  const known = table.size;
  table.assign(chunk.columns, chunk.sel, n, ids);
  const sel = new Int32Array(n);
  let m = 0;
  // New groups need not be numbered in the order of their rows: each takes its first row.
  const taken = new Uint8Array(Math.max(0, table.size - known));
  for (let k = 0; k < n; k++) {
    const g = ids[k]! - known;
    if (g < 0 || taken[g] === 1) continue;
    taken[g] = 1;
    sel[m++] = chunk.sel === null ? k : chunk.sel[k]!;
  }
  return chunk.withSel(sel.subarray(0, m));
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
    const rows = storage.rows!.reader(working?.from, working?.to ?? storage.rows!.chunkCount);
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
