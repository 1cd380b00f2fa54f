import type { Expression } from '../../expression/expression.js';
import { tableEstimate } from '../cost/selectivity.js';
import { PSEUDO } from '../cost/factors.js';
import { deriveStats } from '../cost/derive-stats.js';
import { columnsOf, idsOf, isVolatile } from '../logical/expression-walk.js';
import { addJoinConditions, newJoin } from '../logical/join-condition.js';
import { projection, selection, type Join, type JoinKey, type LogicalPlan } from '../logical/plan.js';
import { forEachNode } from '../logical/walk.js';
import type { BuildState } from '../resolve/build-state.js';

/**
 * The join order where nothing is known of the tables: greedily from the smallest input, each time the join with the
 * fewest rows so far, left deep, left joins among the others (TiDB's order for the same estimates).
 */
export function reorderGreedily(
  p: Join,
  state: BuildState,
  visit: (p: LogicalPlan) => LogicalPlan,
): LogicalPlan {
  const group: Group = { relations: [], edges: [], conditions: [] };
  const outer = state.ctx.variable('tidb_enable_outer_join_reorder') !== 'OFF';
  collect(p, group, outer);
  const relations = group.relations.map(visit);
  const parts = new Search({ ...group, relations }, state).run();
  if (parts === null) {
    replaceRelations(p, new Map(group.relations.map((r, i) => [r, relations[i]!])));
    return p;
  }
  const plan = joinProducts(parts, group, state);
  const rest = group.conditions.filter((c) => !c.used).map((c) => c.condition);
  for (const e of group.edges) if (e.outer === null && !e.used) rest.push(keyCondition(e.key, state));
  const joined = selection(plan, rest);
  // What stands above expects the columns in the order they were written in.
  const written = p.schema;
  const same =
    joined.schema.length === written.length && joined.schema.every((c, i) => c.id === written[i]!.id);
  return same ? joined : projection(joined, [...written], [...written]);
}

/** A join tree over relations that were themselves rewritten. */
function replaceRelations(p: LogicalPlan, by: ReadonlyMap<LogicalPlan, LogicalPlan>): void {
  p.children = p.children.map((c) => {
    const made = by.get(c);
    if (made === undefined) replaceRelations(c, by);
    return made ?? c;
  });
}

/** Whether all that is known of the tables below is that they exist. */
export function nothingIsKnown(p: LogicalPlan, state: BuildState): boolean {
  let unknown = true;
  forEachNode(p, (n) => {
    if (n.op !== 'DataSource') return;
    const est = tableEstimate(state.ctx, n);
    if (est.stats !== null || est.rows !== PSEUDO.rows) unknown = false;
  });
  return unknown;
}

/** Whether a LEADING hint names tables of a join group. */
export function isLed(p: Join, state: BuildState): boolean {
  const { joinHints } = state;
  if (joinHints === null || joinHints.leading.size === 0) return false;
  const group: Group = { relations: [], edges: [], conditions: [] };
  collect(p, group, state.ctx.variable('tidb_enable_outer_join_reorder') !== 'OFF');
  return joinHints.leaders(group.relations) !== null;
}

/** Joins that take part in a group. Of an outer join only the preserved side may be taken apart. */
export const isOrderable = (p: LogicalPlan, outer: boolean): p is Join =>
  p.op === 'Join' &&
  !p.apply &&
  !p.straight &&
  (p.joinType === 'inner' ||
    (outer && (p.joinType === 'leftOuter' || p.joinType === 'rightOuter') && p.eq.length > 0));

interface Edge {
  /** The outer join that the key is of; null for an inner join. */
  readonly outer: OuterJoin | null;
  /** Of an outer join: left is the preserved side. */
  readonly key: JoinKey;
  used: boolean;
}
interface OuterJoin {
  readonly keys: JoinKey[];
  /** Written as a right join, which it stays. */
  readonly right: boolean;
  /** Everything else of its ON clause. */
  readonly conditions: readonly Expression[];
  /** Ids of all that the ON clause reads of the preserved side. */
  readonly needs: ReadonlySet<number>;
  /** Column ids of its inner side. */
  readonly inner: ReadonlySet<number>;
}
interface Group {
  relations: LogicalPlan[];
  readonly edges: Edge[];
  readonly conditions: { readonly condition: Expression; used: boolean }[];
}

