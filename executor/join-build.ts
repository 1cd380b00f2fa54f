import { Chunk } from '../chunk/chunk.js';
import { concatSteps } from '../chunk/gradual-concat.js';
import { gather } from '../chunk/gather.js';
import { sliceChunk } from '../chunk/slice.js';
import type { Vector } from '../chunk/vector.js';
import { constantVector } from '../chunk/vector-builder.js';
import { compileProjection, type Filter, type Projection } from '../expression/compile.js';
import type { Expression } from '../expression/expression.js';
import type { HashJoin } from '../planner/physical/plan.js';
import type { FieldType } from '../types/field-type.js';
import { filterOf } from './compiled-filter.js';
import type { Operator, Spillable } from './exec-context.js';
import { filterTargets, JoinFilter } from './join-filter.js';
import { PRESERVED, type Side } from './join-kind.js';
import { JoinTable } from './join-table.js';
import { drain, runSteps, type OperatorContext } from './operator.js';
import { pacedFilter } from './paced-kernel.js';
import { rowBytes } from './row-bytes.js';
import { MAX_DEPTH } from './spill/partitioner.js';
import { SpilledJoin } from './spill/spilled-join.js';

/** A build side as the probing of it needs it. */
export interface JoinState {
  readonly rows: Chunk;
  readonly table: JoinTable;
  /** Preserved build rows that found a match. */
  readonly matched: Uint8Array | null;
  readonly barred: Uint8Array | null;
}

/** Which part of a join is built. */
export interface BuildPart {
  /** Output in the order of the probe rows: the table stays in memory, and sees a batch of the build side only. */
  readonly ordered: boolean;
  /** Partitions within partitions. */
  readonly depth: number;
  /** Columns that nothing reads once their rows are in the table. */
  readonly dead: readonly boolean[];
}

/** Rows that go to disk at once where they are next to each other. */
const UNLOADED_ROWS = 1 << 13;

/** The build side of a hash join: read whole into a JoinTable, or to partitions on disk where it is too large. */
export class JoinBuild implements Spillable {
  /** Where the rows went when they were too many. */
  spilled: SpilledJoin | null = null;
  private readonly keys: readonly Expression[];
  private readonly types: readonly FieldType[];
  private readonly columnTypes: readonly FieldType[];
  private readonly filter: Filter | null;
  private readonly projection: Projection;
  private readonly preserved: boolean;
  private unregister: (() => void) | null = null;
  private spillWanted = false;
  /** Rows while they come in. */
  private readonly held: Chunk[] = [];
  private heldBytes = 0;
  /** What was built and has not been probed yet: it may still go to disk. */
  private idle: JoinState | null = null;
  private unloading: Promise<void> | null = null;

  constructor(
    private readonly plan: HashJoin,
    private readonly side: Side,
    private readonly source: Operator,
    private readonly ctx: OperatorContext,
    private readonly part: BuildPart,
  ) {
    const left = side === 'left';
    this.keys = left ? plan.leftKeys : plan.rightKeys;
    this.types = this.keys.map((e) => e.type);
    this.columnTypes = (left ? plan.left : plan.right).schema.map((c) => c.type);
    this.filter = pacedFilter(filterOf(left ? plan.leftConditions : plan.rightConditions), ctx);
    this.projection = compileProjection(this.keys);
    this.preserved = PRESERVED[plan.joinType] === side;
  }

  /** Reads the build side; null: it went to disk. */
  async run(): Promise<JoinState | null> {
    const { preserved, projection } = this;
    const plainKeys = this.keys.every((k) => k.kind === 'column');
    const columns: Vector[][] = this.columnTypes.map(() => []);
    const keyParts: Vector[][] = this.keys.map(() => []);
    const barred: Uint8Array[] = [];
    let rows = 0;
    if (this.maySpill) this.unregister = this.ctx.memory.addSpillable(this);
    const toDisk = async (): Promise<void> => {
      this.spillWanted = false;
      const spilled = (this.spilled ??= new SpilledJoin(this.types, this.part.depth, this.ctx.disk!));
      for (const chunk of this.held.splice(0)) {
        await spilled.addBuild(chunk, await projection.run(chunk, this.ctx.eval));
        const pause = this.ctx.checkpoint();
        if (pause !== undefined) await pause;
      }
      columns.forEach((c) => (c.length = 0));
      keyParts.forEach((c) => (c.length = 0));
      barred.length = 0;
      rows = 0;
      this.release();
    };
    await drain(this.source, this.ctx, async (input) => {
      let chunk = input;
      if (this.filter !== null) {
        const kept = await this.filter.run(chunk, this.ctx.eval);
        if (preserved) barred.push(barredRows(chunk, kept));
        else chunk = kept;
      } else if (preserved) barred.push(new Uint8Array(chunk.rows));
      if (chunk.rows === 0) return;
      const { sel, rows: n } = chunk;
      chunk = new Chunk(
        chunk.columns.map((v, k) =>
          this.part.dead[k] === true
            ? constantVector(null, this.columnTypes[k]!, n)
            : sel === null
              ? v
              : gather(v, sel, n),
        ),
        n,
      );
      if (!plainKeys) {
        const keys = await projection.run(chunk, this.ctx.eval);
        keys.forEach((v, k) => keyParts[k]!.push(v));
      }
      chunk.columns.forEach((v, k) => columns[k]!.push(v));
      rows += chunk.length;
      this.held.push(chunk);
      this.hold(rowBytes(chunk));
      if (this.spillWanted || this.spilled !== null) await toDisk();
    });
    if (this.spilled === null) {
      this.hold(JoinTable.bytesFor(rows));
      if (this.spillWanted) await toDisk();
    }
    // What is built is probed at once, and stays.
    this.unregister?.();
    this.unregister = null;
    this.held.length = 0;
    if (this.spilled === null) return this.makeTable(columns, keyParts, barred, rows, plainKeys);
    await this.tellScans(null, 0);
    return null;
  }

