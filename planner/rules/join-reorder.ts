import type { Column, Expression } from '../../expression/expression.js';
import { deriveStats, forgetStats, joinDenominator } from '../cost/derive-stats.js';
import { PSEUDO } from '../cost/factors.js';
import { columnsOf, idsOf } from '../logical/expression-walk.js';
import { addJoinConditions, newJoin } from '../logical/join-condition.js';
import { selection, type Join, type JoinKey, type LogicalPlan, type PlanStats } from '../logical/plan.js';
import type { BuildState } from '../resolve/build-state.js';
import { classBits, EqualColumns, KeyClasses, type Edge } from './key-classes.js';
import { isLed, isOrderable, nothingIsKnown, reorderGreedily } from './join-order-greedy.js';
import type { Rule } from './rule.js';

/** Groups of up to this many relations are ordered by dynamic programming over connected subsets, larger ones greedily. */
const DP_RELATIONS = 10;
/** Relations that a set has bits for. */
const SET_BITS = 32;

/**
 * Orders groups of inner joins by the rows of their intermediate results (the C_out cost function; Moerkotte & Neumann,
 * "Analysis of Two Existing and One New Dynamic Programming Algorithm", 2006). Products are avoided where a join is possible.
 */
export const joinReorder: Rule = { name: 'join_reorder', apply: (plan, state) => visit(plan, state) };

function visit(p: LogicalPlan, state: BuildState): LogicalPlan {
  const outer = state.ctx.variable('tidb_enable_outer_join_reorder') !== 'OFF';
  if (isOrderable(p, outer) && (nothingIsKnown(p, state) || isLed(p, state)))
    return reorderGreedily(p, state, (r) => visit(r, state));
  if (isInner(p)) {
    const group: Group = { relations: [], keys: [], conditions: [] };
    collect(p, group);
    if (group.relations.length > SET_BITS) return reorderGreedily(p, state, (r) => visit(r, state));
    group.relations = group.relations.map((r) => visit(r, state));
    if (group.relations.length > 2) return reorder(group, state);
    // Two relations have one order; what is built or looked up is the physical search's to choose.
    p.children = p.children
      .map((c) => (isInner(c) ? visit(c, state) : c))
      .map((c, i) => group.relations[i] ?? c);
    return p;
  }
  p.children = p.children.map((c) => visit(c, state));
  return p;
}

const isInner = (p: LogicalPlan): p is Join =>
  p.op === 'Join' && p.joinType === 'inner' && !p.apply && !p.straight;

interface Group {
  relations: LogicalPlan[];
  keys: JoinKey[];
  conditions: Expression[];
}

function collect(p: LogicalPlan, g: Group): void {
  if (isInner(p)) {
    g.keys.push(...p.eq);
    g.conditions.push(...p.leftConds, ...p.rightConds, ...p.otherConds);
    for (const c of p.children) collect(c, g);
  } else g.relations.push(p);
}

/** One or more relations joined. */
interface Part {
  readonly set: number;
  readonly rows: number;
  readonly cost: number;
  readonly left: Part | null;
  readonly right: Part | null;
  readonly leaf: number;
}

class Search {
  readonly edges: Edge[] = [];
  readonly conditionSets: number[];
  private readonly stats: PlanStats[];
  private readonly all: PlanStats & {
    keys: unknown[];
    spread: Map<number, unknown>;
    weights: Map<number, unknown>;
  };
  private readonly classes: KeyClasses;
  /** Of each edge: a bit for those whose columns are equal to its own once all is joined; 0 beyond 31 of them. */
  private readonly edgeClasses: readonly number[];
  private readonly owner = new Map<number, number>();
  /** By key, of joins by one. */
  private readonly denominators = new Map<JoinKey, number>();

