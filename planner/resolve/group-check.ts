import { isUniqueKey } from '../../catalog/unique-key.js';
import type { ByItem, Column, Expression } from '../../expression/expression.js';
import { mysqlError } from '../../types/error-table.js';
import { Flag } from '../../types/field-type.js';
import { forEachColumn, sameExpr } from '../logical/expression-walk.js';
import { correlatedIn } from '../logical/walk.js';
import { rejectsNull } from '../rules/null-reject.js';
import type { DataSource, LogicalPlan } from '../logical/plan.js';
import { parseExpression } from '../../parser/index.js';
import { rawFunction } from '../../expression/build.js';
import { boolType } from '../../expression/type-inference.js';

/** `from` determines `to`. An empty `from`: constants. */
interface Dependency {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Functional dependencies that hold among the columns of a plan's output: keys, equalities, computed columns. */
function dependencies(
  p: LogicalPlan,
  out: Dependency[],
  filters: readonly Expression[],
  /** Columns that decide whether there are rows of `p` or NULLs in their place: those of the outer joins above. */
  outer: readonly number[] = [],
): void {
  switch (p.op) {
    case 'DataSource': {
      const byOffset = new Map<number, Column>();
      for (const c of p.all) {
        const info = p.infos.get(c.id);
        if (info !== null && info !== undefined) byOffset.set(info.offset, c);
        else out.push({ from: [c.id], to: p.all.map((x) => x.id) });
      }
      const to = p.all.map((c) => c.id);
      if (p.table.pkIsHandle) {
        const pk = p.all.find((c) => ((p.infos.get(c.id)?.type.flag ?? 0) & Flag.PriKey) !== 0);
        if (pk !== undefined) out.push({ from: [pk.id], to });
      }
      for (const index of p.table.indices) {
        if (!isUniqueKey(index)) continue;
        const cols = index.columns.map((c) => byOffset.get(c.offset));
        if (cols.some((c) => c === undefined)) continue;
        // NULLs do not collide in a unique key: it determines the row where conditions keep NULLs out.
        const maybeNull = cols.filter((c) => (c!.type.flag & Flag.NotNull) === 0);
        if (maybeNull.some((c) => !filters.some((f) => rejectsNull(f, new Set([c!.id]))))) continue;
        out.push({ from: cols.map((c) => c!.id), to });
      }
      generated(p, byOffset, out);
      equalities(p.conditions, out, outer);
      break;
    }
    case 'Selection':
      equalities(p.conditions, out, outer);
      break;
    case 'Join': {
      const conditions = [...p.otherConds, ...p.leftConds, ...p.rightConds];
      const inner =
        p.joinType === 'leftOuter' ? p.children[1]! : p.joinType === 'rightOuter' ? p.children[0]! : null;
      const nullable = new Set(inner?.schema.map((c) => c.id));
      if (
        p.joinType === 'inner' ||
        p.joinType === 'semi' ||
        (inner !== null && filters.some((f) => rejectsNull(f, nullable)))
      ) {
        // A condition above that NULLs do not pass makes an outer join an inner one.
        for (const k of p.eq) equate(k.left, k.right, out, outer);
        equalities(conditions, out, outer);
      } else if (inner !== null) {
        // What the condition asks of the other side decides whether a row has partners; then its equalities hold.
        const deciding = new Set(outer);
        const decide = (e: Expression): void =>
          forEachColumn(e, (c) => !nullable.has(c.id) && deciding.add(c.id));
        for (const k of p.eq) [k.left, k.right].forEach(decide);
        conditions.forEach(decide);
        const from = [...deciding];
        const held: Dependency[] = [];
        for (const k of p.eq) equate(k.left, k.right, held, []);
        equalities(conditions, held, []);
        for (const d of held)
          if (d.to.every((id) => nullable.has(id)))
            out.push({ from: [...new Set([...d.from, ...from])], to: d.to });
        for (const c of p.children) dependencies(c, out, filters, c === inner ? from : outer);
        return;
      }
      break;
    }
    case 'Projection':
      p.exprs.forEach((e, i) => {
        const from: number[] = [];
        forEachColumn(e, (c) => from.push(c.id));
        out.push({ from, to: [p.schema[i]!.id] });
      });
      // Virtual columns are computed above their table.
      if (p.children[0]!.op === 'DataSource') generatedAbove(p.children[0]!, p.schema, out);
      break;
    case 'Aggregation': {
      const from: number[] = [];
      for (const g of p.groupBy) forEachColumn(g, (c) => from.push(c.id));
      if (p.groupBy.every((g) => g.kind === 'column')) out.push({ from, to: p.schema.map((c) => c.id) });
      break;
    }
    default:
      break;
  }
  for (const c of p.children) dependencies(c, out, filters, outer);
}

/** Generated columns are determined by what they are computed of. */
function generated(p: DataSource, byOffset: ReadonlyMap<number, Column>, out: Dependency[]): void {
  for (const column of p.table.columns) {
    const to = byOffset.get(column.offset);
    if (column.generated === '' || to === undefined) continue;
    const from = generatedFrom(p, column.generated, byOffset);
    if (from !== null) out.push({ from, to: [to.id] });
  }
}

function generatedAbove(p: DataSource, schema: readonly Column[], out: Dependency[]): void {
  if (!p.table.columns.some((c) => c.generated !== '')) return;
  const byOffset = new Map<number, Column>();
  for (const c of schema) {
    const name = c.name.slice(c.name.lastIndexOf('.') + 1).toLowerCase();
    const info = p.table.columns.find((x) => x.name.toLowerCase() === name);
    if (info !== undefined) byOffset.set(info.offset, c);
  }
  generated(p, byOffset, out);
}

/** The columns of a table that a generated one is computed of; null: not all are known here. */
function generatedFrom(
  p: DataSource,
  text: string,
  byOffset: ReadonlyMap<number, Column>,
): readonly number[] | null {
  const from: number[] = [];
  let known = true;
  const walk = (node: unknown): void => {
    if (node === null || typeof node !== 'object' || node instanceof Uint8Array) return;
    const ref = node as { readonly kind?: string; readonly name?: string };
    if (ref.kind === 'ColumnRef') {
      const info = p.table.columns.find((c) => c.name.toLowerCase() === ref.name!.toLowerCase());
      const column = info === undefined ? undefined : byOffset.get(info.offset);
      if (column === undefined) known = false;
      else from.push(column.id);
      return;
    }
    for (const child of Object.values(node)) walk(child);
  };
  walk(parseExpression(text));
  return known ? from : null;
}

/** Conditions that every row of a plan passes. */
function filtersOf(p: LogicalPlan, into: Expression[] = []): Expression[] {
  if (p.op === 'Selection') into.push(...p.conditions);
  if (p.op === 'Join' && p.joinType === 'semi') {
    into.push(...p.otherConds, ...p.leftConds);
    for (const k of p.eq) if (!k.nullEq) into.push(rawFunction('eq', [k.left, k.right], boolType()));
  }
  if (p.op === 'Join' && p.joinType !== 'inner')
    return p.joinType === 'rightOuter' ? into : filtersOf(p.children[0]!, into);
  if (p.op === 'Join') into.push(...p.otherConds, ...p.leftConds, ...p.rightConds);
  if (p.op === 'Join' || p.op === 'Selection' || p.op === 'Lock')
    for (const c of p.children) filtersOf(c, into);
  return into;
}

function equate(a: Expression, b: Expression, out: Dependency[], outer: readonly number[]): void {
  if (a.kind === 'column' && b.kind === 'column')
    out.push({ from: [a.id], to: [b.id] }, { from: [b.id], to: [a.id] });
  else if (a.kind === 'column' && (b.kind === 'constant' || b.kind === 'correlated'))
    out.push({ from: outer, to: [a.id] });
  else if (b.kind === 'column' && (a.kind === 'constant' || a.kind === 'correlated'))
    out.push({ from: outer, to: [b.id] });
}

function equalities(conditions: readonly Expression[], out: Dependency[], outer: readonly number[]): void {
  for (const c of conditions)
    if (c.kind === 'function' && c.name === 'eq') equate(c.args[0]!, c.args[1]!, out, outer);
}

/** The columns that `start` determines. */
function closure(start: ReadonlySet<number>, deps: readonly Dependency[]): Set<number> {
  const known = new Set(start);
  for (let grew = true; grew;) {
    grew = false;
    for (const d of deps) {
      if (d.to.every((id) => known.has(id)) || !d.from.every((id) => known.has(id))) continue;
      for (const id of d.to) known.add(id);
      grew = true;
    }
  }
  return known;
}

/**
 * The columns of the block that stand beside each subquery joined above its aggregation (`c IN (SELECT …)`), by the columns of its result;
 * `inside`: also those that it reads itself.
 */
function subqueryColumns(plan: LogicalPlan, inside: boolean): ReadonlyMap<number, readonly Column[]> {
  const found = new Map<number, readonly Column[]>();
  for (let p = plan; p.op !== 'Aggregation' && p.children.length > 0; p = p.children[0]!) {
    if (p.op !== 'Join') continue;
    const [left, right] = p.children;
    const own = new Set(left!.schema.map((c) => c.id));
    const read = inside ? correlatedIn(right!).map((c) => c.column) : [];
    const compared = [...p.otherConds, ...p.leftConds, ...p.eq.map((k) => k.left)];
    for (const e of compared) forEachColumn(e, (c) => own.has(c.id) && read.push(c));
    const mine = read.filter((c) => own.has(c.id));
    for (const c of p.schema) if (!own.has(c.id)) found.set(c.id, mine);
  }
  return found;
}

/** What the window functions of a block are computed from, by the columns of their results. */
function windowSources(plan: LogicalPlan): ReadonlyMap<number, readonly Expression[]> {
  const found = new Map<number, readonly Expression[]>();
  for (let p = plan; p.op !== 'Aggregation' && p.children.length > 0; p = p.children[0]!) {
    if (p.op !== 'Window') continue;
    const sorted = [...p.partitionBy, ...p.orderBy].map((o) => o.expr);
    const results = p.schema.slice(p.children[0]!.schema.length);
    results.forEach((c, i) => found.set(c.id, [...p.functions[i]!.args, ...sorted]));
  }
  return found;
}

/**
 * ONLY_FULL_GROUP_BY (manual, "MySQL Handling of GROUP BY"): what is selected or ordered by must be determined by the
 * group. Errors 1055, and 1140 without GROUP BY.
 */
export function checkGrouped(
  plan: LogicalPlan,
  groups: readonly Expression[] | null,
  aggregated: ReadonlySet<number>,
  exprs: readonly Expression[],
  check: readonly boolean[],
  order: readonly ByItem[],
  nameOf: (c: Column) => string,
  /** Columns that subqueries of the select list read are looked at, too, besides those that they are compared with. */
  intoSubqueries: boolean,
  /** Whether an expression is written as one of the groups is: a subquery is another plan wherever it stands. */
  writtenAsGroup: (i: number) => boolean,
): void {
  let known: Set<number> | null = null;
  const isKnown = (id: number): boolean => {
    if (aggregated.has(id)) return true;
    if (known === null) {
      const deps: Dependency[] = [];
      let below = plan;
      while (below.op !== 'Aggregation' && below.children.length > 0) below = below.children[0]!;
      if (below.op === 'Aggregation') dependencies(below.children[0]!, deps, filtersOf(below.children[0]!));
      const start = new Set<number>();
      for (const g of groups ?? []) if (g.kind === 'column') start.add(g.id);
      known = closure(start, deps);
    }
    return known.has(id);
  };
  const windows = windowSources(plan);
  const subqueries = subqueryColumns(plan, intoSubqueries);
  const offender = (e: Expression): Column | null => {
    if (groups?.some((g) => sameExpr(g, e)) === true) return null;
    if (e.kind === 'column') {
      const read = subqueries.get(e.id);
      if (read !== undefined) return read.find((c) => offender(c) !== null) ?? null;
      const computed = windows.get(e.id);
      if (computed !== undefined) return firstOf(computed);
      return isKnown(e.id) ? null : e;
    }
    return e.kind !== 'function' || e.name === 'any_value' ? null : firstOf(e.args);
  };
  const firstOf = (list: readonly Expression[]): Column | null => {
    for (const e of list) {
      const bad = offender(e);
      if (bad !== null) return bad;
    }
    return null;
  };
  // Columns joined to the block by subqueries stand above the aggregation and are not grouped.
  const below = new Set<number>();
  let node = plan;
  while (node.op !== 'Aggregation' && node.children.length > 0) node = node.children[0]!;
  for (const c of node.children[0]?.schema ?? []) below.add(c.id);
  exprs.forEach((e, i) => {
    const bad = check[i] === true || e.kind === 'column' ? offender(e) : null;
    if (bad === null || !below.has(bad.id) || writtenAsGroup(i)) return;
    if (groups === null) throw mysqlError('ER_MIX_OF_GROUP_FUNC_AND_FIELDS_INCOMPATIBLE', i + 1, nameOf(bad));
    throw mysqlError('ER_WRONG_FIELD_WITH_GROUP', i + 1, 'SELECT list', nameOf(bad));
  });
  // One row has no order to be ambiguous about.
  if (groups === null) return;
  order.forEach((o, i) => {
    const bad = offender(o.expr);
    if (bad === null || !below.has(bad.id)) return;
    throw mysqlError('ER_WRONG_FIELD_WITH_GROUP', i + 1, 'ORDER BY', nameOf(bad));
  });
}
