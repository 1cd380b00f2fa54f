import { COST } from '../../cost/factors.js';
import { Work } from '../../cost/work.js';
import { idsOf } from '../../logical/expression-walk.js';
import { correlatedIn } from '../../logical/walk.js';
import type { Join } from '../../logical/plan.js';
import type { Optimizer } from '../optimizer.js';
import type { Apply, HashJoin } from '../plan.js';
import { ANY, readsColumns, rowScale, type Property, type RootTask, type Task } from '../task.js';
import { conditionsOf, outputOf } from './join-parts.js';
import { NO_WISH, type JoinMethod, type JoinWish, type Side } from '../../hints/join-hints.js';
import { indexJoins } from './index-join.js';
import { mergeJoins } from './merge-join.js';
import { streamed, streamedRows } from './streamed.js';

const methodOf = (t: RootTask): JoinMethod | null =>
  t.plan.op === 'IndexJoin'
    ? t.plan.hashed === true
      ? 'IndexHashJoin'
      : 'IndexJoin'
    : t.plan.op === 'HashJoin' || t.plan.op === 'MergeJoin'
      ? t.plan.op
      : null;

export function implementJoin(opt: Optimizer, p: Join, prop: Property): Task | null {
  if (p.apply) return applyTask(opt, p, prop);
  const wish = opt.state.joinHints?.wishFor(p) ?? NO_WISH;
  const { methods, forbidden } = feasible(opt, p, wish) ? wish : NO_WISH;
  const options: RootTask[] = [];
  if (prop.order.length === 0)
    options.push(...hashJoins(opt, p, prop, methods.length === 0 ? null : wish.build));
  options.push(...indexJoins(opt, p, prop, wish), ...mergeJoins(opt, p, prop, methods.includes('MergeJoin')));
  const allowed = options.filter((o) => !forbidden.has(methodOf(o)!));
  // Sorting above a join of another kind is the way to an order then.
  if (prop.order.length > 0 && allowed.length < options.length && allowed.length === 0) return null;
  const usable = allowed.length > 0 ? allowed : options;
  if (methods.length > 0) {
    const preferred = usable.filter((o) => methods.includes(methodOf(o)!));
    if (preferred.length > 0) return opt.cheapest(preferred);
    if (prop.order.length > 0) return null;
    if (!methods.includes('MergeJoin')) opt.state.joinHints!.inapplicable(wish);
  }
  return usable.length === 0 ? null : opt.cheapest(usable);
}

/** TiDB's parallel joins build the inner side where it is fixed, whichever way their input is dealt out. */
const NOT_PARALLEL =
  'Some HASH_JOIN_BUILD and HASH_JOIN_PROBE hints cannot be utilized for MPP joins, please check the hints';

/** Whether the side that hints want built can be; tells of hints that it cannot follow (TiDB's limits of the join's versions). */
function feasible(opt: Optimizer, p: Join, wish: JoinWish): boolean {
  if (wish.build === null) return true;
  const legacy = opt.ctx.variable('tidb_hash_join_version').toLowerCase() === 'legacy';
  const outer = p.joinType === 'inner' ? null : p.joinType === 'rightOuter' ? 'right' : 'left';
  const parallel = wish.build === outer ? [NOT_PARALLEL] : [];
  const refusal = unbuildable(p, legacy);
  opt.state.joinHints!.warnOnce(p, [...parallel, ...(refusal === null ? [] : [refusal]), ...parallel]);
  if (refusal !== null) return wish.build === 'right';
  return (p.joinType !== 'semi' && p.joinType !== 'antiSemi') || !p.nullAware || wish.build === 'right';
}

/** Why hints cannot choose what a join builds; null: they can. */
function unbuildable(p: Join, legacy: boolean): string | null {
  switch (p.joinType) {
    case 'leftOuterSemi':
    case 'antiLeftOuterSemi': {
      const name = p.joinType === 'leftOuterSemi' ? 'left outer semi' : 'anti left outer semi';
      return (
        `HASH_JOIN_BUILD and HASH_JOIN_PROBE hints are not supported for ${name} join because the build side is fixed. ` +
        'Please remove these hints'
      );
    }
    case 'semi':
    case 'antiSemi': {
      if (!legacy) return null;
      const name = p.joinType === 'semi' ? 'semi' : 'anti semi';
      return (
        `The HASH_JOIN_BUILD and HASH_JOIN_PROBE hints are not supported for ${name} join with hash join version 1. ` +
        'Please remove these hints'
      );
    }
    default:
      return null;
  }
}

