import { shownDigits } from '../../expression/truth.js';
import { computedAggregates, withAllDigits } from './computed-aggregates.js';
import type { AggFunc, ByItem, Column, Expression } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import { stripParens } from '../../parser/ast/index.js';
import { restoreExpr } from '../../parser/restore.js';
import { intType } from '../../expression/type-inference.js';
import { mysqlError } from '../../types/error-table.js';
import { Flag } from '../../types/field-type.js';
import { SqlMode } from '../../types/sql-mode.js';
import { build, type ExpressionEnv } from '../resolve/expression-builder.js';
import { outerOwner } from '../resolve/aggregate-owner.js';
import { newAggregate } from '../resolve/functions.js';
import { checkGrouped } from '../resolve/group-check.js';
import { ONE, ZERO, intConstant } from '../resolve/literal.js';
import {
  findName,
  findOuter,
  refText,
  type AggregatingBlock,
  type CteScope,
  type QueryScope,
  type Relation,
} from '../resolve/scope.js';
import { AggregateMoved, type BuildState } from '../resolve/build-state.js';
import { buildFrom } from './build-from.js';
import { applyHints } from './apply-hints.js';
import { aggregationHint, warnMisplacedHints } from './block-hints.js';
import { addCommonTables } from './build-cte.js';
import { nullable } from './join-condition.js';
import { filterBy } from './build-where.js';
import { buildWindows } from './build-window.js';
import { DifferentAggregates } from './different-aggregates.js';
import { dedupe, sameExpr } from './expression-walk.js';
import { lockRows } from './lock-rows.js';
import type { Aggregation, LogicalPlan } from './plan.js';
import { selectList, type Field } from './select-list.js';
import { selectOutput } from './select-output.js';
import { noopFunction } from './noop-function.js';

/** Calls of one kind in a clause, subqueries aside. */
function collectCalls(root: unknown, kind: 'AggregateCall' | 'WindowCall', into: ast.Expr[]): void {
  if (root === null || typeof root !== 'object') return;
  if (Array.isArray(root)) {
    for (const r of root) collectCalls(r, kind, into);
    return;
  }
  if (root instanceof Uint8Array) return;
  const node = root as { readonly kind?: string };
  if (node.kind === kind) {
    into.push(node as ast.Expr);
    if (kind === 'AggregateCall') return;
  }
  for (const key in node) {
    if (key !== 'query') collectCalls((node as Record<string, unknown>)[key], kind, into);
  }
}

/** One SELECT block on its way to a plan: the steps of `run` in their order, and what later ones need to know of earlier ones. */
class SelectBuilder {
  readonly scope: QueryScope;
  fields: Field[] = [];
  readonly aggregates = new Map<ast.Expr, Expression>();
  readonly block: AggregatingBlock;
  readonly windows = new Map<ast.Expr, Expression>();
  /** Group expressions that are not columns, and the columns that hold them above the aggregation. */
  readonly grouped: { readonly expr: Expression; readonly column: Column }[] = [];
  groupBy: Expression[] = [];
  aggregated = false;
  /** WITH ROLLUP: how far a row is rolled up, a number of group expressions. */
  private level: Column | null = null;
  /** Ids of columns that aggregate calls give. */
  readonly aggregateIds = new Set<number>();

  constructor(
    readonly state: BuildState,
    readonly stmt: ast.SelectStmt,
    outer: QueryScope | null,
    ctes: CteScope | null,
  ) {
    this.block = { stmt, open: false, aggregates: this.aggregates };
    this.scope = {
      relation: { plan: { op: 'Dual', schema: [], children: [], rowCount: 1 }, names: [] },
      outer,
      ctes,
      cells: new Map(),
      block: this.block,
    };
  }

