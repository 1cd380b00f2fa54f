import { Work } from '../../cost/work.js';
import type { DataSource } from '../../logical/plan.js';
import type { Optimizer } from '../optimizer.js';
import type { ReadPartitions, UnionScan } from '../plan.js';
import type { OrderItem, RootTask } from '../task.js';
import { partitionIdsOf, physicalIdOf } from './scan.js';

/**
 * Whether rows of a global index's reader can be told from the transaction's own: by their handles, unless EXCHANGE PARTITION
 * brought hidden ones that other partitions have, too.
 */
export const handlesTell = ({ table, dirty }: DataSource): boolean =>
  !dirty || table.foreignHandles !== true || table.pkIsHandle || table.isCommonHandle;

/** Puts the transaction's own writes over a reader. */
export function withOwnWrites(
  opt: Optimizer,
  ds: DataSource,
  reader: RootTask,
  order: readonly OrderItem[],
  partitions: ReadPartitions | undefined,
  global: boolean,
): RootTask {
  const { plan } = reader;
  const union: UnionScan = {
    op: 'UnionScan',
    id: opt.nextId(),
    schema: plan.schema,
    estRows: reader.rows,
    task: 'root',
    child: plan,
    ...(partitions === undefined ? {} : { partitions }),
    table: ds.table,
    physicalId: physicalIdOf(ds),
    ...(global ? { physicalIds: partitionIdsOf(opt, ds) } : {}),
    conditions: ds.conditions,
    columns: plan.schema.map((c) => ds.infos.get(c.id) ?? null),
    keepOrder: order.map((o) => ({ expr: o.column, desc: o.desc })),
  };
  return opt.over(reader, union, reader.rows, new Work().add('filterRow', reader.rows));
}