  constructor(
    readonly group: Group,
    state: BuildState,
  ) {
    this.stats = group.relations.map((r) => deriveStats(r, state.ctx));
    group.relations.forEach((r, i) => {
      for (const c of r.schema) this.owner.set(c.id, i);
    });
    // Distinct values and unique keys of all relations together: columns have one id throughout.
    const ndv = new Map<number, number>();
    const keys: unknown[] = [];
    const spread = new Map<number, unknown>();
    const weights = new Map<number, unknown>();
    for (const s of this.stats) {
      for (const [id, n] of s.ndv) ndv.set(id, n);
      const full = s as unknown as {
        keys: unknown[];
        spread?: ReadonlyMap<number, unknown>;
        weights?: ReadonlyMap<number, unknown>;
      };
      keys.push(...full.keys);
      for (const [id, w] of full.weights ?? []) weights.set(id, w);
      for (const [id, d] of full.spread ?? []) spread.set(id, d);
    }
    this.all = { rows: 1, ndv, keys, spread, weights };
    for (const k of equalKeys(group.keys)) {
      const leftSet = this.setOf(k.left);
      const rightSet = this.setOf(k.right);
      const backwards: JoinKey = { left: k.right, right: k.left, nullEq: k.nullEq };
      if ((leftSet & rightSet) === 0) this.edges.push({ forwards: k, backwards, leftSet, rightSet });
    }
    this.edgeClasses = classBits(this.edges);
    this.classes = new KeyClasses(this.edges, this.all);
    this.conditionSets = group.conditions.map((c) => this.setOf(c));
  }

  setOf(e: Expression): number {
    let set = 0;
    for (const id of columnsOf([e])) {
      const at = this.owner.get(id);
      if (at !== undefined) set |= 1 << at;
    }
    return set;
  }

  leaf(i: number): Part {
    return { set: 1 << i, rows: Math.max(1, this.stats[i]!.rows), cost: 0, left: null, right: null, leaf: i };
  }

  /** Keys between two disjoint sets, left side in `a`. */
  between(a: number, b: number): JoinKey[] {
    const out: JoinKey[] = [];
    for (const e of this.edges) {
      if ((e.leftSet & ~a) === 0 && (e.rightSet & ~b) === 0) out.push(e.forwards);
      else if ((e.leftSet & ~b) === 0 && (e.rightSet & ~a) === 0) out.push(e.backwards);
    }
    return out;
  }

  /** Of those keys one of each class: a = b does not select twice, and within each side all columns of a class are equal. */
  independent(a: number, b: number): JoinKey[] {
    const out: JoinKey[] = [];
    let seen = 0;
    for (let i = 0; i < this.edges.length; i++) {
      const e = this.edges[i]!;
      const bit = this.edgeClasses[i]!;
      if ((seen & bit) !== 0) continue;
      if ((e.leftSet & ~a) === 0 && (e.rightSet & ~b) === 0) out.push(e.forwards);
      else if ((e.leftSet & ~b) === 0 && (e.rightSet & ~a) === 0) out.push(e.backwards);
      else continue;
      seen |= bit;
    }
    return out;
  }

  private denominator(keys: readonly JoinKey[]): number {
    const [key] = keys;
    if (key === undefined || keys.length > 1) return joinDenominator(keys, this.all, this.all);
    let d = this.denominators.get(key);
    if (d === undefined) this.denominators.set(key, (d = joinDenominator(keys, this.all, this.all)));
    return d;
  }

  /** `keys`: independent ones. */
  join(a: Part, b: Part, keys: readonly JoinKey[]): Part {
    const set = a.set | b.set;
    let others = 0;
    for (const s of this.conditionSets)
      if ((s & ~set) === 0 && (s & ~a.set) !== 0 && (s & ~b.set) !== 0) others++;
    const denominator =
      this.denominator(keys) * (keys.length === 1 ? this.classes.correction(keys[0]!, a.set, b.set) : 1);
    const rows = Math.max(
      1,
      ((a.rows * b.rows) / denominator) * Math.pow(PSEUDO.selectivity, Math.min(3, others)),
    );
    // A product is charged for every pair, so that it is taken only when there is no other way or it is tiny.
    const pairs = keys.length === 0 ? a.rows * b.rows * 4 + 1000 : 0;
    return {
      set,
      rows,
      cost: a.cost + b.cost + rows + pairs + Math.min(a.rows, b.rows) * 0.5,
      left: a,
      right: b,
      leaf: -1,
    };
  }
}