  env(clause: string, resolve?: ExpressionEnv['resolve']): ExpressionEnv {
    return {
      state: this.state,
      scope: this.scope,
      clause,
      aggregates: this.aggregates,
      windows: this.windows,
      ...(this.level === null ? {} : { grouping: (args) => this.grouping(args) }),
      ...(resolve === undefined ? {} : { resolve }),
    };
  }

  get plan(): LogicalPlan {
    return this.scope.relation.plan;
  }
  set plan(p: LogicalPlan) {
    this.scope.relation.plan = p;
  }

  run(): Relation {
    const { state, stmt } = this;
    this.scope.relation = buildFrom(state, stmt.from, this.scope);
    const hints = state.hints.at(-1)!;
    if (hints.length > 0) {
      applyHints(state, hints, this.plan);
      warnMisplacedHints(state, stmt);
    }
    this.fields = selectList(stmt.fields, this.scope.relation.names);
    if (stmt.where !== null) this.where(stmt.where);
    if (stmt.lock !== null) this.plan = lockRows(state, this.scope.relation, stmt.lock);
    if (stmt.options.calcFoundRows) noopFunction('SQL_CALC_FOUND_ROWS', state.ctx);
    this.aggregate();
    if (stmt.having !== null) this.having(stmt.having);
    const windowCalls: ast.Expr[] = [];
    collectCalls([stmt.fields, stmt.orderBy], 'WindowCall', windowCalls);
    if (windowCalls.length > 0 || stmt.windows.length > 0) {
      buildWindows(
        this.env('window specification', this.aliasResolver('from')),
        windowCalls as ast.WindowCall[],
        stmt.windows,
        this.windows,
        (e) => this.afterGrouping(e),
        computedAggregates([stmt.fields, stmt.orderBy]),
      );
    }
    const exprs = this.fields.map((_, i) => this.fieldExpr(i));
    const order = this.orderItems();
    if (this.aggregated && (state.ctx.eval.sqlMode & SqlMode.OnlyFullGroupBy) !== 0)
      this.checkGroups(exprs, order);
    return selectOutput(state, stmt, this.plan, this.fields, exprs, order);
  }

  private where(where: ast.Expr): void {
    filterBy({ ...this.env('where clause'), aggregates: new Map(), windows: new Map() }, where);
  }

  /** The aggregate calls that this block computes: those in its clauses and in subqueries. */
  private ownAggregates(): ast.AggregateCall[] {
    const { stmt, scope } = this;
    const { memory } = this.state;
    const found: ast.Expr[] = [];
    collectCalls([stmt.fields, stmt.having, stmt.orderBy, stmt.windows], 'AggregateCall', found);
    const calls = found as ast.AggregateCall[];
    if (scope.outer !== null) {
      for (const call of calls) {
        if (memory.aggregateOwners.has(call)) continue;
        const owner = outerOwner(scope, call, true);
        if (owner !== null) throw new AggregateMoved(call, owner.stmt, memory);
      }
    }
    if (memory.aggregateOwners.size === 0) return calls;
    const own = calls.filter((call) => !memory.aggregateOwners.has(call));
    for (const [call, owner] of memory.aggregateOwners) if (owner === stmt) own.push(call);
    return own;
  }

