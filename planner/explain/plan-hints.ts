import type { PhysicalPlan } from '../physical/plan.js';

/** The hints that make the optimizer choose a plan again, as EXPLAIN FORMAT='hint' prints them and a binding keeps them. */
export function planHints(plan: PhysicalPlan): string[] {
  const out: string[] = [];
  collect(plan, out);
  return [...new Set(out)];
}

const BLOCK = '@`sel_1`';
const quoted = (name: string): string => `\`${name.toLowerCase().replaceAll('`', '``')}\``;

interface Source {
  readonly db: { readonly name: string };
  readonly alias: string;
}
const tableText = (s: Source): string => `${quoted(s.db.name)}.${quoted(s.alias)}`;

/** The one table that a plan reads; null for several or none. */
function onlySource(p: PhysicalPlan): Source | null {
  switch (p.op) {
    case 'TableScan':
    case 'IndexScan':
    case 'PointGet':
    case 'BatchPointGet':
      return p;
    case 'IndexLookUp':
      return onlySource(p.tablePlan);
    case 'IndexMerge':
      return onlySource(p.tablePlan);
    case 'TableReader':
    case 'IndexReader':
    case 'Selection':
    case 'Projection':
    case 'UnionScan':
      return onlySource(p.child);
    default:
      return null;
  }
}

function scanHint(p: PhysicalPlan, out: string[]): void {
  const source = onlySource(p);
  if (source === null) return;
  let scan = p.op === 'IndexLookUp' ? p.indexPlan : p;
  const pushed: string[] = [];
  while ('child' in scan) {
    if (scan.task !== 'root' && scan.op === 'Limit') pushed.push(`limit_to_cop(${BLOCK})`);
    if (scan.task !== 'root' && (scan.op === 'HashAgg' || scan.op === 'StreamAgg'))
      pushed.push(`agg_to_cop(${BLOCK})`);
    scan = scan.child;
  }
  const table = tableText(source);
  if (scan.op === 'IndexScan') {
    const index = quoted(scan.index.name);
    out.push(`use_index(${BLOCK} ${table} ${index})`);
    out.push(`${scan.keepOrder ? '' : 'no_'}order_index(${BLOCK} ${table} ${index})`);
  } else if (scan.op === 'TableScan' && scan.storeType === 'tiflash') {
    out.push(`read_from_storage(${BLOCK} tiflash[${table}])`);
  } else if (scan.op === 'TableScan') {
    out.push(`use_index(${BLOCK} ${table} )`);
    if (!scan.full || scan.keepOrder)
      out.push(`${scan.keepOrder ? '' : 'no_'}order_index(${BLOCK} ${table} \`primary\`)`);
  }
  out.push(...pushed);
}

function collect(p: PhysicalPlan, out: string[]): void {
  switch (p.op) {
    case 'TableReader':
    case 'IndexReader':
    case 'IndexLookUp':
      scanHint(p, out);
      return;
    case 'IndexMerge': {
      const source = onlySource(p.tablePlan);
      const names = p.partials.flatMap((x) => {
        let scan = x;
        while ('child' in scan) scan = scan.child;
        return scan.op === 'IndexScan'
          ? [quoted(scan.index.name)]
          : scan.op === 'TableScan'
            ? ['`primary`']
            : [];
      });
      if (source !== null) out.push(`use_index_merge(${BLOCK} ${tableText(source)} ${names.join(', ')})`);
      return;
    }
    case 'HashJoin': {
      const build = onlySource(p.build === 'left' ? p.left : p.right);
      const probe = onlySource(p.build === 'left' ? p.right : p.left);
      if (build !== null) out.push(`hash_join_build(${BLOCK} ${tableText(build)})`);
      else if (probe !== null) out.push(`hash_join_probe(${BLOCK} ${tableText(probe)})`);
      break;
    }
    case 'IndexJoin': {
      const inner = onlySource(p.outer === 'left' ? p.right : p.left);
      if (inner !== null) out.push(`inl_join(${BLOCK} ${tableText(inner)})`);
      break;
    }
    case 'HashAgg':
      out.push(`hash_agg(${BLOCK})`);
      break;
    case 'StreamAgg':
      out.push(`stream_agg(${BLOCK})`);
      break;
    default:
      break;
  }
  for (const c of below(p)) collect(c, out);
}

function below(p: PhysicalPlan): readonly PhysicalPlan[] {
  if ('left' in p && 'right' in p) return [p.left, p.right];
  if (p.op === 'UnionAll') return p.children;
  if (p.op === 'Insert') return p.select === null ? [] : [p.select];
  return 'child' in p ? [p.child] : [];
}