function collect(p: LogicalPlan, g: Group, outer: boolean): void {
  if (!isOrderable(p, outer)) {
    g.relations.push(p);
    return;
  }
  const [left, right] = p.children as [LogicalPlan, LogicalPlan];
  if (p.joinType === 'rightOuter') g.relations.push(left);
  else collect(left, g, outer);
  if (p.joinType === 'leftOuter') g.relations.push(right);
  else collect(right, g, outer);
  const others = [...p.leftConds, ...p.rightConds, ...p.otherConds];
  if (p.joinType === 'inner') {
    for (const key of p.eq) g.edges.push({ outer: null, key, used: false });
    for (const condition of others) g.conditions.push({ condition, used: false });
    return;
  }
  const inner = idsOf((p.joinType === 'leftOuter' ? right : left).schema);
  const keys = p.joinType === 'leftOuter' ? p.eq : p.eq.map((k) => ({ ...k, left: k.right, right: k.left }));
  const needs = columnsOf([...keys.map((k) => k.left), ...others]);
  for (const id of inner) needs.delete(id);
  const join: OuterJoin = {
    keys,
    right: p.joinType === 'rightOuter',
    conditions: others,
    needs,
    inner,
  };
  for (const key of keys) g.edges.push({ outer: join, key, used: false });
}

interface Part {
  readonly plan: LogicalPlan;
  readonly ids: ReadonlySet<number>;
  readonly cost: number;
  readonly applied: ReadonlySet<OuterJoin>;
}

/** A key as a condition. */
const keyCondition = (k: JoinKey, state: BuildState): Expression =>
  state.call(k.nullEq ? 'nulleq' : 'eq', k.left, k.right);

const covers = (ids: ReadonlySet<number>, e: Expression): boolean => {
  for (const id of columnsOf([e])) if (!ids.has(id)) return false;
  return true;
};

class Search {
  private readonly outers: readonly OuterJoin[];

  constructor(
    private readonly group: Group,
    private readonly state: BuildState,
  ) {
    this.outers = [...new Set(group.edges.flatMap((e) => (e.outer === null ? [] : [e.outer])))];
  }

  /** The joined parts: one, unless the keys do not connect all relations. Null when an outer join could not be placed. */
  run(): LogicalPlan[] | null {
    const { group, state } = this;
    let left: Part[] = group.relations.map((plan) => ({
      plan,
      ids: idsOf(plan.schema),
      cost: cumulativeRows(plan, state),
      applied: new Set(),
    }));
    const leaders = state.joinHints?.leaders(group.relations) ?? null;
    left.sort((a, b) => a.cost - b.cost);
    if (leaders !== null) left = this.led(leaders, left);
    const out: Part[] = [];
    while (left.length > 0) {
      let tree = left[0]!;
      left = left.slice(1);
      for (;;) {
        let best: { part: Part; used: readonly { used: boolean }[]; at: number } | null = null;
        left.forEach((node, at) => {
          const made = this.join(tree, node);
          if (made !== null && (best === null || made.part.cost < best.part.cost)) best = { ...made, at };
        });
        if (best === null) break;
        const { part, used, at } = best as { part: Part; used: readonly { used: boolean }[]; at: number };
        for (const c of used) c.used = true;
        tree = part;
        left = left.filter((_, i) => i !== at);
      }
      // A tree that began at the inner side of an outer join waits for the preserved one.
      const waiting = out.findIndex((o) => this.join(tree, o) !== null);
      if (waiting >= 0) {
        const made = this.join(tree, out[waiting]!)!;
        for (const c of made.used) c.used = true;
        out.splice(waiting, 1);
        left.unshift(made.part);
        continue;
      }
      out.push(tree);
    }
    return this.outers.every((o) => out.some((p) => p.applied.has(o))) ? out.map((p) => p.plan) : null;
  }

  /** Joins the relations that LEADING names in its order; all that is left follows. */
  private led(leaders: readonly LogicalPlan[], parts: readonly Part[]): Part[] {
    const named = leaders.map((r) => parts.find((p) => p.plan === r)!);
    let tree = named[0]!;
    for (const next of named.slice(1)) {
      const made = this.join(tree, next);
      if (made === null) {
        this.state.joinHints!.warn('leading hint is inapplicable, check if the leading hint table is valid');
        for (const e of this.group.edges) e.used = false;
        for (const c of this.group.conditions) c.used = false;
        return [...parts];
      }
      for (const c of made.used) c.used = true;
      tree = made.part;
    }
    return [tree, ...parts.filter((p) => !named.includes(p))];
  }

