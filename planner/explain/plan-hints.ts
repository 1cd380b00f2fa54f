import type { TableLabel } from '../logical/plan.js';
import type { PhysicalPlan } from '../physical/plan.js';

/**
 * The hints that make the optimizer choose a plan again, as EXPLAIN FORMAT='hint' prints them and a binding keeps them. All of them
 * may stand in the outermost block: each names the block that it is about.
 */
export function planHints(plan: PhysicalPlan): string[] {
  const hints = new PlanHints(plan);
  hints.collect(plan, false);
  return [...new Set(hints.out)];
}

type Join = Extract<PhysicalPlan, { readonly op: 'HashJoin' | 'MergeJoin' | 'IndexJoin' | 'Apply' }>;
type Scan = Extract<PhysicalPlan, { readonly labels?: readonly TableLabel[] }>;

const quoted = (name: string): string => `\`${name.toLowerCase().replaceAll('`', '``')}\``;
const isJoin = (p: PhysicalPlan): p is Join =>
  p.op === 'HashJoin' || p.op === 'MergeJoin' || p.op === 'IndexJoin' || p.op === 'Apply';
const same = (a: TableLabel, b: TableLabel): boolean =>
  a.block === b.block && a.alias === b.alias && a.db === b.db;
const tableText = (t: TableLabel): string =>
  t.db === null ? quoted(t.alias) : `${quoted(t.db)}.${quoted(t.alias)}`;

/** The plans that a plan reads; of those that fetch rows by handle the one that says how the table is read. */
function below(p: PhysicalPlan): readonly PhysicalPlan[] {
  if ('left' in p && 'right' in p) return [p.left, p.right];
  if (p.op === 'UnionAll') return p.children;
  if (p.op === 'IndexLookUp') return [p.indexPlan];
  if (p.op === 'IndexMerge') return [p.tablePlan];
  if (p.op === 'Insert') return p.select === null ? [] : [p.select];
  return 'child' in p ? [p.child] : [];
}

class PlanHints {
  readonly out: string[] = [];
  /** Block of the statement itself where it is no SELECT. */
  private readonly own: string;
  private readonly leaves: readonly Scan[];
  private readonly ctes = new Set<number>();
  /** Joins whose order a hint tells already. */
  private readonly ordered = new Set<PhysicalPlan>();

  constructor(plan: PhysicalPlan) {
    this.own = plan.op === 'Update' ? 'upd_1' : plan.op === 'Delete' ? 'del_1' : 'ins_1';
    this.leaves = leavesOf(plan);
  }

  private blockText(block: number): string {
    return `@\`${block === 0 ? this.own : `sel_${block}`}\``;
  }

  /** `inStore`: below a reader. */
  collect(p: PhysicalPlan, inStore: boolean): void {
    if (isJoin(p)) {
      this.joinMethod(p);
      this.joinOrder(p);
    } else if (p.op === 'HashAgg' || p.op === 'StreamAgg') this.aggregation(p, inStore);
    else if (p.op === 'CteRef') this.commonTable(p);
    else if (p.op === 'Limit' && inStore) this.pushedLimit(p);
    else if (
      p.op === 'TableReader' ||
      p.op === 'IndexReader' ||
      p.op === 'IndexLookUp' ||
      p.op === 'IndexMerge'
    ) {
      this.access(p);
      for (const c of below(p)) this.collect(c, true);
      if (p.op === 'IndexLookUp') this.collect(p.tablePlan, true);
      return;
    }
    for (const c of below(p)) this.collect(c, inStore);
  }

  private commonTable({ cte }: Extract<PhysicalPlan, { op: 'CteRef' }>): void {
    if (this.ctes.has(cte.id)) return;
    this.ctes.add(cte.id);
    this.collect(cte.seed, false);
    if (cte.recursive !== null) this.collect(cte.recursive, false);
  }

  private aggregation(p: Extract<PhysicalPlan, { op: 'HashAgg' | 'StreamAgg' }>, inStore: boolean): void {
    if (p.block === undefined || p.block < 0) return;
    const block = this.blockText(p.block);
    this.out.push(`${p.op === 'HashAgg' ? 'hash_agg' : 'stream_agg'}(${block})`);
    if (inStore) this.out.push(`agg_to_cop(${block})`);
  }

  private pushedLimit(p: PhysicalPlan): void {
    const label = leavesOf(p)[0]?.labels?.[0];
    if (label !== undefined && label.block >= 0)
      this.out.push(`limit_to_cop(${this.blockText(label.block)})`);
  }

