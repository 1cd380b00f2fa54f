import { Chunk } from '../chunk/chunk.js';
import { newVectorBuilder } from '../chunk/vector-builder.js';
import type { Vector } from '../chunk/vector.js';
import { userVariable } from '../expression/builtin/variables.js';
import { evalAny } from '../expression/compile.js';
import type { EvalContext } from '../expression/eval-context.js';
import type { Expression, ScalarFunction } from '../expression/expression.js';
import { findFunction } from '../expression/function-registry.js';
import { substitute, visit } from '../expression/traverse.js';
import { LONG_NS, mayTakeLong, WorkEstimate } from '../expression/work-estimate.js';
import type { Datum } from '../types/datum.js';
import type { Awaitable } from '../types/awaitable.js';
import type { Evaluator } from './exec-context.js';
import type { OperatorContext } from './operator.js';

/** Larger trees are not sent to other threads. */
const MAX_NODES = 1000;
/** Texts of a chunk that together are shorter have no row that takes long. */
const LONG_TEXTS = 1 << 16;

/** Whether the function reads a user variable: it has no other effect than to come in its turn. */
const isVariable = (f: ScalarFunction): boolean => f.name === 'getvar';

/** Whether a value of the expression may take long, and another thread can compute it. */
function maySend(e: Expression): boolean {
  let heavy = false;
  let ok = true;
  let nodes = 0;
  visit(e, (x) => {
    nodes += x.kind === 'function' ? x.args.length : 0;
    if (x.kind !== 'function' || isVariable(x)) return ok;
    const s = findFunction(x.name);
    if (s === undefined || s.deterministic === false || s.async === true) ok = false;
    else if (s.sideEffects === true || (s.stable === false && s.family !== 'time')) ok = false;
    else heavy ||= mayTakeLong(x);
    return ok;
  });
  return ok && heavy && nodes <= MAX_NODES;
}

/** Whether the expression has effects, so that others around must keep their order. */
function hasEffects(e: Expression): boolean {
  let found = false;
  visit(e, (x) => {
    if (x.kind !== 'function' || isVariable(x)) return;
    const s = findFunction(x.name);
    if (s === undefined || s.sideEffects === true || s.async === true) found = true;
  });
  return found;
}

/**
 * Expressions some of whose values may take long, of a document or text of megabytes: rows with such are computed in another thread, one
 * value at a time, and others go on meanwhile.
 */
export class ApartProjection {
  private constructor(
    private readonly exprs: readonly Expression[],
    /** By position: whether it may be sent. */
    private readonly sent: readonly boolean[],
  ) {}

  /** Null where nothing takes long, or nothing can be sent. */
  static of(exprs: readonly Expression[]): ApartProjection | null {
    const sent = exprs.map(maySend);
    return !sent.includes(true) || exprs.some(hasEffects) ? null : new ApartProjection(exprs, sent);
  }

  /** Whether all of them may be computed by another thread. */
  get sendsAll(): boolean {
    return !this.sent.includes(false);
  }

  /** Whether there is a row in the chunk whose values take long. */
  isLong(chunk: Chunk, ctx: EvalContext): boolean {
    return chunk.rows > 0 && this.rowIsLong(chunk, longestRow(chunk), ctx);
  }

  rowIsLong(chunk: Chunk, row: number, ctx: EvalContext): boolean {
    const work = new WorkEstimate((leaf) => leafValue(leaf, chunk, row, ctx), ctx.maxAllowedPacket);
    this.exprs.forEach((e, i) => {
      if (this.sent[i]!) work.add(e);
    });
    return work.ns >= LONG_NS;
  }

  async run(chunk: Chunk, ctx: EvalContext, evaluator: Evaluator): Promise<Vector[]> {
    const builders = this.exprs.map((e) => newVectorBuilder(e.type, chunk.length));
    for (let q = 0; q < chunk.rows; q++) {
      const row = chunk.sel === null ? q : chunk.sel[q]!;
      const long = this.rowIsLong(chunk, row, ctx);
      const outcomes = long
        ? await evaluator.evaluate(
            this.exprs.filter((_, i) => this.sent[i]!).map((e) => withValues(e, chunk, row, ctx)),
          )
        : [];
      let next = 0;
      for (const [i, e] of this.exprs.entries()) {
        const b = builders[i]!;
        while (b.length < row) b.appendNull();
        // In their order, so that warnings and the first error are those that computing in place gives.
        b.append(
          long && this.sent[i]! ? outcomes[next++]!(ctx) : ((await evalAny(e, ctx, chunk, row)) as Datum),
        );
      }
      const pause = evaluator.checkpoint();
      if (pause !== undefined) await pause;
    }
    return builders.map((b) => {
      while (b.length < chunk.length) b.appendNull();
      return b.finish();
    });
  }
}

