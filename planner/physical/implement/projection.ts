import type { Column, Expression } from '../../../expression/expression.js';
import { Work } from '../../cost/work.js';
import type { Projection as LogicalProjection } from '../../logical/plan.js';
import { overHeldColumns } from '../access-path.js';
import { throughProjection, type Optimizer } from '../optimizer.js';
import type { PhysicalPlan, Projection } from '../plan.js';
import { rowScale, type Property, type RootTask, type Task } from '../task.js';

/** A projection on top of a task. */
export function projectionOver(
  opt: Optimizer,
  task: RootTask,
  exprs: readonly Expression[],
  schema: readonly Column[],
  work?: Work,
): RootTask {
  return opt.over(task, projectionOf(opt, task, exprs, schema), task.rows, work);
}

const projectionOf = (
  opt: Optimizer,
  task: RootTask,
  exprs: readonly Expression[],
  schema: readonly Column[],
): Projection => ({
  op: 'Projection',
  id: opt.nextId(),
  schema,
  estRows: task.rows,
  task: 'root',
  child: task.plan,
  exprs,
});

/** Only these columns of a task; one that `restores` stays an operator of its own. */
export function trim(opt: Optimizer, task: RootTask, schema: readonly Column[], restores = false): RootTask {
  const plan = projectionOf(opt, task, [...schema], schema);
  return opt.over(task, restores ? { ...plan, restores } : plan, task.rows);
}

/** A plan whose columns are exactly these: scans may carry more than was asked for. */
export function exactColumns(
  opt: Optimizer,
  t: RootTask,
  p: { readonly schema: readonly Column[] },
): PhysicalPlan {
  const { schema } = t.plan;
  if (schema.length === p.schema.length && schema.every((c, i) => c.id === p.schema[i]!.id)) return t.plan;
  return trim(opt, t, p.schema).plan;
}

export function implementProjection(opt: Optimizer, p: LogicalProjection, prop: Property): Task | null {
  const [source] = p.children;
  const plain = projected(opt, p, prop);
  const options = plain === null ? [] : [plain];
  if (source?.op === 'DataSource' && source.virtuals.length > 0) {
    for (const held of overHeldColumns(opt.ctx, source, p.exprs)) {
      const task = projected(opt, { ...p, children: [held.source], exprs: held.exprs }, prop);
      if (task !== null) options.push(task);
    }
  }
  return options.length === 0 ? null : opt.cheapest(options);
}

function projected(opt: Optimizer, p: LogicalProjection, prop: Property): Task | null {
  const order = throughProjection(prop.order, p.exprs, p.schema, p.children[0]!);
  if (order === null) return null;
  const root = opt.tryFindRoot(p.children[0]!, { order, limit: prop.limit });
  if (root === null) return null;
  const same =
    p.exprs.length === root.plan.schema.length &&
    p.exprs.every((e, i) => e.kind === 'column' && e.id === root.plan.schema[i]!.id);
  if (same && p.exprs.every((e, i) => (e as { id: number }).id === p.schema[i]!.id)) return root;
  const computed = p.exprs.filter((e) => e.kind !== 'column').length;
  const work = new Work().add('projectRow', root.rows * computed, rowScale(root));
  return projectionOver(opt, root, p.exprs, p.schema, work);
}
