import type { Expression } from '../../expression/expression.js';
import { handleColumns } from '../logical/build-from.js';
import { columnsOf, isVolatile } from '../logical/expression-walk.js';
import type { LogicalPlan } from '../logical/plan.js';
import { joinSchema } from '../logical/join-condition.js';
import { correlatedIn, nodeExpressions } from '../logical/walk.js';
import type { Rule } from './rule.js';

/** Makes every operator give only the columns that something above it reads. */
export const columnPruning: Rule = {
  name: 'column_prune',
  apply(plan, _state, output) {
    prune(plan, new Set(output.map((c) => c.id)));
    return plan;
  },
};

function prune(p: LogicalPlan, needed: ReadonlySet<number>): void {
  switch (p.op) {
    case 'DataSource':
      p.schema = p.all.filter((c) => needed.has(c.id));
      if (p.dirty) keepHandle(p, needed);
      return;
    case 'MemTable': {
      const own = columnsOf(p.conditions, new Set(needed));
      p.schema = p.schema.filter((c) => own.has(c.id));
      return;
    }
    case 'Dual':
      p.schema = p.schema.filter((c) => needed.has(c.id));
      return;
    case 'CteScan':
      return;
    case 'Projection': {
      const keep = p.schema.map((c, i) => needed.has(c.id) || hasEffect(p.exprs[i]!));
      p.schema = p.schema.filter((_, i) => keep[i]);
      p.exprs = p.exprs.filter((_, i) => keep[i]);
      prune(p.children[0]!, columnsOf(p.exprs));
      return;
    }
    case 'Aggregation': {
      const keep = p.schema.map((c) => needed.has(c.id));
      p.schema = p.schema.filter((_, i) => keep[i]);
      p.aggs = p.aggs.filter((_, i) => keep[i]);
      prune(p.children[0]!, columnsOf(nodeExpressions(p)));
      return;
    }
    case 'Window': {
      const own = p.schema.slice(p.schema.length - p.functions.length);
      const below = columnsOf(nodeExpressions(p));
      for (const c of p.children[0]!.schema) if (needed.has(c.id)) below.add(c.id);
      prune(p.children[0]!, below);
      p.schema = [...p.children[0]!.schema, ...own];
      return;
    }
    case 'Expand':
    case 'JsonTable': {
      const own = p.op === 'Expand' ? [...p.columns, p.level] : p.columns;
      const below = columnsOf(nodeExpressions(p));
      for (const c of p.children[0]!.schema) if (needed.has(c.id)) below.add(c.id);
      prune(p.children[0]!, below);
      p.schema = [...p.children[0]!.schema, ...own];
      return;
    }
    case 'Join': {
      const used = columnsOf(nodeExpressions(p), new Set(needed));
      if (p.apply) for (const c of correlatedIn(p.children[1]!)) used.add(c.column.id);
      for (const c of p.children) prune(c, used);
      // The children may have been replaced since the join was made: what it gives is made of what they give now.
      const [left, right] = p.children as [LogicalPlan, LogicalPlan];
      const value =
        p.joinType === 'leftOuterSemi' || p.joinType === 'antiLeftOuterSemi' ? p.schema.slice(-1) : [];
      p.schema = joinSchema(p.joinType, left.schema, right.schema).filter((c) => needed.has(c.id));
      p.schema.push(...value);
      return;
    }
    case 'UnionAll': {
      // All children give the same columns, by position.
      const keep = p.schema.map((c) => needed.has(c.id));
      if (!keep.includes(true) && keep.length > 0) keep[0] = true;
      p.schema = p.schema.filter((_, i) => keep[i]);
      for (const c of p.children) {
        const wanted = c.schema.filter((_, i) => keep[i]);
        prune(c, new Set(wanted.map((x) => x.id)));
      }
      return;
    }
    case 'Lock': {
      const used = new Set(needed);
      for (const t of p.tables) {
        for (const h of t.handle) used.add(h.id);
        if (t.deciding !== null) for (const c of t.deciding.values()) used.add(c.id);
      }
      prune(p.children[0]!, used);
      p.schema = p.children[0]!.schema;
      return;
    }
    default: {
      const used = columnsOf(nodeExpressions(p), new Set(needed));
      prune(p.children[0]!, used);
      p.schema = p.children[0]!.schema;
    }
  }
}

/** Own writes are merged by handle: the reader gives it whatever else is asked for. */
function keepHandle(p: Extract<LogicalPlan, { op: 'DataSource' }>, needed: ReadonlySet<number>): void {
  const handles = new Set(handleColumns(p).map((c) => c.id));
  const conditions = columnsOf(p.conditions);
  p.schema = p.all.filter((c) => needed.has(c.id) || handles.has(c.id) || conditions.has(c.id));
}
/** `@a := 1` happens even when nobody reads its value. */
const hasEffect = (e: Expression): boolean => e.kind === 'function' && isVolatile(e);
