import { hasEntries } from '../../../catalog/table-layout.js';
import { isUniqueKey } from '../../../catalog/unique-key.js';
import type { Column, Expression } from '../../../expression/expression.js';
import { evalType, Flag, isNotNull, isUnsigned } from '../../../types/field-type.js';
import type { DataSource, LogicalPlan } from '../../logical/plan.js';

/** Rows that agree in the columns `from` agree in those of `to`. */
interface Dependency {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/**
 * Positions of the group keys that determine all others, so that groups can be told apart by them alone: with a table's primary
 * key among the keys, its other columns (and what joins add to a row by their unique keys) need neither be hashed nor
 * compared. Null where none can be spared.
 */
export function groupDeterminants(
  groupBy: readonly Expression[],
  child: LogicalPlan,
): readonly number[] | null {
  if (groupBy.length < 2 || groupBy.some((g) => g.kind !== 'column')) return null;
  const known: Dependency[] = [];
  dependencies(child, known);
  if (known.length === 0) return null;
  const columns = groupBy as readonly Column[];
  let kept = columns.map((_, i) => i);
  // Those that cost most to compare go first.
  const order = kept.slice().sort((a, b) => weight(columns[b]!) - weight(columns[a]!));
  for (const i of order) {
    const others = kept.filter((k) => k !== i);
    if (others.length === 0) break;
    const ids = others.map((k) => columns[k]!.id);
    if (closure(ids, known).has(columns[i]!.id)) kept = others;
  }
  return kept.length === columns.length ? null : kept;
}

const weight = (c: Column): number => {
  switch (evalType(c.type)) {
    case 'int':
      return isNotNull(c.type) ? 0 : 1;
    case 'string':
    case 'json':
      return 3;
    default:
      return 2;
  }
};

function closure(ids: readonly number[], known: readonly Dependency[]): ReadonlySet<number> {
  const out = new Set(ids);
  for (let size = -1; size !== out.size;) {
    size = out.size;
    for (const d of known) if (d.from.every((id) => out.has(id))) for (const id of d.to) out.add(id);
  }
  return out;
}

/**
 * Keys of tables, whose columns are never NULL: they determine their row also where an outer join has put NULLs in its place. And
 * equalities of inner joins between columns of one kind, in which equal values are the same.
 */
function dependencies(p: LogicalPlan, out: Dependency[]): void {
  switch (p.op) {
    case 'DataSource':
      sourceKeys(p, out);
      return;
    case 'Projection':
      p.exprs.forEach((e, i) => {
        if (e.kind !== 'column' || e.id === p.schema[i]!.id) return;
        out.push({ from: [e.id], to: [p.schema[i]!.id] }, { from: [p.schema[i]!.id], to: [e.id] });
      });
      dependencies(p.children[0]!, out);
      return;
    case 'Join':
      if (p.joinType === 'inner')
        for (const { left, right } of p.eq)
          if (left.kind === 'column' && right.kind === 'column' && sameKind(left, right))
            out.push({ from: [left.id], to: [right.id] }, { from: [right.id], to: [left.id] });
      if (p.joinType === 'inner' || p.joinType === 'leftOuter' || p.joinType === 'rightOuter')
        for (const c of p.children) dependencies(c, out);
      else dependencies(p.children[0]!, out);
      return;
    case 'Selection':
    case 'Sort':
    case 'Limit':
    case 'TopN':
    case 'Lock':
      dependencies(p.children[0]!, out);
      return;
    default:
      return;
  }
}

function sameKind(a: Column, b: Column): boolean {
  const kind = evalType(a.type);
  if (kind !== evalType(b.type)) return false;
  if (kind === 'int') return isUnsigned(a.type) === isUnsigned(b.type);
  if (kind === 'decimal') return a.type.decimal === b.type.decimal;
  return kind === 'datetime' && a.type.tp === b.type.tp && a.type.decimal === b.type.decimal;
}

function sourceKeys(ds: DataSource, out: Dependency[]): void {
  const to = ds.all.map((c) => c.id);
  const byOffset = new Map<number, Column>();
  for (const c of ds.all) {
    const info = ds.infos.get(c.id);
    if (info === null) out.push({ from: [c.id], to });
    else if (info !== undefined) {
      byOffset.set(info.offset, c);
      if (ds.table.pkIsHandle && (info.type.flag & Flag.PriKey) !== 0) out.push({ from: [c.id], to });
    }
  }
  for (const x of ds.table.indices) {
    if (!isUniqueKey(x)) continue;
    if (ds.table.pkIsHandle && !hasEntries(ds.table, x)) continue;
    const columns = x.columns.map((c) => byOffset.get(c.offset));
    if (columns.every((c) => c !== undefined && isNotNull(c.type)))
      out.push({ from: columns.map((c) => c!.id), to });
  }
}
