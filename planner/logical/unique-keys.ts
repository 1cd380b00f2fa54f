import type { Column } from '../../expression/expression.js';
import { Flag, isNotNull } from '../../types/field-type.js';
import { hasEntries } from '../../catalog/table-layout.js';
import { isUniqueKey } from '../../catalog/unique-key.js';
import type { DataSource, Join, LogicalPlan } from './plan.js';

/** A set of column ids no two rows of a plan agree in. The empty key: one row at most. */
export type UniqueKey = readonly number[];

/** Keys of a plan's output, small ones only; NULLs do not occur in them. */
export function uniqueKeys(p: LogicalPlan): UniqueKey[] {
  switch (p.op) {
    case 'DataSource':
      return sourceKeys(p);
    case 'Dual':
      return p.rowCount <= 1 ? [[]] : [];
    case 'MaxOneRow':
      return [[]];
    case 'Aggregation': {
      if (p.groupBy.length === 0) return [[]];
      const ids: number[] = [];
      for (const g of p.groupBy) {
        // The group key must come out to be of use.
        const at =
          g.kind === 'column' ? p.aggs.findIndex((a) => a.name === 'first_row' && a.args[0] === g) : -1;
        const other = at < 0 && g.kind === 'column' ? p.schema.findIndex((c) => c.id === g.id) : at;
        if (other < 0) return [];
        ids.push(p.schema[other]!.id);
      }
      return [ids];
    }
    case 'Projection': {
      const map = new Map<number, number>();
      p.exprs.forEach((e, i) => {
        if (e.kind === 'column' && !map.has(e.id)) map.set(e.id, p.schema[i]!.id);
      });
      return uniqueKeys(p.children[0]!).flatMap((k) =>
        k.every((id) => map.has(id)) ? [k.map((id) => map.get(id)!)] : [],
      );
    }
    case 'Join':
      return joinKeys(p);
    case 'Selection':
    case 'Sort':
    case 'Limit':
    case 'TopN':
    case 'Lock':
    case 'Window':
      return uniqueKeys(p.children[0]!);
    default:
      return [];
  }
}

function sourceKeys(ds: DataSource): UniqueKey[] {
  const out: UniqueKey[] = [];
  const byOffset = new Map<number, Column>();
  for (const c of ds.all) {
    const info = ds.infos.get(c.id);
    if (info === null) out.push([c.id]);
    else if (info !== undefined) {
      byOffset.set(info.offset, c);
      if (ds.table.pkIsHandle && (info.type.flag & Flag.PriKey) !== 0) out.push([c.id]);
    }
  }
  for (const x of ds.table.indices) {
    if (!isUniqueKey(x)) continue;
    if (ds.table.pkIsHandle && !hasEntries(ds.table, x)) continue;
    const columns = x.columns.map((c) => byOffset.get(c.offset));
    if (columns.every((c) => c !== undefined && isNotNull(c.type))) out.push(columns.map((c) => c!.id));
  }
  return out;
}

function joinKeys(p: Join): UniqueKey[] {
  const [left, right] = p.children as [LogicalPlan, LogicalPlan];
  switch (p.joinType) {
    case 'inner':
    case 'leftOuter':
    case 'rightOuter': {
      // Once each: asked for twice at every join, those of the lowest of thirty joins would be found out a billion times.
      const ofLeft = uniqueKeys(left);
      const ofRight = uniqueKeys(right);
      const out: UniqueKey[] = [];
      // A row that finds one partner at most stays one row.
      if (p.joinType !== 'rightOuter' && isOneByKeys(ofRight, p, 'right')) out.push(...ofLeft);
      if (p.joinType !== 'leftOuter' && isOneByKeys(ofLeft, p, 'left')) out.push(...ofRight);
      return out;
    }
    default:
      return uniqueKeys(left);
  }
}

/** Whether a row of the other side finds one row of `side` at most. */
export const matchesOne = (p: Join, side: 'left' | 'right'): boolean =>
  isOneByKeys(uniqueKeys(p.children[side === 'left' ? 0 : 1]!), p, side);

/** `keys`: those of `side`. */
function isOneByKeys(keys: readonly UniqueKey[], p: Join, side: 'left' | 'right'): boolean {
  const ids = new Set<number>();
  for (const k of p.eq) {
    const e = side === 'left' ? k.left : k.right;
    if (e.kind === 'column' && !k.nullEq) ids.add(e.id);
  }
  return keys.some((k) => k.every((id) => ids.has(id)));
}