  private aggregate(): void {
    const { stmt, state } = this;
    const calls = this.ownAggregates();
    this.block.open = stmt.groupBy === null;
    if (stmt.groupBy === null && calls.length === 0) return;
    this.aggregated = true;
    if (stmt.groupBy !== null) {
      if (stmt.groupBy.ordered) noopFunction('GROUP BY expr ASC|DESC', state.ctx);
      for (const item of stmt.groupBy.items) this.groupBy.push(this.groupExpr(item.expr));
    }
    this.block.open = true;
    const env: ExpressionEnv = { ...this.env('field list'), aggregates: new Map(), windows: new Map() };
    const different = new DifferentAggregates();
    const places = calls.map((call) => different.placeOf(this.aggFunc(env, call)));
    const distinctAggs = different.list;
    const computed = computedAggregates([stmt.fields, stmt.having, stmt.orderBy]);
    const aggs = distinctAggs.map((agg, at) =>
      calls.some((call, i) => places[i] === at && computed.has(call))
        ? withAllDigits(agg, state.ctx.eval.divPrecisionIncrement)
        : agg,
    );
    const schema = aggs.map((agg) => state.column(agg.type));
    calls.forEach((call, i) => {
      const at = places[i]!;
      this.aggregates.set(call, shownDigits(schema[at]!, distinctAggs[at]!.type));
      this.aggregateIds.add(schema[at]!.id);
    });
    const ctx = state.ctx.eval;
    const rollup = stmt.groupBy?.rollup === true ? this.expand() : null;
    for (const g of rollup === null ? this.groupBy : []) {
      if (g.kind === 'column' || g.kind === 'constant' || g.kind === 'correlated') continue;
      if (this.grouped.some((x) => sameExpr(x.expr, g))) continue;
      const column = state.column(g.type);
      this.grouped.push({ expr: g, column });
      aggs.push(newAggregate('first_row', [g], false, ctx));
      schema.push(column);
    }
    // Every column below can still be named above; pruning drops those that are not.
    for (const column of this.plan.schema) {
      aggs.push(newAggregate('first_row', [column], false, ctx));
      schema.push(
        this.groupBy.length === 0
          ? { ...column, type: { ...column.type, flag: column.type.flag & ~1 } }
          : column,
      );
    }
    const groupBy = rollup ?? dedupe(this.groupBy.filter((g) => g.kind !== 'constant'));
    const node: Aggregation = {
      op: 'Aggregation',
      schema,
      children: [this.plan],
      groupBy,
      aggs,
      block: state.block,
      ...aggregationHint(state.hints.at(-1)!),
    };
    if (groupBy.length === 0 && this.groupBy.length > 0) {
      // GROUP BY of constants gives no row for no input, unlike no GROUP BY at all.
      node.groupBy = [ONE];
    }
    this.plan = node;
    const byId = new Map(schema.map((c) => [c.id, c]));
    this.scope.relation.names = this.scope.relation.names.map((n) => ({
      ...n,
      column: byId.get(n.column.id) ?? n.column,
    }));
    for (const f of this.fields)
      if (f.wildcard !== null) f.built = this.afterGrouping(byId.get(f.wildcard.id) ?? f.wildcard);
    // Without ORDER BY each super-aggregate row follows the rows it sums up (manual, "GROUP BY Modifiers").
    if (rollup !== null && stmt.orderBy === null) {
      const by = this.groupBy.flatMap((_, i): ByItem[] => [
        { expr: this.rolledUp(i), desc: false },
        { expr: rollup[i]!, desc: false },
      ]);
      this.plan = { op: 'Sort', schema: this.plan.schema, children: [this.plan], by };
    }
  }

  /** Puts the levels of WITH ROLLUP over the block's plan; gives what its rows are grouped by. */
  private expand(): Column[] {
    const { state } = this;
    const columns = this.groupBy.map((g) => state.column(nullable(g.type)));
    const level = state.column({ ...intType(), flag: intType().flag | Flag.NotNull });
    const child = this.plan;
    this.plan = {
      op: 'Expand',
      schema: [...child.schema, ...columns, level],
      children: [child],
      groups: [...this.groupBy],
      columns,
      level,
    };
    this.groupBy.forEach((expr, i) => this.grouped.push({ expr, column: columns[i]! }));
    this.scope.relation.names = this.scope.relation.names.map((n) => {
      const at = this.groupBy.findIndex((g) => g.kind === 'column' && g.id === n.column.id);
      return at < 0 ? n : { ...n, column: columns[at]! };
    });
    this.aggregateIds.add(level.id);
    this.level = level;
    return [...columns, level];
  }

  /** Whether a row sums up the values of a group expression. */
  private rolledUp(i: number): Expression {
    return this.state.call('ge', this.level!, intConstant(this.groupBy.length - i));
  }

