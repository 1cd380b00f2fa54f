import { Chunk } from '../../chunk/chunk.js';
import { GroupTable } from '../../chunk/group-key.js';
import type { AggFunc, Expression } from '../../expression/expression.js';
import type { HashAgg, StreamAgg } from '../../planner/physical/plan.js';
import type { FieldType } from '../../types/field-type.js';
import { Aggregation } from '../aggregation.js';
import type { ExecContext } from '../exec-context.js';
import type { FewRows } from './few-rows.js';
import { now } from './pipeline.js';

/** GROUP BY and aggregates of all rows. Groups come in the order of their first rows. */
export class FewAggregated implements FewRows {
  private readonly groupBy: readonly Expression[];
  private readonly types: readonly FieldType[];
  private readonly aggs: readonly AggFunc[];

  constructor(
    private readonly child: FewRows,
    plan: HashAgg | StreamAgg,
  ) {
    const determinants = plan.op === 'HashAgg' ? plan.determinants : undefined;
    this.groupBy = determinants === undefined ? plan.groupBy : determinants.map((i) => plan.groupBy[i]!);
    this.types = this.groupBy.map((e) => e.type);
    this.aggs = plan.aggs;
  }

  rows(ctx: ExecContext): Chunk {
    const chunk = this.child.rows(ctx, Infinity);
    const aggregation = new Aggregation(this.groupBy, this.aggs, ctx.eval);
    let groups = this.types.length === 0 ? 1 : 0;
    let ids: Int32Array | null = null;
    if (chunk.rows > 0) {
      const inputs = now(aggregation.inputs(chunk));
      if (groups === 0) {
        const table = new GroupTable(this.types);
        ids = groupIds(table, inputs.keys, inputs.chunk);
        groups = table.size;
      }
      aggregation.resize(groups);
      aggregation.update(ids, inputs);
    } else aggregation.resize(groups);
    return new Chunk(aggregation.result(0, groups), groups);
  }
}

/** The group of each physical row that counts. */
function groupIds(table: GroupTable, keys: Chunk['columns'], { sel, rows, length }: Chunk): Int32Array {
  const packed = new Int32Array(rows);
  table.assign(keys, sel, rows, packed);
  if (sel === null) return packed;
  const ids = new Int32Array(length);
  for (let k = 0; k < rows; k++) ids[sel[k]!] = packed[k]!;
  return ids;
}
