import type { Chunk } from '../chunk/chunk.js';
import { Chunk as ChunkClass } from '../chunk/chunk.js';
import type { Vector } from '../chunk/vector.js';
import { BytesVector, NumVector, WideVector } from '../chunk/vector.js';
import {
  BytesVectorBuilder,
  constantVector,
  newVectorBuilder,
  wideStorageOf,
} from '../chunk/vector-builder.js';
import type { Awaitable } from '../types/awaitable.js';
import type { Datum } from '../types/datum.js';
import { layoutOf } from '../types/field-type.js';
import type { FieldType } from '../types/field-type.js';
import { caseTable } from './builtin/case-table.js';
import { asTupleLookup } from './builtin/tuple-list.js';
import { castDatum, convertParam } from './cast-datum.js';
import type { Leaf, LeafShape } from './codegen.js';
import { constantCondition, Emitter, leavesOf, lutColumn } from './codegen.js';
import type { EvalContext } from './eval-context.js';
import type { Column, Expression, ScalarFunction } from './expression.js';
import { functionSpec, HEAVY_FAMILIES } from './function-registry.js';
import { Runtime } from './runtime.js';
import { hashKey, mapArgs, splitConjuncts, visit, walkedArgs } from './traverse.js';
import { TimeLimitExceeded, withTimeLimit } from './time-limit.js';
import { asTruth } from './truth.js';

/**
 * From expressions to kernels. A run is one or more expressions over one chunk; its code is generated per shape of the
 * inputs (vector class, null mask or not, dictionary or not, selection or not) when that shape is first met. Equal
 * texts share one compiled function in the process, whatever constants they use: those come in through a pool.
 */

type Kernel = (
  K: unknown[],
  D: unknown[],
  n: number,
  sel: Int32Array | null,
  rt: Runtime,
  out: Output,
) => Awaitable<number>;

/** What a kernel writes into. */
interface Output {
  data: Float64Array | Int32Array;
  big: bigint[] | BigInt64Array | BigUint64Array;
  nulls: Uint8Array;
  bytes: BytesVectorBuilder;
}

/** Milliseconds that the rows of a chunk may take together before each is looked after. */
const ROWS_MS = 50;

const NO_I32 = new Int32Array(0);
const SPARE_ROWS = 4096;
const MAX_SPARE = 1 << 16;
/** Where filters pick rows. */
let spare = NO_I32;
const NO_F64 = new Float64Array(0);
const NO_BYTES = new Uint8Array(0);
const NO_BUILDER = new BytesVectorBuilder(1);

const KERNELS = new Map<string, Kernel>();
const KERNEL_LIMIT = 20000;

function compileText(text: string, isAsync: boolean): Kernel {
  const key = isAsync ? `async ${text}` : text;
  let k = KERNELS.get(key);
  if (k === undefined) {
    if (KERNELS.size >= KERNEL_LIMIT) KERNELS.clear();
    // The text is made of fixed templates, slot numbers and pooled names only: nothing a client wrote enters it.
    k = new Function(
      `return ${isAsync ? 'async ' : ''}function(K,D,n,sel,rt,out){"use strict";\n${text}\n}`,
    )() as Kernel;
    KERNELS.set(key, k);
  }
  return k;
}

/** Kernels compiled in this process. */
export const kernelCount = (): number => KERNELS.size;

interface Program {
  /** Null: a filter that all rows pass. */
  readonly kernel: Kernel | null;
  readonly constants: unknown[];
  readonly rep: 'n' | 'b' | 's';
  readonly nullable: boolean;
}

/** A dictionary predicate's results for one chunk, in the guise of a column. */
interface LutColumn {
  readonly nulls: Uint8Array | null;
  readonly codes: Int32Array;
  readonly lut: Float64Array | Int32Array;
  readonly lutNulls: Uint8Array | null;
}

