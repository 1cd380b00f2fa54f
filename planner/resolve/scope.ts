import type { Column, CorrelatedColumn, Expression } from '../../expression/expression.js';
import { mysqlError } from '../../types/error-table.js';
import type { CommonTable, Expr, Query, SelectStmt, WithClause } from '../../parser/ast/index.js';
import type { LogicalCte, LogicalPlan } from '../logical/plan.js';

/** A name under which a column of a relation can be found, and what the protocol reports of it. */
export interface FieldName {
  readonly name: string;
  /** Alias of the table; '' for expressions. */
  readonly table: string;
  readonly db: string;
  readonly orgName: string;
  readonly orgTable: string;
  readonly column: Column;
  /** Given by an unqualified `*`, and found without a qualifier: not so for the second of two USING columns. */
  readonly visible: boolean;
  /** Never given by any `*`: hidden columns, the row id. */
  readonly hidden: boolean;
  /** Where USING or NATURAL moved the column: its place before, which `t.*` gives it in. */
  readonly place?: number;
  /** Throws 1143: the user may not read the column. */
  readonly denied?: () => never;
}

/** What a FROM clause or a query gives: a plan and the names of its columns. */
export interface Relation {
  plan: LogicalPlan;
  names: FieldName[];
}

/** A common table in reach of a query. */
export interface CteEntry {
  readonly lower: string;
  readonly def: CommonTable;
  readonly scope: CteScope | null;
  /** Scope of the query the WITH belongs to, which its tables may correlate with. */
  readonly outer: QueryScope | null;
  readonly recursive: boolean;
  /** References in the statement: a table read once is merged in place. */
  readonly references: number;
  /** Once materialised: the shared definition and names. */
  built: { cte: LogicalCte; names: FieldName[] } | null;
  /** While the definition itself is built: what a reference inside finds. */
  building: 'seed' | 'recursive' | null;
}
export interface CteScope {
  readonly entries: readonly CteEntry[];
  readonly parent: CteScope | null;
}

/** A SELECT as one that may compute aggregates, its own and those of subqueries in it. */
export interface AggregatingBlock {
  readonly stmt: SelectStmt;
  /** Whether the clause being built is one that aggregates may stand in. */
  open: boolean;
  /** What the calls computed by this block became. */
  readonly aggregates: ReadonlyMap<Expr, Expression>;
}

/** What names a query block sees: its own FROM, then those of the blocks around it. */
export interface QueryScope {
  relation: Relation;
  readonly outer: QueryScope | null;
  readonly ctes: CteScope | null;
  /** Slots of outer columns this block reads, by column id. */
  readonly cells: Map<number, CorrelatedColumn>;
  readonly block?: AggregatingBlock;
}

export function findCte(scope: CteScope | null, name: string): CteEntry | null {
  const lower = name.toLowerCase();
  for (let s = scope; s !== null; s = s.parent) {
    for (let i = s.entries.length - 1; i >= 0; i--) {
      if (s.entries[i]!.lower === lower) return s.entries[i]!;
    }
  }
  return null;
}

const same = (a: string, b: string): boolean => a === b || a.toLowerCase() === b.toLowerCase();

/**
 * Finds a column by its possibly qualified name among a relation's names; null when there is none. Error 1052 when
 * several different columns answer to it, 1143 for one that may not be read; `assigned`: the name of what is written.
 */
export function findName(
  names: readonly FieldName[],
  ref: { readonly schema: string | null; readonly table: string | null; readonly name: string },
  clause: string,
  assigned = false,
): FieldName | null {
  let found: FieldName | null = null;
  for (const n of names) {
    if (!same(n.name, ref.name)) continue;
    if (ref.table === null) {
      if (!n.visible || n.name === '') continue;
    } else if (!same(n.table, ref.table) || (ref.schema !== null && !same(n.db, ref.schema))) continue;
    if (found !== null && found.column.id !== n.column.id) {
      throw mysqlError('ER_NON_UNIQ_ERROR', refText(ref), clause);
    }
    found = n;
  }
  if (!assigned) found?.denied?.();
  return found;
}

export function refText(ref: { schema: string | null; table: string | null; name: string }): string {
  return [ref.schema, ref.table, ref.name].filter((s) => s !== null).join('.');
}

/** The column of an enclosing query a name means, as a slot of `scope`; null when there is none. */
export function findOuter(
  scope: QueryScope,
  ref: { readonly schema: string | null; readonly table: string | null; readonly name: string },
  clause: string,
): CorrelatedColumn | null {
  for (let s = scope.outer; s !== null; s = s.outer) {
    const n = findName(s.relation.names, ref, clause);
    if (n !== null) return correlate(scope, n.column);
  }
  return null;
}

/** A column of an enclosing block as a slot of `scope`. */
export function correlate(scope: QueryScope, column: Column): CorrelatedColumn {
  let c = scope.cells.get(column.id);
  if (c === undefined) {
    c = { kind: 'correlated', column, type: column.type, cell: { value: null } };
    scope.cells.set(column.id, c);
  }
  return c;
}

/** How often each common table's name stands as a table in a query: an upper bound of its references. */
export function countTableReferences(root: unknown, counts: Map<string, number>): void {
  if (root === null || typeof root !== 'object' || root instanceof Uint8Array) return;
  if (Array.isArray(root)) {
    for (const r of root) countTableReferences(r, counts);
    return;
  }
  const node = root as Readonly<Record<string, unknown>>;
  if (node['kind'] === 'Table' || node['kind'] === 'TableStmt') {
    const t = node['table'] as { schema: string | null; name: string };
    if (t.schema === null) {
      const lower = t.name.toLowerCase();
      counts.set(lower, (counts.get(lower) ?? 0) + 1);
    }
  }
  const clause = node['with'] as WithClause | null | undefined;
  if (clause === null || clause === undefined) {
    for (const key in node) countTableReferences(node[key], counts);
    return;
  }
  // Names that the WITH defines mean its own tables in what follows it.
  countTableReferences(clause, counts);
  const own = new Map<string, number>();
  for (const key in node) if (key !== 'with') countTableReferences(node[key], own);
  for (const t of clause.tables) own.delete(t.name.toLowerCase());
  for (const [name, n] of own) counts.set(name, (counts.get(name) ?? 0) + n);
}

/** Whether a query reads a table of this name anywhere. */
export function readsTable(query: Query, lower: string): boolean {
  const counts = new Map<string, number>();
  countTableReferences(query, counts);
  return counts.has(lower);
}
