import type { Expression } from '../../../expression/expression.js';
import { encodeUtf8 } from '../../../types/charset.js';
import { Work } from '../../cost/work.js';
import type { MemTable } from '../../logical/plan.js';
import { scanTakes } from '../mem-table-conditions.js';
import type { Optimizer } from '../optimizer.js';
import type { PhysicalPlan } from '../plan.js';
import type { Property, RootTask } from '../task.js';
import { selectionOver } from './scan.js';

/** A condition with the name of the current database for DATABASE(): plans over virtual tables serve one execution. */
function withDatabase(opt: Optimizer, e: Expression): Expression {
  if (e.kind !== 'function') return e;
  if (e.name !== 'database' && e.name !== 'schema')
    return { ...e, args: e.args.map((a) => withDatabase(opt, a)) };
  const { currentDatabase } = opt.ctx;
  if (currentDatabase === '') return e;
  return { kind: 'constant', type: e.type, value: encodeUtf8(currentDatabase) };
}

export function implementMemTable(opt: Optimizer, p: MemTable, prop: Property): RootTask | null {
  // Its rows come in no order.
  if (prop.order.length > 0) return null;
  const columns = p.schema.map((c) => p.infos.get(c.id)!);
  const rows = opt.stats(p).rows;
  const conditions = p.conditions.map((c) => withDatabase(opt, c));
  const taken = conditions.filter((c) => p.sample === undefined && scanTakes(p.table.name, c));
  const rest = conditions.filter((c) => !taken.includes(c));
  const scan: PhysicalPlan = {
    op: 'MemTableScan',
    id: opt.nextId(),
    schema: p.schema,
    estRows: rows,
    task: 'root',
    db: p.db,
    table: p.table,
    ...(p.labels === undefined ? {} : { labels: p.labels }),
    columns,
    conditions: taken,
    ...(p.sample === undefined ? {} : { sample: p.sample }),
  };
  const work = new Work().add('scanRow', rows);
  let task: RootTask = { kind: 'root', plan: work.on(scan), rows, cost: work.total };
  if (rest.length > 0)
    task = opt.over(
      task,
      selectionOver(opt, task.plan, rest, rows * 0.8),
      rows * 0.8,
      new Work().add('filterRow', rows),
    );
  return task;
}