  private access(
    p: Extract<PhysicalPlan, { op: 'TableReader' | 'IndexReader' | 'IndexLookUp' | 'IndexMerge' }>,
  ): void {
    const scan = leavesOf(p)[0];
    const label = scan?.labels?.[0];
    if (scan === undefined || label === undefined || label.block < 0) return;
    const table = `${this.blockText(label.block)} ${tableText(label)}`;
    if (p.op === 'IndexMerge') {
      const names = p.partials.map((x) => {
        const part = leavesOf(x)[0];
        return part?.op === 'IndexScan' ? quoted(part.index.name) : '`primary`';
      });
      this.out.push(`use_index_merge(${table} ${names.join(', ')})`);
    } else if (scan.op === 'IndexScan') {
      const index = quoted(scan.index.name);
      this.out.push(
        `use_index(${table} ${index})`,
        `${scan.keepOrder ? '' : 'no_'}order_index(${table} ${index})`,
      );
    } else if (scan.op === 'TableScan' && scan.storeType === 'tiflash') {
      this.out.push(`read_from_storage(${this.blockText(label.block)} tiflash[${tableText(label)}])`);
    } else if (scan.op === 'TableScan') {
      this.out.push(`use_index(${table} )`);
      if (scan.table.pkIsHandle || scan.table.isCommonHandle)
        this.out.push(`${scan.keepOrder ? '' : 'no_'}order_index(${table} \`primary\`)`);
    }
  }

  private joinMethod(p: Join): void {
    switch (p.op) {
      case 'HashJoin': {
        const [build, probe] = p.build === 'left' ? [p.left, p.right] : [p.right, p.left];
        if (p.joinType !== 'inner' && p.joinType !== 'leftOuter' && p.joinType !== 'rightOuter')
          this.method('hash_join', probe, build);
        else if (!this.method('hash_join_build', build)) this.method('hash_join_probe', probe);
        return;
      }
      case 'MergeJoin':
        this.method('merge_join', p.left, p.right);
        return;
      case 'IndexJoin':
        this.method(p.hashed === true ? 'inl_hash_join' : 'inl_join', p.outer === 'left' ? p.right : p.left);
        return;
      default:
    }
  }

  /** A hint that names the first of the sides that has a name. */
  private method(hint: string, ...sides: readonly PhysicalPlan[]): boolean {
    for (const side of sides) {
      const label = this.nameOf(side);
      if (label === null) continue;
      this.out.push(`${hint}(${this.blockText(label.block)} ${tableText(label)})`);
      return true;
    }
    return false;
  }

  /** The name by which a query block knows all that a side reads and nothing else. */
  private nameOf(side: PhysicalPlan): TableLabel | null {
    const inside = leavesOf(side);
    const [first, ...rest] = inside;
    for (const label of first?.labels ?? []) {
      if (label.block < 0) continue;
      const has = (l: Scan): boolean => l.labels?.some((x) => same(x, label)) === true;
      if (rest.every(has) && !this.leaves.some((l) => !inside.includes(l) && has(l))) return label;
    }
    return null;
  }

  /** The order of joins that add one named relation after the other. */
  private joinOrder(root: Join): void {
    const order: TableLabel[] = [];
    let at: PhysicalPlan = root;
    for (;;) {
      while (at.op === 'Projection' || at.op === 'Selection') at = at.child;
      if (!isReorderable(at)) break;
      if (this.ordered.has(at)) return;
      this.ordered.add(at);
      const left: TableLabel | null = this.nameOf(at.left);
      const right: TableLabel | null = this.nameOf(at.right);
      if (left !== null && right !== null) {
        order.push(right, left);
        at = at.left;
        break;
      }
      const added = right ?? left;
      if (added === null) break;
      order.push(added);
      at = right !== null ? at.left : at.right;
    }
    if (order.length < 2) return;
    order.reverse();
    const block = Math.min(...order.map((t) => t.block));
    const names = order.map((t) => `${tableText(t)}${t.block === block ? '' : this.blockText(t.block)}`);
    this.out.push(`leading(${this.blockText(block)} ${names.join(', ')})`);
  }
}

const isReorderable = (p: PhysicalPlan): p is Exclude<Join, { op: 'Apply' }> =>
  isJoin(p) &&
  p.op !== 'Apply' &&
  (p.joinType === 'inner' || p.joinType === 'leftOuter' || p.joinType === 'rightOuter');

/** The scans of a plan. */
function leavesOf(p: PhysicalPlan): Scan[] {
  switch (p.op) {
    case 'TableScan':
    case 'IndexScan':
    case 'PointGet':
    case 'BatchPointGet':
    case 'MemTableScan':
    case 'CteRef':
      return [p];
    default:
      return below(p).flatMap(leavesOf);
  }
}
