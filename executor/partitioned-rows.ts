import type { Chunk, ChunkSource } from '../chunk/chunk.js';
import type { Handle } from '../kv/codec/table-key.js';
import type { PhysicalPlan } from '../planner/physical/plan.js';
import { sendCop } from './cop-reader.js';
import type { ExecContext } from './exec-context.js';
import { compareHandles, recordRanges } from './handle-reader.js';

/** The rows that entries of a global index point to: each in the partition that its entry names, in the last column. */
export class PartitionedRows {
  private readonly plans = new Map<number, PhysicalPlan>();

  constructor(
    private readonly tablePlan: PhysicalPlan,
    private readonly ctx: ExecContext,
  ) {}

  /** In the order of the entries where it is to be kept, else partition by partition. */
  rows(
    entries: Chunk,
    handles: readonly Handle[],
    order: { readonly keepOrder: boolean; readonly desc: boolean },
  ): ChunkSource {
    const ids = entries.columns[entries.columns.length - 1]!;
    const groups: { id: number; handles: Handle[] }[] = [];
    const byId = new Map<number, Handle[]>();
    for (let k = 0; k < handles.length; k++) {
      const id = Number(ids.get(entries.sel === null ? k : entries.sel[k]!));
      let group = order.keepOrder ? undefined : byId.get(id);
      const last = groups[groups.length - 1];
      if (order.keepOrder && last !== undefined && last.id === id) group = last.handles;
      if (group === undefined) {
        group = [];
        groups.push({ id, handles: group });
        byId.set(id, group);
      }
      group.push(handles[k]!);
    }
    if (!order.keepOrder) for (const g of groups) g.handles.sort(compareHandles);
    return new OneAfterAnother(
      groups.map((g) => () => {
        return sendCop(this.planOf(g.id), recordRanges(g.id, g.handles), order, this.ctx);
      }),
    );
  }

  private planOf(id: number): PhysicalPlan {
    let plan = this.plans.get(id);
    if (plan === undefined) this.plans.set(id, (plan = overPartition(this.tablePlan, id)));
    return plan;
  }
}

/** The cop plan with its scan over one partition. */
function overPartition(plan: PhysicalPlan, physicalId: number): PhysicalPlan {
  if (plan.op === 'TableScan') return { ...plan, physicalId };
  if (!('child' in plan)) throw new Error(`${plan.op} over rows of a global index`);
  return { ...plan, child: overPartition(plan.child, physicalId) } as PhysicalPlan;
}

class OneAfterAnother implements ChunkSource {
  private current: ChunkSource | null = null;
  private at = 0;

  constructor(private readonly sources: readonly (() => ChunkSource)[]) {}

  async next(): Promise<Chunk | null> {
    for (;;) {
      if (this.current === null) {
        const make = this.sources[this.at++];
        if (make === undefined) return null;
        this.current = make();
      }
      const chunk = await this.current.next();
      if (chunk !== null) return chunk;
      await this.current.close();
      this.current = null;
    }
  }

  async close(): Promise<void> {
    await this.current?.close();
    this.current = null;
    this.at = this.sources.length;
  }
}