  /** GROUPING(a, …): a bit for each argument, the last one lowest (manual, "Miscellaneous Functions"). Throws 3602. */
  private grouping(args: readonly ast.Expr[]): Expression {
    const { state } = this;
    const bits = args.map((a, n) => {
      const e = build(this.env('field list', this.aliasResolver('order')), a);
      const at = this.grouped.findIndex(
        (g) => sameExpr(g.expr, e) || sameExpr(g.column, this.afterGrouping(e)),
      );
      if (at < 0) throw mysqlError('ER_FIELD_IN_GROUPING_NOT_GROUP_BY', n + 1);
      return state.call('if', this.rolledUp(at), intConstant(2 ** (args.length - 1 - n)), ZERO);
    });
    if (bits.length === 0) throw mysqlError('ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', 'grouping');
    return bits.reduce((a, b) => state.call('plus', a, b));
  }

  private aggFunc(env: ExpressionEnv, call: ast.AggregateCall): AggFunc {
    const args = call.star ? [ONE] : call.args.map((a) => build(env, a));
    const options: { orderBy?: ByItem[]; separator?: string } = {};
    if (call.name === 'group_concat') {
      options.separator = call.separator ?? ',';
      if (call.orderBy.length > 0) {
        options.orderBy = call.orderBy.map((o) => {
          const e = stripParens(o.expr);
          if (e.kind === 'IntLiteral') {
            const arg = args[Number(e.value) - 1];
            if (arg === undefined) throw mysqlError('ER_BAD_FIELD_ERROR', String(e.value), 'order clause');
            return { expr: arg, desc: o.desc };
          }
          return { expr: build(env, o.expr), desc: o.desc };
        });
      }
    }
    const distinct = call.distinct && call.name !== 'min' && call.name !== 'max';
    return { ...newAggregate(call.name, args, distinct, this.state.ctx.eval), ...options };
  }

  /** A GROUP BY item: a position, a column of FROM, an alias, an expression. */
  private groupExpr(e: ast.Expr): Expression {
    const x = stripParens(e);
    if (x.kind === 'IntLiteral') {
      const field = this.fields[Number(x.value) - 1];
      if (field === undefined) throw mysqlError('ER_BAD_FIELD_ERROR', String(x.value), 'group statement');
      return this.groupField(Number(x.value) - 1);
    }
    const env: ExpressionEnv = {
      ...this.env('group statement', (ref) => {
        this.refuseAmbiguousField(ref);
        const own = findName(this.scope.relation.names, ref, 'group statement');
        if (own !== null) return own.column;
        const at = this.aliasIndex(ref, 'group statement');
        return at < 0 ? null : this.groupField(at);
      }),
      aggregates: new Map(),
      windows: new Map(),
    };
    return build(env, e);
  }

  /** A bare name in GROUP BY that several selected columns have. */
  private refuseAmbiguousField(ref: ast.ColumnRef): void {
    if (ref.table !== null) return;
    const lower = ref.name.toLowerCase();
    const ids = new Set<number>();
    for (const f of this.fields) {
      if (f.alias !== null || f.ast === null || f.name.name.toLowerCase() !== lower) continue;
      const e = stripParens(f.ast);
      const n = e.kind === 'ColumnRef' ? findName(this.scope.relation.names, e, 'field list') : null;
      if (n !== null) ids.add(n.column.id);
    }
    if (ids.size > 1) throw mysqlError('ER_NON_UNIQ_ERROR', ref.name, 'group statement');
  }

  private groupField(i: number): Expression {
    const field = this.fields[i]!;
    if (field.wildcard !== null) return field.wildcard;
    const calls: ast.Expr[] = [];
    collectCalls(field.ast, 'AggregateCall', calls);
    collectCalls(field.ast, 'WindowCall', calls);
    if (calls.length > 0) throw mysqlError('ER_WRONG_GROUP_FIELD', field.name.name);
    return build({ ...this.env('group statement'), aggregates: new Map() }, field.ast!);
  }

