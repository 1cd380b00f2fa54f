import type { Column, Expression } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import type { RowQuery, ViewCheck } from '../physical/plan.js';
import { resolveOver } from '../physical/resolve-indices.js';
import type { BuildState } from '../resolve/build-state.js';
import { buildCondition, call } from '../resolve/expression-builder.js';
import type { FieldName } from '../resolve/scope.js';
import { forEachColumn, substitute } from './expression-walk.js';
import { splitAnd } from './negation.js';
import type { DataSource, LogicalPlan } from './plan.js';
import { overRow, rowScope, type ToPhysical } from './row-query.js';

/** Something that the CHECK OPTION of a view asks of the rows of its tables. */
export interface CheckCondition {
  /** True where the rows are refused, over columns of the tables; of a plan of one row where subqueries decide. */
  readonly violation: Expression;
  readonly query?: {
    readonly plan: LogicalPlan;
    readonly inputs: readonly Column[];
    readonly cells: RowQuery['cells'];
  };
}

/** The conditions that make the rows of a view: WHERE, and ON of inner joins. */
export function conditionsOf(select: ast.SelectStmt): ast.Expr[] {
  const ofJoin = (from: ast.TableRef): ast.Expr[] =>
    from.kind === 'Join'
      ? [...ofJoin(from.left), ...ofJoin(from.right), ...(from.on === null ? [] : splitAnd(from.on))]
      : [];
  return [...ofJoin(select.from!), ...(select.where === null ? [] : splitAnd(select.where))];
}

/** A condition over the relation of a view's FROM, some of whose columns may be computed by views below. */
export function checkCondition(
  state: BuildState,
  names: readonly FieldName[],
  computed: ReadonlyMap<number, Expression>,
  condition: ast.Expr,
): CheckCondition {
  const env = { state, scope: rowScope(names), clause: 'where clause' };
  const { plan } = env.scope.relation;
  const violation = (e: ast.Expr, within = env): Expression =>
    call({ state }, 'not', call({ state }, 'istrue', buildCondition(within, e)));
  const plain = violation(condition);
  if (env.scope.relation.plan === plan) return { violation: substitute(plain, computed) };
  const named = columnNames(condition);
  const row = names.flatMap((n) => (named.has(n.name.toLowerCase()) ? [n.column] : []));
  const over = overRow(env, condition, row, computed, (e, x) => violation(x, e));
  return { violation: over.value, query: { plan: over.plan!, inputs: over.inputs, cells: over.cells } };
}

/** Names of columns, in lower case, in an expression and its subqueries. */
function columnNames(node: unknown, into = new Set<string>()): Set<string> {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return into;
  const { kind, name } = node as { readonly kind?: string; readonly name?: string };
  if (kind === 'ColumnRef') into.add(name!.toLowerCase());
  for (const child of Object.values(node)) columnNames(child, into);
  return into;
}

/** Columns that the CHECK OPTION reads of tables that the view joins to the one that is written. */
export function joinedColumns(source: DataSource, conditions: readonly CheckCondition[]): Column[] {
  const own = (c: Column): boolean => source.infos.has(c.id);
  return inputsOf(conditions).filter((c) => !own(c));
}

function inputsOf(conditions: readonly CheckCondition[]): Column[] {
  const inputs = new Map<number, Column>();
  for (const { violation, query } of conditions) {
    if (query === undefined) forEachColumn(violation, (c) => inputs.set(c.id, c));
    else for (const c of query.inputs) inputs.set(c.id, c);
  }
  return [...inputs.values()];
}

/**
 * What rows of a table must keep to when they are written through a view. Other tables of the view give the rows that are joined to it,
 * in `child`'s output; to a row that is inserted none is joined.
 */
export function viewCheck(
  state: BuildState,
  source: DataSource,
  child: readonly Column[],
  physical: ToPhysical,
): ViewCheck | null {
  const written = state.written.get(source);
  if (written === undefined || written.conditions.length === 0) return null;
  const { conditions, db, view } = written;
  const inputs = inputsOf(conditions);
  return {
    db: db.name,
    view: view.name,
    reads: inputs.map((c) => {
      const info = source.infos.get(c.id);
      return info === null || info === undefined
        ? { type: c.type, offset: -1, joined: child.findIndex((o) => o.id === c.id) }
        : { type: info.type, offset: info.offset, joined: -1 };
    }),
    violations: conditions.flatMap((c) => (c.query === undefined ? [resolveOver(c.violation, inputs)] : [])),
    queries: conditions.flatMap(({ query }) => {
      if (query === undefined) return [];
      const slot = new Map(query.inputs.map((c, i) => [c.id, query.cells[i]!]));
      return [{ plan: physical(query.plan), cells: inputs.map((c) => slot.get(c.id) ?? { value: null }) }];
    }),
  };
}