const sameColumn = (a: Expression, b: Expression): boolean =>
  a.kind === 'column' && b.kind === 'column' && a.id === b.id;

/** The keys with those that follow from them: a = b and b = c allow a and c to be joined first. */
function equalKeys(keys: readonly JoinKey[]): JoinKey[] {
  const out = [...keys];
  for (let i = 0; i < out.length; i++) {
    for (let j = 0; j < i; j++) {
      const a = out[i]!;
      const b = out[j]!;
      if (a.nullEq || b.nullEq || out.length > 64) continue;
      for (const [x, y] of shared(a, b)) {
        if (x.kind !== 'column' || y.kind !== 'column' || x.id === y.id || !sameForm(x, y)) continue;
        const known = out.some(
          (k) =>
            (sameColumn(k.left, x) && sameColumn(k.right, y)) ||
            (sameColumn(k.left, y) && sameColumn(k.right, x)),
        );
        if (!known) out.push({ left: x, right: y, nullEq: false });
      }
    }
  }
  return out;
}

const sameForm = (a: Column, b: Column): boolean =>
  a.type.tp === b.type.tp &&
  a.type.decimal === b.type.decimal &&
  a.type.collate === b.type.collate &&
  (a.type.flag & 32) === (b.type.flag & 32);

/** The other ends of two keys that share one. */
function shared(a: JoinKey, b: JoinKey): [Expression, Expression][] {
  const out: [Expression, Expression][] = [];
  if (sameColumn(a.left, b.left)) out.push([a.right, b.right]);
  if (sameColumn(a.left, b.right)) out.push([a.right, b.left]);
  if (sameColumn(a.right, b.left)) out.push([a.left, b.right]);
  if (sameColumn(a.right, b.right)) out.push([a.left, b.left]);
  return out;
}

function reorder(group: Group, state: BuildState): LogicalPlan {
  const search = new Search(group, state);
  const n = group.relations.length;
  const best = greedy(search, n);
  const used = new Set<Expression | JoinKey>();
  const { plan } = build(best, search, group, used, state);
  const left = group.conditions.filter((c) => !used.has(c));
  return selection(plan, left);
}

/** The best order of some parts. */
function dynamic(search: Search, parts: readonly Part[]): Part {
  const full = (1 << parts.length) - 1;
  const best = new Array<Part | undefined>(full + 1);
  parts.forEach((p, i) => (best[1 << i] = p));
  const sets: number[] = [];
  for (let s = 1; s <= full; s++) if ((s & (s - 1)) !== 0) sets.push(s);
  // Numeric order visits every subset before its supersets.
  for (const set of sets) {
    let top: Part | undefined;
    for (let a = (set - 1) & set; a > 0; a = (a - 1) & set) {
      const b = set ^ a;
      if (a < b) continue;
      const pa = best[a];
      const pb = best[b];
      if (pa === undefined || pb === undefined) continue;
      if (top !== undefined && pa.cost + pb.cost >= top.cost) continue;
      const keys = search.independent(pa.set, pb.set);
      if (keys.length === 0) continue;
      const part = search.join(pa, pb, keys);
      if (top === undefined || part.cost < top.cost) top = part;
    }
    if (top !== undefined) best[set] = top;
  }
  if (best[full] !== undefined) return best[full];
  // The graph is not connected: join its components as products, smallest first.
  return joinComponents(search, components(best, full));
}

/** The largest joined parts that together hold every relation. */
function components(best: readonly (Part | undefined)[], full: number): Part[] {
  const out: Part[] = [];
  let rest = full;
  while (rest > 0) {
    const lowest = rest & -rest;
    let most = lowest;
    for (let s = rest; s > 0; s = (s - 1) & rest)
      if ((s & lowest) !== 0 && best[s] !== undefined && bits(s) > bits(most)) most = s;
    out.push(best[most]!);
    rest &= ~most;
  }
  return out;
}