function hashJoins(opt: Optimizer, p: Join, prop: Property, wished: Side | null): RootTask[] {
  const left = opt.findRoot(p.children[0]!, ANY);
  const right = opt.findRoot(p.children[1]!, ANY);
  const sides: Side[] = [];
  if (wished !== null) sides.push(wished);
  else
    switch (p.joinType) {
      case 'inner':
      case 'leftOuter':
      case 'rightOuter':
        sides.push(left.rows < right.rows ? 'left' : 'right');
        break;
      case 'semi':
      case 'antiSemi':
        // A small left side that is built keeps most rows of a large right from leaving their scan, where that reads columns.
        sides.push(
          !p.nullAware && readsColumns(left) && readsColumns(right) && left.rows < right.rows
            ? 'left'
            : 'right',
        );
        break;
      default:
        sides.push('right');
    }
  const preserved: Side = p.joinType === 'rightOuter' ? 'right' : 'left';
  return sides.map((build) => {
    const [b, whole] = build === 'left' ? [left, right] : [right, left];
    const probe = p.children[build === 'left' ? 1 : 0]!;
    // Rows that a join keeps though they match nothing come last when they are built.
    const streams = p.joinType === 'inner' || build !== preserved;
    const first = streamed(opt, p, probe, prop);
    const q = streams && first.limit !== Infinity ? opt.findRoot(probe, first) : whole;
    const rows = streamedRows(opt, p, probe, q.rows);
    const work = new Work().input(b).input(q).add('open');
    const columnar = b.columnar === true && q.columnar === true;
    const kept = !columnar && readsColumns(b) && readsColumns(q);
    // Rows of a columnar probe side that match nothing do not leave their scan.
    work
      .add('hashBuildRow', b.rows, rowScale(b))
      .add('hashBuildColumn', b.rows * b.plan.schema.length, rowScale(b))
      .add('hashProbeRow', q.rows, rowScale(q))
      .add('joinOutputRow', rows, columnar || kept ? COST.columnar : 1);
    if (p.eq.length === 0) work.add('filterRow', b.rows * q.rows);
    const [l, r] = build === 'left' ? [b, q] : [q, b];
    const plan: HashJoin = {
      op: 'HashJoin',
      id: opt.nextId(),
      schema: outputOf(p, l.plan.schema, r.plan.schema),
      estRows: rows,
      task: 'root',
      left: l.plan,
      right: r.plan,
      ...conditionsOf(p),
      leftKeys: p.eq.map((k) => k.left),
      rightKeys: p.eq.map((k) => k.right),
      nullEq: p.eq.map((k) => k.nullEq),
      build,
      nullAware: p.nullAware,
    };
    return {
      kind: 'root' as const,
      plan: work.on(plan),
      rows,
      cost: work.total,
      ...(columnar ? { columnar } : {}),
      ...(kept ? { kept } : {}),
    };
  });
}

/** Nested evaluation of a right side that reads the left row. */
function applyTask(opt: Optimizer, p: Join, prop: Property): Task | null {
  const leftIds = idsOf(p.children[0]!.schema);
  if (!prop.order.every((o) => leftIds.has(o.column.id))) return null;
  const left = opt.tryFindRoot(p.children[0]!, streamed(opt, p, p.children[0]!, prop));
  if (left === null) return null;
  const right = opt.findRoot(p.children[1]!, ANY);
  const rows = streamedRows(opt, p, p.children[0]!, left.rows);
  const work = new Work()
    .input(left)
    .input(right, left.rows)
    .add('applyRun', left.rows)
    .add('joinOutputRow', rows);
  const correlated: Apply['correlated'][number][] = [];
  for (const c of correlatedIn(p.children[1]!)) {
    if (!leftIds.has(c.column.id) || correlated.some((x) => x.cell === c.cell)) continue;
    correlated.push({ cell: c.cell, outer: c.column });
  }
  const plan: Apply = {
    op: 'Apply',
    id: opt.nextId(),
    schema: outputOf(p, left.plan.schema, right.plan.schema),
    estRows: rows,
    task: 'root',
    left: left.plan,
    right: right.plan,
    ...conditionsOf(p),
    leftKeys: p.eq.map((k) => k.left),
    rightKeys: p.eq.map((k) => k.right),
    nullEq: p.eq.map((k) => k.nullEq),
    nullAware: p.nullAware,
    correlated,
  };
  return { kind: 'root', plan: work.on(plan), rows, cost: work.total };
}
