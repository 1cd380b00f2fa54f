import type { PhysicalPlan } from '../physical/plan.js';
import { operatorName } from './operator-info.js';

/** A plan as a graph for Graphviz: a cluster for the root's operators, one for each part that runs in the store. */
export function dot(root: PhysicalPlan): string {
  return `\ndigraph ${nameOf(root)} {\n${cluster(root, 'root')}}\n`;
}

const nameOf = (p: PhysicalPlan): string => `${operatorName(p)}_${p.id}`;
const edge = (from: PhysicalPlan, to: PhysicalPlan): string => `"${nameOf(from)}" -> "${nameOf(to)}"\n`;

function cluster(p: PhysicalPlan, label: string): string {
  let out = `subgraph cluster${p.id}{\nnode [style=filled, color=lightgrey]\ncolor=black\nlabel = "${label}"\n`;
  const queue: PhysicalPlan[] = [p];
  if (sameTask(p).length === 0) {
    out += `"${nameOf(p)}"\n`;
    if (label === 'cop') return `${out}}\n`;
  }
  const tasks: PhysicalPlan[] = [];
  let pipelines = '';
  for (let current = queue.shift(); current !== undefined; current = queue.shift()) {
    for (const t of storeTasks(current)) {
      pipelines += edge(current, t);
      tasks.push(t);
    }
    for (const c of sameTask(current)) {
      out += edge(current, c);
      queue.push(c);
    }
  }
  out += '}\n';
  for (const t of tasks) out += cluster(t, 'cop');
  return out + pipelines;
}

/** What a reader has the store do. */
function storeTasks(p: PhysicalPlan): readonly PhysicalPlan[] {
  switch (p.op) {
    case 'TableReader':
    case 'IndexReader':
      return [p.child];
    case 'IndexLookUp':
      return [p.tablePlan, p.indexPlan];
    case 'IndexMerge':
      return [...p.partials, p.tablePlan];
    default:
      return [];
  }
}

/** Children in the same place: of a reader none. */
function sameTask(p: PhysicalPlan): readonly PhysicalPlan[] {
  if (storeTasks(p).length > 0) return [];
  if ('left' in p && 'right' in p) return [p.left, p.right];
  if (p.op === 'UnionAll') return p.children;
  if (p.op === 'Insert') return p.select === null ? [] : [p.select];
  return 'child' in p ? [p.child] : [];
}