interface LutSite {
  readonly expr: ScalarFunction;
  readonly column: Column;
  /** The same predicate over column 0. */
  readonly body: Run;
  lastBytes: Uint8Array | null;
  lastResult: NumVector | null;
}

const isTree = (e: Expression, p: (f: ScalarFunction) => boolean): boolean => {
  let found = false;
  visit(e, (x) => {
    if (x.kind === 'function' && p(x)) found = true;
    return !found;
  });
  return found;
};

/** A call in generated code. */
const CALL = /\bk\d+(?:\.\w+)?\(|\bMath\.|BigInt\(/;
/** `!(null test)&&(comparison)` without inner parentheses in the null test. */
const NULL_TEST = /^!\(([^()]*)\)&&\((.*)\)$/s;

const TARGET_FILTER = 0;
const TARGET_VALUE = 1;

class Run {
  private readonly roots: readonly Expression[];
  private readonly luts: LutSite[] = [];
  /** Leaves when no dictionary is used; and the leaves with each dictionary predicate taken as one. */
  private readonly plain: Leaf['expr'][];
  private readonly withLuts: Leaf['expr'][] | null;
  private readonly programs = new Map<string, Program>();
  private readonly isAsync: boolean;
  private readonly exactOnly: boolean;
  /** Matches regular expressions, for which nobody knows how long. */
  private readonly limited: boolean;

  constructor(
    private readonly target: number,
    roots: readonly Expression[],
    allowLuts = true,
  ) {
    this.roots = roots;
    this.isAsync = roots.some((r) => isTree(r, (f) => functionSpec(f.name).async === true));
    this.exactOnly = roots.some((r) => isTree(r, (f) => functionSpec(f.name).sideEffects === true));
    this.limited =
      !this.isAsync &&
      !this.exactOnly &&
      roots.some((r) => isTree(r, (f) => functionSpec(f.name).family === 'regexp'));
    this.plain = leavesOf(roots, () => false);
    let lutExprs: ScalarFunction[] = [];
    if (allowLuts) {
      for (const r of roots) collectLuts(r, lutExprs);
      lutExprs = [...new Set(lutExprs)];
    }
    for (const e of lutExprs) {
      const column = lutColumn(e)!;
      this.luts.push({
        expr: e,
        column,
        body: new Run(TARGET_VALUE, [rebaseColumn(e, column)], false),
        lastBytes: null,
        lastResult: null,
      });
    }
    this.withLuts = this.luts.length === 0 ? null : leavesOf(roots, (e) => lutExprs.includes(e));
  }

  filter(chunk: Chunk, ctx: EvalContext): Awaitable<Chunk> {
    // Rows are picked into memory that is used again; the chunk gets a copy of those that are left. Whoever comes meanwhile takes another.
    const { rows } = chunk;
    let picked = spare;
    if (this.isAsync) picked = new Int32Array(rows);
    else {
      spare = NO_I32;
      if (picked.length < rows) picked = new Int32Array(Math.max(rows, SPARE_ROWS));
    }
    const out: Output = { data: picked, big: [], nulls: NO_BYTES, bytes: NO_BUILDER };
    const r = this.execute(chunk, ctx, out);
    const finish = (count: number): Chunk => {
      if (!this.isAsync && picked.length <= MAX_SPARE) spare = picked;
      return count === rows ? chunk : chunk.withSel(picked.slice(0, count));
    };
    return r instanceof Promise ? r.then((x) => finish(x.status)) : finish(r.status);
  }

  value(chunk: Chunk, ctx: EvalContext): Awaitable<Vector> {
    const out: Output = { data: NO_F64, big: [], nulls: NO_BYTES, bytes: NO_BUILDER };
    const r = this.execute(chunk, ctx, out);
    return r instanceof Promise
      ? r.then((x) => this.finish(x, out, chunk.length))
      : this.finish(r, out, chunk.length);
  }

  private finish(done: { status: number; rep: 'n' | 'b' | 's' }, out: Output, n: number): Vector {
    const nulls = done.status === 1 ? out.nulls : null;
    switch (done.rep) {
      case 'n':
        return new NumVector(out.data, n, nulls);
      case 's': {
        const v = out.bytes.finish();
        return nulls === null ? v : new BytesVector(v.bytes, v.offsets, n, nulls);
      }
      case 'b':
        return narrow(out.big, n, nulls);
    }
  }

  private execute(
    chunk: Chunk,
    ctx: EvalContext,
    out: Output,
  ): Awaitable<{ status: number; rep: 'n' | 'b' | 's' }> {
    const rt = new Runtime(ctx);
    let leaves = this.plain;
    let key = chunk.sel === null ? '' : '/';
    const D: unknown[] = [];
    const shapes: LeafShape[] = [];
    let wide = this.exactOnly;
    if (this.withLuts !== null && this.luts.some((l) => usesDictionary(chunk, l.column)))
      leaves = this.withLuts;
    if (leaves !== this.plain) key += 'L';
    for (const leaf of leaves) {
      let shape: LeafShape;
      if (leaf.kind === 'column') {
        const v = chunk.columns[leaf.index];
        if (v === undefined) throw new Error(`column ${leaf.name} (index ${leaf.index}) is not in the chunk`);
        D.push(v);
        const nullable = v.nulls !== null;
        if (v.kind === 'num') {
          shape = { kind: 'num', int32: v.data instanceof Int32Array, nullable };
          key += (shape.int32 ? 'i' : 'f') + (nullable ? '?' : '');
        } else if (v.kind === 'wide') {
          shape = { kind: 'wide', nullable };
          wide = true;
          key += Array.isArray(v.data) ? 'W' : v.data instanceof BigInt64Array ? 'w' : 'u';
          if (nullable) key += '?';
        } else {
          shape = { kind: 'bytes', nullable, coded: v.codes !== null };
          key += (shape.coded ? 'd' : 's') + (nullable ? '?' : '');
        }
      } else if (leaf.kind === 'function') {
        const site = this.luts.find((l) => l.expr === leaf)!;
        const col = chunk.columns[site.column.index] as BytesVector;
        const lut = lookup(site, col, ctx);
        if (lut === null) {
          // Not coded in this chunk: rows are computed one by one, so none of the predicates is taken from a dictionary.
          return this.executePlain(chunk, ctx, out, rt);
        }
        D.push(lut);
        shape = { kind: 'lut', nullable: lut.nulls !== null, lutNullable: lut.lutNulls !== null };
        key += 'l' + (shape.nullable ? '?' : '') + (shape.lutNullable ? '!' : '');
      } else {
        const value = leaf.kind === 'correlated' ? leaf.cell.value : paramValue(leaf.param!, leaf.type, ctx);
        D.push(value);
        const rep =
          value === null ? 'null' : typeof value === 'number' ? 'n' : typeof value === 'bigint' ? 'b' : 's';
        if (rep === 'b') wide = true;
        shape = { kind: 'scalar', rep };
        key += rep === 'null' ? 'z' : rep;
      }
      shapes.push(shape);
    }
    return this.dispatch(chunk, out, rt, leaves, shapes, D, key, wide);
  }

  private executePlain(
    chunk: Chunk,
    ctx: EvalContext,
    out: Output,
    rt: Runtime,
  ): Awaitable<{ status: number; rep: 'n' | 'b' | 's' }> {
    void rt;
    const plain = new Run(this.target, this.roots, false);
    return plain.execute(chunk, ctx, out);
  }

  private dispatch(
    chunk: Chunk,
    out: Output,
    rt: Runtime,
    leaves: readonly Leaf['expr'][],
    shapes: readonly LeafShape[],
    D: unknown[],
    key: string,
    wide: boolean,
  ): Awaitable<{ status: number; rep: 'n' | 'b' | 's' }> {
    const program = this.program(wide ? `B${key}` : key, leaves, shapes, wide, chunk.sel !== null);
    const { kernel } = program;
    if (kernel === null) return { status: chunk.rows, rep: program.rep };
    this.prepare(program, out, chunk);
    const retry = (): Awaitable<{ status: number; rep: 'n' | 'b' | 's' }> => {
      rt.reset();
      return this.dispatch(chunk, out, rt, leaves, shapes, D, key, true);
    };
    const run = (): Awaitable<number> => kernel(program.constants, D, chunk.length, chunk.sel, rt, out);
    const r = this.limited && chunk.rows > 1 ? this.runLimited(run, chunk, program, out, rt) : run();
    if (r instanceof Promise) {
      return r.then((status) => {
        if (status < 0) return retry();
        rt.flush();
        return { status, rep: program.rep };
      });
    }
    if (r < 0) return retry();
    rt.flush();
    return { status: r, rep: program.rep };
  }

  /** One limit for many rows costs next to nothing; where they take longer, each row has its own. */
  private runLimited(
    run: () => Awaitable<number>,
    chunk: Chunk,
    program: Program,
    out: Output,
    rt: Runtime,
  ): Awaitable<number> {
    try {
      return withTimeLimit(ROWS_MS, run);
    } catch (e) {
      if (!(e instanceof TimeLimitExceeded)) throw e;
      rt.reset();
      this.prepare(program, out, chunk);
      return run();
    }
  }

  private prepare(p: Program, out: Output, chunk: Chunk): void {
    if (this.target === TARGET_FILTER) return;
    const n = chunk.length;
    if (p.nullable) out.nulls = new Uint8Array(n);
    switch (p.rep) {
      case 'n':
        out.data = new Float64Array(n);
        return;
      case 'b':
        switch (wideStorageOf(this.roots[0]!.type)) {
          case 'i64':
            out.big = new BigInt64Array(n);
            return;
          case 'u64':
            out.big = new BigUint64Array(n);
            return;
          default:
            out.big = new Array<bigint>(n).fill(0n);
            return;
        }
      case 's':
        out.bytes = new BytesVectorBuilder(Math.max(1, n));
    }
  }

  private program(
    key: string,
    leaves: readonly Leaf['expr'][],
    shapes: readonly LeafShape[],
    exact: boolean,
    hasSel: boolean,
  ): Program {
    let p = this.programs.get(key);
    if (p !== undefined) return p;
    const map = new Map<Expression, { slot: number; shape: LeafShape }>();
    leaves.forEach((l, slot) => map.set(l, { slot, shape: shapes[slot]! }));
    const g = new Emitter(exact, map);
    const body = this.target === TARGET_FILTER ? this.filterBody(g) : this.valueBody(g);
    if (body === null) {
      p = { kernel: null, constants: [], rep: 'n', nullable: false };
      this.programs.set(key, p);
      return p;
    }
    const { rep, nullable } = body;
    const head = hasSel ? 'for(let q=0,m=sel.length;q<m;q++){const i=sel[q];' : 'for(let i=0;i<n;i++){';
    const before =
      this.target === TARGET_FILTER
        ? 'const o=out.data;let w=0;'
        : rep === 's'
          ? 'const o=out.bytes,on=out.nulls;let any=0,at=0;'
          : rep === 'b'
            ? 'const o=out.big,on=out.nulls;let any=0;'
            : 'const o=out.data,on=out.nulls;let any=0;';
    const after =
      this.target === TARGET_FILTER
        ? 'return w;'
        : rep === 's'
          ? 'while(at<n){o.commit(o.reserve(0));at++;}return any;'
          : 'return any;';
    const text = `${before}\n${g.hoisted()}\n${head}\n${g.body()}\n}\n${after}`;
    p = { kernel: compileText(text, this.isAsync), constants: g.constants, rep, nullable };
    this.programs.set(key, p);
    return p;
  }

  /**
   * Conditions that are mere comparisons of cells are combined without branches, which random data would mispredict:
   * `w += (a < 5) & (b >= 2)`. Conditions that call something or need statements follow, on the rows that are left. Null where
   * every row passes, as in IS NOT NULL of a column without NULLs.
   */
  private filterBody(g: Emitter): { rep: 'n'; nullable: boolean } | null {
    const cheap: string[] = [];
    const rest: { lines: string[]; test: string }[] = [];
    for (const root of this.roots) {
      const { lines, result } = g.capture(() => {
        const v = g.emit(root);
        return v.nul === 'true' ? 'false' : v.nul === 'false' ? g.truth(v) : `!(${v.nul})&&(${g.truth(v)})`;
      });
      if (lines.length === 0 && constantCondition(result) === 'true') continue;
      if (lines.length === 0 && !CALL.test(result)) {
        cheap.push(`(${result.replace(NULL_TEST, '(!($1))&($2)')})`);
      } else {
        rest.push({ lines, test: result });
      }
    }
    if (rest.length === 0) {
      if (cheap.length === 0) return null;
      g.line(`o[w]=i;w+=${cheap.length === 1 ? `${cheap[0]!}&1` : cheap.join('&')};`);
      return { rep: 'n', nullable: false };
    }
    if (cheap.length > 0) g.line(`if(!(${cheap.join('&')}))continue;`);
    for (const r of rest) {
      g.append(r.lines);
      g.line(`if(!(${r.test}))continue;`);
    }
    g.line('o[w++]=i;');
    return { rep: 'n', nullable: false };
  }

  private valueBody(g: Emitter): { rep: 'n' | 'b' | 's'; nullable: boolean } {
    const root = this.roots[0]!;
    const isBytes = layoutOf(root.type) === 'bytes';
    const v = g.emit(root);
    if (isBytes) {
      g.line('while(at<i){o.commit(o.reserve(0));at++;}at++;');
      if (v.nul === 'true') {
        g.line('on[i]=1;any=1;o.commit(o.reserve(0));');
        return { rep: 's', nullable: true };
      }
      if (v.rep !== 's')
        throw new Error(`value of ${root.kind === 'function' ? root.name : root.kind} is not a byte string`);
      const put = `o.appendBytes(${v.v},${v.s},${v.e});`;
      g.line(v.nul === 'false' ? put : `if(${v.nul}){on[i]=1;any=1;o.commit(o.reserve(0));}else ${put}`);
      return { rep: 's', nullable: v.nul !== 'false' };
    }
    if (v.nul === 'true') {
      g.line('on[i]=1;any=1;');
      return { rep: 'n', nullable: true };
    }
    if (v.rep === 's')
      throw new Error(`value of ${root.kind === 'function' ? root.name : root.kind} is a byte string`);
    g.line(v.nul === 'false' ? `o[i]=${v.v};` : `if(${v.nul}){on[i]=1;any=1;}else o[i]=${v.v};`);
    return { rep: v.rep, nullable: v.nul !== 'false' };
  }
}

/** Outermost dictionary predicates of a tree. */
function collectLuts(e: Expression, out: ScalarFunction[]): void {
  if (e.kind !== 'function') return;
  if (lutColumn(e) !== null) {
    out.push(e);
    return;
  }
  // Its conditions are not evaluated.
  if (caseTable(e) !== null) return;
  for (let i = 0, n = walkedArgs(e.args); i < n; i++) collectLuts(e.args[i]!, out);
}

function rebaseColumn(e: Expression, column: Column): Expression {
  if (e.kind === 'column') return e.index === column.index ? { ...e, index: 0 } : e;
  return e.kind === 'function' ? { ...e, args: mapArgs(e.args, (a) => rebaseColumn(a, column)) } : e;
}

/** A dictionary pays when it is smaller than the rows that look at it. */
function usesDictionary(chunk: Chunk, column: Column): boolean {
  const v = chunk.columns[column.index];
  return (
    v !== undefined &&
    v.kind === 'bytes' &&
    v.codes !== null &&
    v.offsets.length - 1 <= Math.max(64, chunk.rows)
  );
}

function lookup(site: LutSite, col: BytesVector, ctx: EvalContext): LutColumn | null {
  if (col.kind !== 'bytes' || col.codes === null) return null;
  if (
    site.lastBytes !== col.bytes ||
    site.lastResult === null ||
    site.lastResult.length !== col.offsets.length - 1
  ) {
    const size = col.offsets.length - 1;
    const dictionary = new ChunkClass([new BytesVector(col.bytes, col.offsets, size)], size);
    const r = site.body.value(dictionary, ctx);
    if (r instanceof Promise || r.kind !== 'num') return null;
    site.lastBytes = col.bytes;
    site.lastResult = r;
  }
  const r = site.lastResult;
  return { nulls: col.nulls, codes: col.codes, lut: r.data, lutNulls: r.nulls };
}

function paramValue(index: number, type: FieldType, ctx: EvalContext): Datum {
  const p = ctx.params[index];
  if (p === undefined) throw new Error(`parameter ${index} has no value`);
  return convertParam(p.value, p.type, type, ctx);
}

/** The narrow form when every value fits it. */
function narrow(big: bigint[] | BigInt64Array | BigUint64Array, n: number, nulls: Uint8Array | null): Vector {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const v = big[i]!;
    if (v > 9007199254740991n || v < -9007199254740991n) return new WideVector(big, n, nulls);
    out[i] = Number(v);
  }
  return new NumVector(out, n, nulls);
}

/** What the rows of a kernel cost. */
export interface KernelCost {
  /** Nodes that are evaluated for a row, by what they may cost; 0 where a function waits for something (SLEEP, GET_LOCK), or nothing is to be computed. */
  readonly nodes: number;
}

export interface Projection extends KernelCost {
  /** One vector per expression, aligned with the chunk's physical rows; rows outside `sel` are unspecified. */
  run(chunk: Chunk, ctx: EvalContext): Awaitable<Vector[]>;
}

export interface Filter extends KernelCost {
  /** The chunk with `sel` narrowed to rows for which every condition is true. */
  run(chunk: Chunk, ctx: EvalContext): Awaitable<Chunk>;
}

const VALUE_RUNS = new WeakMap<Expression, Run>();

function valueRun(e: Expression): Run {
  let r = VALUE_RUNS.get(e);
  if (r === undefined) {
    r = new Run(TARGET_VALUE, [e]);
    VALUE_RUNS.set(e, r);
  }
  return r;
}

/** Rows from which it pays to look for common subexpressions. */
const SHARING_ROWS = 256;

/** Expressions in an order in which each comes after those it contains; those are read as columns behind the input's. */
interface SharedPlan {
  /** Columns of the input chunk. */
  readonly base: number;
  readonly order: readonly number[];
  readonly exprs: readonly Expression[];
}

/** null: nothing is shared. */
function planSharing(exprs: readonly Expression[], base: number): SharedPlan | null {
  const plain = (e: Expression): boolean =>
    e.kind === 'function' &&
    !isTree(e, (f) => {
      const s = functionSpec(f.name);
      return s.deterministic === false || s.sideEffects === true || s.async === true;
    });
  const positions = new Map<string, number>();
  exprs.forEach((e, i) => {
    if (!plain(e)) return;
    const k = hashKey(e);
    if (!positions.has(k)) positions.set(k, i);
  });
  if (positions.size < 2 && positions.size === exprs.filter(plain).length) return null;
  let found = false;
  const rewrite = (e: Expression, own: number): Expression => {
    if (e.kind !== 'function') return e;
    const at = positions.get(hashKey(e));
    if (at !== undefined && at !== own) {
      found = true;
      return { kind: 'column', id: -1 - at, type: e.type, index: base + at, name: 'shared' };
    }
    const args = e.args.map((a) => rewrite(a, own));
    return args.every((a, i) => a === e.args[i]) ? e : { ...e, args };
  };
  const out = exprs.map((e, i) => (plain(e) ? rewrite(e, i) : e));
  if (!found) return null;
  const size = (e: Expression): number =>
    e.kind === 'function' ? e.args.reduce((n, a) => n + size(a), 1) : 1;
  const sizes = exprs.map(size);
  // Equal expressions: the first computes, so ties keep their order.
  const order = exprs.map((_, i) => i).sort((a, b) => sizes[a]! - sizes[b]! || a - b);
  return { base, order, exprs: out };
}

/** Nodes that a call of a heavy family counts for. */
export const HEAVY_NODES = 4096;

function nodesOf(exprs: readonly Expression[]): number {
  let nodes = 0;
  let waits = false;
  for (const e of exprs)
    visit(e, (x) => {
      if (x.kind !== 'function') return;
      const spec = functionSpec(x.name);
      nodes += 1 + walkedArgs(x.args);
      if (HEAVY_FAMILIES.has(spec.family)) nodes += HEAVY_NODES;
      waits ||= spec.async === true;
    });
  return waits ? 0 : nodes;
}

export function compileProjection(exprs: readonly Expression[]): Projection {
  const constants: (Vector | undefined)[] = [];
  const one = (e: Expression, i: number, chunk: Chunk, ctx: EvalContext): Awaitable<Vector> => {
    if (e.kind === 'column') return chunk.columns[e.index]!;
    if (e.kind === 'constant' && e.param === undefined) {
      const last = constants[i];
      if (last !== undefined && last.length === chunk.length) return last;
      return (constants[i] = constantVector(e.value, e.type, chunk.length));
    }
    if (e.kind === 'constant') return constantVector(paramValue(e.param!, e.type, ctx), e.type, chunk.length);
    if (e.kind === 'correlated') return constantVector(e.cell.value, e.type, chunk.length);
    return valueRun(e).value(chunk, ctx);
  };
  const effects = exprs.filter((e) => isTree(e, (f) => functionSpec(f.name).sideEffects === true));
  if (effects.length > 1) return { nodes: 0, run: (chunk, ctx) => rowByRow(exprs, chunk, ctx) };
  const isAsync = exprs.some((e) => isTree(e, (f) => functionSpec(f.name).async === true));
  const maybeShared = !isAsync && exprs.filter((e) => e.kind === 'function').length > 1;
  let sharing: SharedPlan | null | undefined;
  return {
    nodes: isAsync ? 0 : nodesOf(exprs),
    run(chunk, ctx) {
      const out: Vector[] = new Array<Vector>(exprs.length);
      if (maybeShared && chunk.length >= SHARING_ROWS) {
        if (sharing === undefined || (sharing !== null && sharing.base !== chunk.columns.length)) {
          sharing = planSharing(exprs, chunk.columns.length);
        }
        if (sharing !== null) {
          const columns = chunk.columns.slice();
          const extended = new ChunkClass(columns, chunk.length, chunk.sel);
          for (const i of sharing.order) {
            out[i] = columns[sharing.base + i] = one(sharing.exprs[i]!, i, extended, ctx) as Vector;
          }
          return out;
        }
      }
      for (let i = 0; i < exprs.length; i++) {
        const v = one(exprs[i]!, i, chunk, ctx);
        if (v instanceof Promise) {
          // Strictly one after another: later columns may read what earlier ones did.
          const rest = async (): Promise<Vector[]> => {
            out[i] = await v;
            for (let j = i + 1; j < exprs.length; j++) out[j] = await one(exprs[j]!, j, chunk, ctx);
            return out;
          };
          return rest();
        }
        out[i] = v;
      }
      return out;
    },
  };
}

/** Assignments to user variables are seen by later columns of the same row, and by the next row. */
function rowByRow(exprs: readonly Expression[], chunk: Chunk, ctx: EvalContext): Awaitable<Vector[]> {
  const builders = exprs.map((e) => newVectorBuilder(e.type, chunk.length));
  const rows = chunk.sel ?? Int32Array.from({ length: chunk.length }, (_, i) => i);
  const step = (from: number, column: number): Awaitable<Vector[]> => {
    for (let q = from; q < rows.length; q++) {
      const row = rows[q]!;
      for (let c = q === from ? column : 0; c < exprs.length; c++) {
        const b = builders[c]!;
        while (b.length < row) b.appendNull();
        const v = evalAny(exprs[c]!, ctx, chunk, row);
        if (v instanceof Promise) {
          const at = c;
          return v.then((x) => {
            b.append(x);
            return step(q, at + 1);
          });
        }
        b.append(v);
      }
    }
    return builders.map((b) => {
      while (b.length < chunk.length) b.appendNull();
      return b.finish();
    });
  };
  return step(0, 0);
}

export function compileFilter(conds: readonly Expression[]): Filter {
  const parts: Expression[] = [];
  for (const c of conds) splitConjuncts(c, parts);
  for (let i = 0; i < parts.length; i++) parts[i] = asTruth(asTupleLookup(parts[i]!));
  if (parts.length === 0) return { nodes: 0, run: (chunk) => chunk };
  const run = new Run(TARGET_FILTER, parts);
  return { nodes: nodesOf(parts), run: (chunk, ctx) => run.filter(chunk, ctx) };
}

const ONE_ROW = new ChunkClass([], 1);

/** One row of a vector as a vector of its own. */
function single(v: Vector, i: number): Vector {
  const nulls = v.nulls !== null && v.nulls[i] === 1 ? Uint8Array.of(1) : null;
  switch (v.kind) {
    case 'num':
      return new NumVector(v.data.slice(i, i + 1), 1, nulls);
    case 'wide':
      return new WideVector(v.data.slice(i, i + 1), 1, nulls);
    case 'bytes': {
      const e = v.codes === null ? i : v.codes[i]!;
      return new BytesVector(v.bytes, v.offsets.slice(e, e + 2), 1, nulls);
    }
  }
}

/** The value for physical row `row` of `chunk`, or of an expression without columns. Async functions: evalDatumAsync. */
export function evalDatum(e: Expression, ctx: EvalContext, chunk?: Chunk, row = 0): Datum {
  const r = evalAny(e, ctx, chunk, row);
  if (r instanceof Promise) throw new Error('asynchronous function where a value is needed at once');
  return r;
}

/** evalDatum that waits for SLEEP, GET_LOCK and their kind. */
export function evalAny(e: Expression, ctx: EvalContext, chunk?: Chunk, row = 0): Awaitable<Datum> {
  switch (e.kind) {
    case 'constant':
      return e.param === undefined ? e.value : paramValue(e.param, e.type, ctx);
    case 'correlated':
      return e.cell.value;
    case 'column':
      return chunk!.columns[e.index]!.get(row);
    case 'function': {
      const only = e.args[0];
      if (e.name === 'cast' && only !== undefined && only.kind === 'constant' && only.param === undefined) {
        // Literals are converted all the time: no kernel for one value.
        const rt = new Runtime(ctx);
        const d = castDatum(only.value, only.type, e.type, rt);
        rt.flush();
        return d;
      }
      const one =
        chunk === undefined
          ? ONE_ROW
          : chunk.length === 1 && chunk.sel === null
            ? chunk
            : new ChunkClass(
                chunk.columns.map((c) => single(c, row)),
                1,
              );
      const v = valueRun(e).value(one, ctx);
      return v instanceof Promise ? v.then((x) => owned(x.get(0))) : owned(v.get(0));
    }
  }
}

/** Byte strings apart from the buffer of the vector they came in. */
function owned(d: Datum): Datum {
  return d instanceof Uint8Array && d.byteOffset + d.length < d.buffer.byteLength ? d.slice() : d;
}