  /** The probe side may hold much before it gives its first row (it sorts, groups): until then what was built need not stay. */
  await(state: JoinState): void {
    if (!this.maySpill) return;
    this.idle = state;
    this.unregister = this.ctx.memory.addSpillable(this);
  }

  /** From now on it stays; false: it went to disk meanwhile. */
  async settle(): Promise<boolean> {
    this.unregister?.();
    this.unregister = null;
    this.idle = null;
    await this.unloading;
    return this.spilled === null;
  }

  private async unload({ rows }: JoinState): Promise<void> {
    const spilled = (this.spilled = new SpilledJoin(this.types, this.part.depth, this.ctx.disk!));
    for (let from = 0; from < rows.length; from += UNLOADED_ROWS) {
      const chunk = sliceChunk(rows, from, Math.min(rows.length, from + UNLOADED_ROWS));
      await spilled.addBuild(chunk, await this.projection.run(chunk, this.ctx.eval));
      const pause = this.ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
    this.release();
  }

  private async makeTable(
    columns: readonly Vector[][],
    keyParts: readonly Vector[][],
    barred: readonly Uint8Array[],
    n: number,
    plainKeys: boolean,
  ): Promise<JoinState> {
    const whole: Vector[] = [];
    for (let k = 0; k < columns.length; k++) {
      if (n === 0) {
        whole.push(constantVector(null, this.columnTypes[k]!, 0));
        continue;
      }
      const v = runSteps(concatSteps(columns[k]!), this.ctx);
      whole.push(v instanceof Promise ? await v : v);
      columns[k]!.length = 0;
    }
    const keys: Vector[] = [];
    for (let k = 0; k < this.keys.length; k++) {
      if (n === 0) keys.push(constantVector(null, this.types[k]!, 0));
      else if (plainKeys) keys.push(whole[(this.keys[k] as { index: number }).index]!);
      else {
        const v = runSteps(concatSteps(keyParts[k]!), this.ctx);
        keys.push(v instanceof Promise ? await v : v);
      }
    }
    const made = runSteps(JoinTable.build(keys, this.types, this.plan.nullEq, n), this.ctx);
    const table = made instanceof Promise ? await made : made;
    // Direct addressing takes as many slots as the keys' range has.
    this.hold(Math.max(0, table.bytes - JoinTable.bytesFor(n)));
    await this.tellScans(keys, n);
    return {
      rows: new Chunk(whole, n),
      table,
      matched: this.preserved ? new Uint8Array(n) : null,
      barred: this.preserved && this.filter !== null ? endToEnd(barred, n) : null,
    };
  }

  /** Rows of the probe side that match nothing need not leave their scans; null keys: nothing is known. */
  private async tellScans(keys: readonly Vector[] | null, n: number): Promise<void> {
    const { joinFilters } = this.ctx;
    // Joins of batches and of partitions see a part of the build side only.
    if (joinFilters === undefined || this.part.ordered || this.part.depth > 0) return;
    for (const [k, targets] of filterTargets(this.plan, this.side).entries()) {
      if (targets.length === 0) continue;
      const probes = targets.reduce((sum, t) => sum + t.rows, 0);
      const made = keys === null ? null : runSteps(JoinFilter.of(keys[k]!, n, probes), this.ctx);
      const filter = made instanceof Promise ? await made : made;
      for (const t of targets) joinFilters.set(t, this.plan.id, filter);
    }
  }

  private hold(bytes: number): void {
    this.heldBytes += bytes;
    this.ctx.memory.consume(bytes);
  }

  private release(): void {
    this.ctx.memory.release(this.heldBytes);
    this.heldBytes = 0;
  }

  close(): void {
    this.release();
    this.unregister?.();
    this.held.length = 0;
    this.spilled?.close();
  }

  /** A join that keeps an order, or has no keys to deal by, or whose NULLs concern rows everywhere, stays in memory. */
  private get maySpill(): boolean {
    return (
      this.ctx.disk !== null &&
      this.types.length > 0 &&
      !this.part.ordered &&
      this.part.depth < MAX_DEPTH &&
      (!this.plan.nullAware || (this.types.length === 1 && this.plan.otherConditions.length === 0))
    );
  }

  /** What is being written counts: it is about to be free. */
  spillableBytes(): number {
    return this.heldBytes;
  }

  spill(): void {
    this.spillWanted = true;
    if (this.idle === null) return;
    this.unloading = this.unload(this.idle);
    this.idle = null;
    // The error shows to who waits for it.
    this.unloading.catch(() => {});
  }
}

function endToEnd(parts: readonly Uint8Array[], n: number): Uint8Array {
  const out = new Uint8Array(n);
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

/** Per selected row of `chunk`: 1 when `kept` (a narrower selection of it) left it out. */
function barredRows(chunk: Chunk, kept: Chunk): Uint8Array {
  const physical = barredPhysical(chunk, kept);
  if (chunk.sel === null) return physical;
  const out = new Uint8Array(chunk.rows);
  for (let k = 0; k < out.length; k++) out[k] = physical[chunk.sel[k]!]!;
  return out;
}

export function barredPhysical(chunk: Chunk, kept: Chunk): Uint8Array {
  const out = new Uint8Array(chunk.length);
  if (kept.sel === null) return out;
  out.fill(1);
  for (let k = 0; k < kept.sel.length; k++) out[kept.sel[k]!] = 0;
  return out;
}
