import type { ColumnInfo, DbInfo, TableInfo } from '../../catalog/model.js';
import { handleColumn } from '../../catalog/table-layout.js';
import type { Expression } from '../../expression/expression.js';
import { splitCnf, splitDnf } from '../../planner/logical/expression-walk.js';
import type { DataSource, LogicalPlan } from '../../planner/logical/plan.js';
import { forEachNode, nodeExpressions } from '../../planner/logical/walk.js';
import { isBlob } from '../../ddl/build-index.js';
import { TypeCode } from '../../types/field-type.js';

/** An index that might help. */
export interface Candidate {
  readonly db: DbInfo;
  readonly table: TableInfo;
  /** Lower names. */
  readonly columns: readonly string[];
}

/** Candidates that only help together: one for each side of an OR. */
export type Bundle = readonly Candidate[];

/** How a query uses one of its tables. */
class TableUse {
  /** Compared with constants for equality. */
  readonly equal = new Set<string>();
  /** Compared with columns of other tables for equality. */
  readonly joined = new Set<string>();
  readonly ranges = new Set<string>();
  /** What rows are sorted or grouped by. */
  readonly orders: string[][] = [];
  /** Columns by which the sides of an OR could each be found. */
  readonly alternatives: string[][] = [];

  constructor(readonly source: DataSource) {}

  /** The lists of columns that an index could begin with, the most promising first, each of at most `width`. */
  keys(width: number): string[][] {
    const byOffset = (names: Iterable<string>): string[] => {
      const wanted = new Set(names);
      return this.source.table.columns.filter((c) => wanted.has(c.lower)).map((c) => c.lower);
    };
    const equal = byOffset(this.equal);
    const joined = byOffset(this.joined);
    const keys = [equal];
    for (const j of joined) keys.push([...equal, j], [j, ...equal]);
    if (joined.length > 1) keys.push([...equal, ...joined]);
    for (const r of this.ranges) keys.push([...equal, r]);
    for (const order of this.orders) {
      keys.push([...equal, ...order]);
      for (const r of this.ranges) keys.push([...equal, ...order, r]);
    }
    for (const one of [...equal, ...joined, ...this.ranges, ...this.orders.flatMap((o) => o.slice(0, 1))])
      keys.push([one]);
    return keys.map((key) => [...new Set(key)].slice(0, width)).filter((key) => key.length > 0);
  }

  /** The columns that the query reads of the table. */
  read(): string[] {
    const { schema, infos } = this.source;
    return schema.flatMap((c) => infos.get(c.id)?.lower ?? []);
  }
}

/**
 * The indexes that might help a query, by the logical plans that the rules made of it: over the columns that it compares, joins, groups and
 * sorts by (Chaudhuri and Narasayya, "An Efficient, Cost-Driven Index Selection Tool for Microsoft SQL Server", VLDB 1997, call them the
 * query's indexable columns), and over all that it reads of a table where that is little. `width`: of at most so many columns.
 */