  /** Index of the select field an unqualified name names by its alias (or as a column of that name); -1 when none. */
  private aliasIndex(ref: ast.ColumnRef, clause: string): number {
    let found = -1;
    const lower = ref.name.toLowerCase();
    for (let i = 0; i < this.fields.length; i++) {
      const f = this.fields[i]!;
      if (ref.table !== null) {
        // A qualified name may still name a select field that is that very column.
        if (
          f.alias !== null ||
          f.name.table.toLowerCase() !== ref.table.toLowerCase() ||
          f.name.name.toLowerCase() !== lower
        )
          continue;
        if (ref.schema !== null && f.name.db.toLowerCase() !== ref.schema.toLowerCase()) continue;
      } else {
        const name =
          f.alias ?? (f.wildcard !== null || stripParens(f.ast!).kind === 'ColumnRef' ? f.name.name : null);
        if (name === null || name.toLowerCase() !== lower) continue;
      }
      if (found >= 0 && found !== i) {
        if (this.sameField(found, i)) continue;
        if (f.alias === null && this.fields[found]!.alias !== null) continue;
        if (f.alias !== null && this.fields[found]!.alias === null) {
          found = i;
          continue;
        }
        throw mysqlError('ER_NON_UNIQ_ERROR', refText(ref), clause);
      }
      found = i;
    }
    return found;
  }

  private sameField(a: number, b: number): boolean {
    const x = this.fields[a]!;
    const y = this.fields[b]!;
    if (x.ast !== null && y.ast !== null && x.ast.kind !== 'ColumnRef' && y.ast.kind !== 'ColumnRef')
      return false;
    return sameExpr(this.fieldExpr(a), this.fieldExpr(b));
  }

  /**
   * How names resolve in HAVING, ORDER BY and window specifications (manual, "Problems with Column Aliases"). 'part':
   * within an expression of ORDER BY, where columns of FROM come before aliases.
   */
  private aliasResolver(mode: 'having' | 'order' | 'part' | 'from'): ExpressionEnv['resolve'] {
    if (mode === 'from') {
      return (ref) => {
        const own = findName(this.scope.relation.names, ref, 'field list');
        return own === null ? null : this.afterGrouping(own.column);
      };
    }
    const clause = mode === 'having' ? 'having clause' : 'order clause';
    return (ref) => {
      if (mode === 'having') {
        const own =
          ref.table !== null || this.groupBy.length > 0
            ? findName(this.scope.relation.names, ref, clause)
            : null;
        if (own !== null && this.isGroupColumn(own.column)) return own.column;
      }
      if (mode === 'part') {
        const own = findName(this.scope.relation.names, ref, clause);
        if (own !== null) return own.column;
      }
      const at = this.aliasIndex(ref, clause);
      if (at >= 0) return this.fieldExpr(at);
      const own = findName(this.scope.relation.names, ref, clause);
      if (mode === 'having') {
        if (own === null) return findOuter(this.scope, ref, clause) ?? undefined;
        // A column neither grouped nor selected is not seen by HAVING.
        if ((this.state.ctx.eval.sqlMode & SqlMode.OnlyFullGroupBy) !== 0 || !this.aggregated)
          return undefined;
      }
      return own === null ? null : own.column;
    };
  }

  private isGroupColumn(c: Column): boolean {
    return (
      this.groupBy.some((g) => g.kind === 'column' && g.id === c.id) ||
      (this.level !== null && this.grouped.some((g) => g.column.id === c.id))
    );
  }