  private join(a: Part, b: Part): { part: Part; used: readonly { used: boolean }[] } | null {
    const { edges } = this.group;
    const keys: JoinKey[] = [];
    for (const o of this.outers) {
      if (a.applied.has(o) || b.applied.has(o)) continue;
      const sides = this.sidesOf(o, a, b);
      if (sides !== null) return this.outerJoin(o, sides[0], sides[1], a.cost + b.cost);
    }
    const ids = new Set([...a.ids, ...b.ids]);
    const used: { used: boolean }[] = [];
    const on: Expression[] = [];
    for (const e of edges) {
      const { key } = e;
      if (e.outer !== null || e.used || !covers(ids, key.left) || !covers(ids, key.right)) continue;
      used.push(e);
      if (covers(a.ids, key.left) && covers(b.ids, key.right)) keys.push(key);
      else if (covers(b.ids, key.left) && covers(a.ids, key.right))
        keys.push({ left: key.right, right: key.left, nullEq: key.nullEq });
      else on.push(keyCondition(key, this.state));
    }
    if (keys.length === 0 || !this.settled(a) || !this.settled(b)) return null;
    for (const c of this.group.conditions) {
      if (c.used || !covers(ids, c.condition)) continue;
      used.push(c);
      on.push(c.condition);
    }
    const left = filtered(
      a.plan,
      on.filter((c) => covers(a.ids, c)),
    );
    const right = filtered(
      b.plan,
      on.filter((c) => covers(b.ids, c)),
    );
    const join = newJoin('inner', left, right);
    join.apply = false;
    join.eq = keys;
    addJoinConditions(
      join,
      on.filter((c) => !covers(a.ids, c) && !covers(b.ids, c)),
      this.state.ctx.eval,
    );
    const applied = new Set([...a.applied, ...b.applied]);
    return { part: this.part(join, ids, a.cost + b.cost, applied), used };
  }

  /** The preserved and the inner part of an outer join that two parts can be joined by. */
  private sidesOf(o: OuterJoin, a: Part, b: Part): [Part, Part] | null {
    for (const [outer, inner] of [
      [a, b],
      [b, a],
    ] as const) {
      const have = [...o.inner].every((id) => inner.ids.has(id));
      // A relation that is optional joins nothing else before the join that makes it so.
      if (have && inner.ids.size === o.inner.size && [...o.needs].every((id) => outer.ids.has(id)))
        return this.settled(outer, o) ? [outer, inner] : null;
    }
    return null;
  }

  /** Whether no relation of a part still waits for the outer join that makes its rows optional. */
  private settled(p: Part, except?: OuterJoin): boolean {
    return this.outers.every(
      (o) => o === except || p.applied.has(o) || ![...o.inner].some((id) => p.ids.has(id)),
    );
  }

  private outerJoin(
    o: OuterJoin,
    outer: Part,
    inner: Part,
    cost: number,
  ): { part: Part; used: readonly { used: boolean }[] } {
    const join = o.right
      ? newJoin('rightOuter', inner.plan, outer.plan)
      : newJoin('leftOuter', outer.plan, inner.plan);
    join.apply = false;
    join.eq = o.right ? o.keys.map((k) => ({ ...k, left: k.right, right: k.left })) : o.keys;
    addJoinConditions(join, o.conditions, this.state.ctx.eval);
    const ids = new Set([...outer.ids, ...inner.ids]);
    const applied = new Set([...outer.applied, ...inner.applied, o]);
    return { part: this.part(join, ids, cost, applied), used: [] };
  }

  private part(join: Join, ids: ReadonlySet<number>, cost: number, applied: ReadonlySet<OuterJoin>): Part {
    return { plan: join, ids, cost: cost + deriveStats(join, this.state.ctx).rows, applied };
  }
}

/** A plan under conditions on it alone. */
const filtered = (p: LogicalPlan, conditions: Expression[]): LogicalPlan =>
  conditions.length === 0 ? p : { op: 'Selection', schema: p.schema, children: [p], conditions };

/** Rows that a plan and everything below it give: what it costs to have it. */
function cumulativeRows(p: LogicalPlan, state: BuildState): number {
  let rows = deriveStats(p, state.ctx).rows;
  for (const c of p.children) rows += cumulativeRows(c, state);
  return rows;
}

/** Joins unconnected parts in pairs, and the pairs again. */
function joinProducts(parts: readonly LogicalPlan[], group: Group, state: BuildState): LogicalPlan {
  let level = [...parts];
  while (level.length > 1) {
    const next: LogicalPlan[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const a = level[i]!;
      const b = level[i + 1];
      next.push(b === undefined ? a : product(a, b, group, state));
    }
    level = next;
  }
  return level[0]!;
}

function product(a: LogicalPlan, b: LogicalPlan, group: Group, state: BuildState): Join {
  const join = newJoin('inner', a, b);
  join.apply = false;
  const ids = idsOf(join.schema);
  const on = group.conditions.filter((c) => !c.used && covers(ids, c.condition) && !isVolatile(c.condition));
  for (const c of on) c.used = true;
  const keys = group.edges.filter(
    (e) => e.outer === null && !e.used && covers(ids, e.key.left) && covers(ids, e.key.right),
  );
  for (const e of keys) e.used = true;
  addJoinConditions(
    join,
    [...keys.map((e) => keyCondition(e.key, state)), ...on.map((c) => c.condition)],
    state.ctx.eval,
  );
  return join;
}