export function candidatesOf(plans: readonly LogicalPlan[], width: number): Bundle[] {
  const uses = new Map<number, { readonly use: TableUse; readonly info: ColumnInfo }>();
  const all: TableUse[] = [];
  for (const plan of plans)
    forEachNode(plan, (node) => {
      if (node.op !== 'DataSource' || node.db.lower === 'mysql') return;
      const use = new TableUse(node);
      all.push(use);
      for (const [id, info] of node.infos) if (info !== null) uses.set(id, { use, info });
    });
  const columnOf = (e: Expression | undefined): { use: TableUse; name: string } | null => {
    const found = e?.kind === 'column' ? uses.get(e.id) : undefined;
    if (found === undefined || !isIndexable(found.info)) return null;
    return { use: found.use, name: found.info.lower };
  };
  const compare = (e: Expression): { use: TableUse; name: string } | null => {
    if (e.kind !== 'function') return null;
    const [left, right] = e.args;
    switch (e.name) {
      case 'eq':
      case 'nulleq': {
        const [a, b] = [columnOf(left), columnOf(right)];
        if (a !== null && b !== null) {
          a.use.joined.add(a.name);
          b.use.joined.add(b.name);
          return null;
        }
        const one = a ?? b;
        if (one !== null && isValue(a === null ? left : right)) one.use.equal.add(one.name);
        return one;
      }
      case 'in':
      case 'isnull': {
        const one = columnOf(left);
        if (one !== null && e.args.slice(1).every(isValue)) one.use.equal.add(one.name);
        return one;
      }
      case 'lt':
      case 'le':
      case 'gt':
      case 'ge':
      case 'like': {
        const one = columnOf(left) ?? columnOf(right);
        one?.use.ranges.add(one.name);
        return one;
      }
      case 'or': {
        const sides = splitDnf(e).map((side) => splitCnf(side).map(compare));
        const use = sides[0]?.find((c) => c !== null)?.use;
        if (use === undefined) return null;
        const names = sides.map((side) => side.find((c) => c?.use === use)?.name);
        if (names.every((n): n is string => n !== undefined)) use.alternatives.push([...new Set(names)]);
        return null;
      }
      default:
        return null;
    }
  };
  const order = (by: readonly Expression[]): void => {
    const columns = by.map(columnOf);
    const use = columns[0]?.use;
    if (use === undefined) return;
    const end = columns.findIndex((c) => c?.use !== use);
    use.orders.push(columns.slice(0, end < 0 ? columns.length : end).map((c) => c!.name));
  };
  for (const plan of plans)
    forEachNode(plan, (node) => {
      switch (node.op) {
        case 'Join':
          for (const { left, right } of node.eq)
            for (const side of [columnOf(left), columnOf(right)]) side?.use.joined.add(side.name);
          for (const e of [...node.leftConds, ...node.rightConds, ...node.otherConds]) compare(e);
          break;
        case 'Sort':
        case 'TopN':
          order(node.by.map((b) => b.expr));
          break;
        case 'Aggregation':
          order(node.groupBy);
          for (const a of node.aggs)
            if (a.name === 'max' || a.name === 'min' || a.distinct) order([...node.groupBy, ...a.args]);
          break;
        case 'Window':
          order([...node.partitionBy, ...node.orderBy].map((b) => b.expr));
          break;
        default:
          for (const e of nodeExpressions(node)) for (const c of splitCnf(e)) compare(c);
      }
    });
  return all.flatMap((use) => bundles(use, width));
}

function bundles(use: TableUse, width: number): Bundle[] {
  const { db, table } = use.source;
  const read = use.read();
  const out = new Map<string, Bundle>();
  const add = (...keys: readonly string[][]): void => {
    const fresh = keys.filter((columns) => !isThere(table, columns));
    if (fresh.length > 0)
      out.set(
        fresh.join('|'),
        fresh.map((columns) => ({ db, table, columns })),
      );
  };
  for (const key of use.keys(width)) {
    add(key);
    const covering = [...key, ...read.filter((c) => !key.includes(c))];
    if (covering.length <= width && covering.every((c) => isIndexable(columnNamed(table, c)))) add(covering);
  }
  for (const names of use.alternatives) add(...names.map((n) => [n]));
  return [...out.values()];
}

/** Whether an index, or the order of the rows, already begins with the columns. */
function isThere(table: TableInfo, columns: readonly string[]): boolean {
  const begins = (own: readonly { readonly name: string }[]): boolean =>
    columns.every((c, i) => own[i]?.name.toLowerCase() === c);
  if (table.indices.some((index) => begins(index.columns))) return true;
  const handle = handleColumn(table);
  return handle !== null && begins([handle]);
}

const columnNamed = (table: TableInfo, name: string): ColumnInfo =>
  table.columns.find((c) => c.lower === name)!;

/** An index holds the whole column: no texts without a bound, and nothing that has no order. */
const isIndexable = (info: ColumnInfo): boolean => !isBlob(info.type) && info.type.tp !== TypeCode.Json;

const isValue = (e: Expression | undefined): boolean => e?.kind === 'constant' || e?.kind === 'correlated';
