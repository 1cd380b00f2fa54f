import type { Chunk } from '../chunk/chunk.js';
import { compact } from '../chunk/gather.js';
import { GroupTable } from '../chunk/group-key.js';
import { rowBytes } from './row-bytes.js';
import type { CteDefinition, CteRef, PhysicalPlan } from '../planner/physical/plan.js';
import type { Datum } from '../types/datum.js';
import { mysqlError } from '../types/error-table.js';
import type { ExecContext, MemoryTracker, Operator } from './exec-context.js';
import type { BuildOperator } from './operator.js';

interface Cell {
  value: Datum;
}

/** Rows of a common table expression in one statement. */
class CteStorage {
  chunks: Chunk[] = [];
  /** Rows of the iteration before, which references inside the recursive part read; null when none is running. */
  working: Chunk[] | null = null;
  private ready: Promise<void> | null = null;
  /** Values of the correlated columns inside when it was filled: other values, other rows. */
  private seen: Datum[] = [];
  private bytes = 0;

  constructor(
    private readonly cte: CteDefinition,
    private readonly cells: readonly Cell[],
    private readonly build: BuildOperator,
  ) {}

  async fill(ctx: ExecContext): Promise<void> {
    if (this.ready !== null && this.cells.some((c, i) => c.value !== this.seen[i])) {
      ctx.memory.release(this.bytes);
      this.bytes = 0;
      this.ready = null;
    }
    this.ready ??= this.compute(ctx);
    await this.ready;
  }

  private async compute(ctx: ExecContext): Promise<void> {
    const { cte } = this;
    this.chunks = [];
    const distinct = cte.distinct ? new GroupTable(cte.schema.map((c) => c.type)) : null;
    let fresh = await this.run(cte.seed, distinct, ctx);
    if (cte.recursive !== null) {
      const limit = Number(ctx.variable('cte_max_recursion_depth'));
      for (let depth = 0; fresh.length > 0; depth++) {
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
    this.seen = this.cells.map((c) => c.value);
  }

  /** Runs one part; its new rows are added to the result and returned. */
  private async run(plan: PhysicalPlan, distinct: GroupTable | null, ctx: ExecContext): Promise<Chunk[]> {
    const op = this.build(plan, ctx);
    const out: Chunk[] = [];
    try {
      await op.open();
      for (;;) {
        const r = op.next();
        let chunk = r instanceof Promise ? await r : r;
        if (chunk === null) return out;
        if (distinct !== null) chunk = newRows(chunk, distinct);
        if (chunk.rows === 0) continue;
        chunk = compact(chunk);
        const bytes = rowBytes(chunk);
        this.bytes += bytes;
        ctx.memory.consume(bytes);
        out.push(chunk);
        this.chunks.push(chunk);
      }
    } finally {
      await op.close();
    }
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
  let byId = STATEMENTS.get(ctx.memory);
  if (byId === undefined) {
    byId = new Map();
    STATEMENTS.set(ctx.memory, byId);
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
  private chunks: readonly Chunk[] = [];
  private at = 0;

  constructor(
    private readonly plan: CteRef,
    private readonly ctx: ExecContext,
    private readonly build: BuildOperator,
  ) {}

  async open(): Promise<void> {
    const storage = storageOf(this.plan.cte, this.ctx, this.build);
    this.at = 0;
    if (storage.working !== null) {
      this.chunks = storage.working;
      return;
    }
    await storage.fill(this.ctx);
    this.chunks = storage.chunks;
  }

  next(): Chunk | null {
    return this.at < this.chunks.length ? this.chunks[this.at++]! : null;
  }

  close(): void {
    this.chunks = [];
  }
}