const NO_COLUMNS = new Chunk([], 1);
const SENT = new WeakMap<Expression, ApartProjection | null>();

/** evalAny that has a value which takes long computed in another thread. */
export function evalApart(
  e: Expression,
  ctx: Pick<OperatorContext, 'eval' | 'evaluator'>,
  chunk = NO_COLUMNS,
  row = 0,
): Awaitable<Datum> {
  if (e.kind === 'function') {
    let apart = SENT.get(e);
    if (apart === undefined) SENT.set(e, (apart = ApartProjection.of([e])));
    if (apart !== null && apart.rowIsLong(chunk, row, ctx.eval)) {
      const { evaluator } = ctx;
      if (evaluator !== undefined && evaluator !== null)
        return evalInThread(e, ctx.eval, evaluator, chunk, row);
    }
  }
  return evalAny(e, ctx.eval, chunk === NO_COLUMNS ? undefined : chunk, row);
}

/** The value for a row, computed in another thread. */
export async function evalInThread(
  e: Expression,
  ctx: EvalContext,
  evaluator: Evaluator,
  chunk: Chunk,
  row: number,
): Promise<Datum> {
  const [v] = await evaluator.evaluate([withValues(e, chunk, row, ctx)]);
  return v!(ctx);
}

/** Calls from which on it is kept whether one of them may take long. */
const MANY_CALLS = 1024;
const LONG_CALLS = new WeakMap<Expression, boolean>();

/** Whether a call in it may take long. */
export function hasLongCalls(e: Expression): boolean {
  const known = e.kind === 'function' && e.name === 'or' ? LONG_CALLS.get(e) : undefined;
  if (known !== undefined) return known;
  let found = false;
  let calls = 0;
  visit(e, (x) => {
    if (x.kind !== 'function') return true;
    calls++;
    found ||= mayTakeLong(x);
    return !found;
  });
  if (calls >= MANY_CALLS) LONG_CALLS.set(e, found);
  return found;
}

/** About how long a row takes, by the first. */
export function rowNs(exprs: readonly Expression[], chunk: Chunk, ctx: EvalContext): number {
  const row = chunk.sel === null ? 0 : chunk.sel[0]!;
  const work = new WorkEstimate((leaf) => leafValue(leaf, chunk, row, ctx), ctx.maxAllowedPacket);
  for (const e of exprs) work.add(e);
  return work.ns;
}

/** The row with the longest text; the first where all are short. */
function longestRow(chunk: Chunk): number {
  const { sel, rows } = chunk;
  const first = sel === null ? 0 : sel[0]!;
  if (rows === 1) return first;
  let row = first;
  let longest = 0;
  for (const c of chunk.columns) {
    if (c.kind !== 'bytes' || c.bytes.length < LONG_TEXTS) continue;
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      const k = c.codes === null ? i : c.codes[i]!;
      const length = c.offsets[k + 1]! - c.offsets[k]!;
      if (length > longest) {
        longest = length;
        row = i;
      }
    }
  }
  return row;
}

/** The value of a leaf; undefined for what is none. */
function leafValue(e: Expression, chunk: Chunk, row: number, ctx: EvalContext): Datum | undefined {
  switch (e.kind) {
    case 'column':
      return chunk.columns[e.index]!.get(row);
    case 'correlated':
      return e.cell.value;
    case 'constant':
      return e.param === undefined ? e.value : (ctx.params[e.param]?.value ?? null);
    case 'function':
      return isVariable(e) ? userVariable(e, ctx) : undefined;
  }
}

/** The expression with literals for leaves. */
const withValues = (e: Expression, chunk: Chunk, row: number, ctx: EvalContext): Expression =>
  substitute(e, (x) => {
    if (x.kind === 'constant' ? x.param === undefined : x.kind === 'function' && !isVariable(x)) return x;
    const value = x.kind === 'function' ? userVariable(x, ctx) : (evalAny(x, ctx, chunk, row) as Datum);
    return { kind: 'constant', type: x.type, value };
  });