function bits(x: number): number {
  let n = 0;
  for (let v = x; v > 0; v &= v - 1) n++;
  return n;
}

function joinComponents(search: Search, parts: readonly Part[]): Part {
  const sorted = [...parts].sort((a, b) => a.rows - b.rows);
  return sorted.reduce((a, b) => search.join(a, b, search.independent(a.set, b.set)));
}

/**
 * Takes the join with the fewest rows again and again (greedy operator ordering) until so few parts are left that all orders of them
 * are tried (iterative dynamic programming; Kossmann & Stocker, 2000).
 */
function greedy(search: Search, n: number): Part {
  let parts: Part[] = [];
  for (let i = 0; i < n; i++) parts.push(search.leaf(i));
  while (parts.length > DP_RELATIONS) {
    let top: Part | undefined;
    for (let i = 0; i < parts.length; i++) {
      for (let j = 0; j < i; j++) {
        const keys = search.independent(parts[i]!.set, parts[j]!.set);
        if (keys.length === 0) continue;
        const p = search.join(parts[i]!, parts[j]!, keys);
        if (top === undefined || p.rows < top.rows) top = p;
      }
    }
    if (top === undefined) return joinComponents(search, parts);
    const { set } = top;
    parts = parts.filter((p) => (p.set & set) === 0);
    parts.push(top);
  }
  return dynamic(search, parts);
}

/** A join tree, and which of its columns are equal in its rows. */
interface Built {
  readonly plan: LogicalPlan;
  readonly equal: EqualColumns;
}

/** The join tree of a part, each condition at the first join that has all its columns. */
function build(
  p: Part,
  search: Search,
  group: Group,
  used: Set<Expression | JoinKey>,
  state: BuildState,
): Built {
  if (p.leaf >= 0) return { plan: group.relations[p.leaf]!, equal: new EqualColumns() };
  // The larger side on the left reads as the probe side.
  const [a, b] = p.left!.rows >= p.right!.rows ? [p.left!, p.right!] : [p.right!, p.left!];
  const left = build(a, search, group, used, state);
  const right = build(b, search, group, used, state);
  const join = newJoin('inner', left.plan, right.plan);
  join.apply = false;
  const equal = left.equal.with(right.equal);
  for (const k of byWritten(search.between(a.set, b.set), group.keys)) {
    const known = k.left.kind === 'column' && k.right.kind === 'column' && equal.has(k.left.id, k.right.id);
    if (!known) join.eq.push(k);
    else for (const w of group.keys) if (isSame(w, k)) used.add(w);
    if (!k.nullEq && k.left.kind === 'column' && k.right.kind === 'column') equal.add(k.left.id, k.right.id);
  }
  const have = idsOf(join.schema);
  const own = group.conditions.filter((c) => !used.has(c) && [...columnsOf([c])].every((id) => have.has(id)));
  for (const c of own) used.add(c);
  // A side made of several relations is whole only now that one of them has met the other side: no key, but a condition.
  for (const k of group.keys) {
    if (used.has(k) || ![...columnsOf([k.left, k.right])].every((id) => have.has(id))) continue;
    used.add(k);
    if (!join.eq.some((e) => isSame(e, k))) own.push(state.call(k.nullEq ? 'nulleq' : 'eq', k.left, k.right));
  }
  addJoinConditions(join, own, state.ctx.eval);
  forgetStats(join);
  return { plan: join, equal };
}

/** Keys as they were written before those that follow from them. */
function byWritten(keys: readonly JoinKey[], written: readonly JoinKey[]): JoinKey[] {
  const isWritten = (k: JoinKey): boolean => written.some((w) => isSame(w, k));
  return [...keys.filter(isWritten), ...keys.filter((k) => !isWritten(k))];
}

/** Whether a key is one as written, whichever way round. */
const isSame = (a: JoinKey, b: JoinKey): boolean =>
  (a.left === b.left && a.right === b.right) || (a.left === b.right && a.right === b.left);