  /** Replaces group expressions by the columns that hold them. */
  private afterGrouping(e: Expression): Expression {
    if (this.grouped.length === 0) return e;
    for (const g of this.grouped) if (sameExpr(g.expr, e)) return g.column;
    if (e.kind !== 'function') return e;
    let changed = false;
    const args = e.args.map((a) => {
      const b = this.afterGrouping(a);
      if (b !== a) changed = true;
      return b;
    });
    return changed ? { ...e, args } : e;
  }

  fieldExpr(i: number): Expression {
    const f = this.fields[i]!;
    f.built ??= this.afterGrouping(build(this.env('field list'), f.ast!));
    return f.built;
  }

  private having(having: ast.Expr): void {
    filterBy(
      { ...this.env('having clause', this.aliasResolver('having')), windows: new Map() },
      having,
      (e) => this.afterGrouping(e),
    );
  }

  private orderItems(): ByItem[] {
    const items = this.stmt.orderBy;
    if (items === null) return [];
    const out: ByItem[] = [];
    for (const item of items) {
      const x = stripParens(item.expr);
      let expr: Expression;
      if (x.kind === 'IntLiteral') {
        if (this.fields[Number(x.value) - 1] === undefined)
          throw mysqlError('ER_BAD_FIELD_ERROR', String(x.value), 'order clause');
        expr = this.fieldExpr(Number(x.value) - 1);
      } else {
        const names = this.aliasResolver(x.kind === 'ColumnRef' ? 'order' : 'part');
        expr = this.afterGrouping(build(this.env('order clause', names), item.expr));
      }
      if (expr.kind === 'constant' || expr.kind === 'correlated') continue;
      if (!out.some((o) => sameExpr(o.expr, expr))) out.push({ expr, desc: item.desc });
    }
    return out;
  }

  private checkGroups(exprs: readonly Expression[], order: readonly ByItem[]): void {
    const known = new Set(this.aggregateIds);
    for (const g of this.grouped) known.add(g.column.id);
    const groups = this.stmt.groupBy === null ? null : this.groupBy;
    checkGrouped(
      this.plan,
      groups,
      known,
      exprs,
      this.fields.map((f) => f.ast === null || stripParens(f.ast).kind !== 'AggregateCall'),
      order,
      (c) => {
        // Columns of derived tables have no name of their own.
        const n = c.name.startsWith('Column#')
          ? this.scope.relation.names.find((x) => x.column.id === c.id)
          : undefined;
        return n === undefined ? c.name : n.table === '' ? n.name : `${n.table}.${n.name}`;
      },
      this.state.ctx.variable('tidb_enable_new_only_full_group_by_check') === 'ON',
      (i) => this.writtenAsGroup(this.fields[i]!),
    );
  }

  private writtenAsGroup(field: Field): boolean {
    const { groupBy } = this.stmt;
    if (field.ast === null || groupBy === null) return false;
    const text = restoreExpr(stripParens(field.ast));
    const { alias } = field;
    return groupBy.items.some(({ expr }) => {
      const group = stripParens(expr);
      if (group.kind === 'ColumnRef' && group.table === null && alias !== null)
        return group.name.toLowerCase() === alias.toLowerCase();
      return restoreExpr(group) === text;
    });
  }
}

/** Builds one SELECT block: its plan gives exactly the selected columns, in order. */
export function buildSelect(
  state: BuildState,
  stmt: ast.SelectStmt,
  outer: QueryScope | null,
  ctes: CteScope | null,
): Relation {
  const inner = stmt.with === null ? ctes : addCommonTables(state, stmt.with, stmt, outer, ctes);
  const { block, straight } = state;
  const hints = state.blocks?.hintsOf(stmt) ?? stmt.hints;
  state.hints.push(hints);
  state.straight = stmt.options.straightJoin || hints.some((h) => h.name === 'STRAIGHT_JOIN');
  state.block = state.blocks?.numberOf(stmt) ?? 0;
  try {
    return new SelectBuilder(state, stmt, outer, inner).run();
  } finally {
    state.hints.pop();
    state.block = block;
    state.straight = straight;
  }
}
