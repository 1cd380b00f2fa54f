import { durationText } from './duration-text.js';
import { withShortLists } from '../../expression/explain.js';
import type { CteDefinition, PhysicalPlan } from '../physical/plan.js';
import { bytesText, encodeBinaryPlan } from '../../expression/binary-plan.js';
import { binaryPlan } from './binary.js';
import { dot } from './dot.js';
import type { ForeignKeyStep } from './foreign-keys.js';
import { PlanCosts } from './plan-costs.js';
import { planHints } from './plan-hints.js';
import { children, planInputs } from './plan-tree.js';
import { accessObject, figuresOf, operatorInfo, operatorName, type IdText } from './operator-info.js';

export type ExplainFormat =
  'row' | 'brief' | 'verbose' | 'tree' | 'dot' | 'json' | 'hint' | 'cost_trace' | 'binary';

/** Actual figures of operators, as the executor's RuntimeStats keeps them. */
export interface ActualFigures {
  of(plan: PhysicalPlan): {
    readonly rows: number;
    readonly loops: number;
    readonly timeMs: number;
    readonly memoryBytes: number;
    readonly diskBytes: number;
    readonly extra: ReadonlyMap<string, string>;
  };
}

export interface ExplainTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One operator of the tree with its glyphs. */
interface Line {
  readonly prefix: string;
  readonly label: string;
  readonly plan: PhysicalPlan;
  /** How often the operator is run: its estimates are of one run, its actual figures of all. */
  readonly times: number;
  /** Rows that stand for a CTE, which is no operator of its own. */
  readonly cte?: CteDefinition;
}

function flatten(
  p: PhysicalPlan,
  own: string,
  below: string,
  label: string,
  times: number,
  out: Line[],
  ctes: CteDefinition[],
  inCte: number,
  followed = false,
): void {
  out.push({ prefix: own, label, plan: p, times });
  if (p.op === 'CteRef' && p.cte.id !== inCte && !ctes.some((c) => c.id === p.cte.id)) ctes.push(p.cte);
  const list = children(p);
  list.forEach((c, i) => {
    const last = i === list.length - 1 && !followed;
    flatten(
      c.plan,
      `${below}${last ? '└─' : '├─'}`,
      `${below}${last ? '  ' : '│ '}`,
      c.label,
      times * (c.times ?? 1),
      out,
      ctes,
      inCte,
    );
  });
}

function lines(root: PhysicalPlan, followed: boolean): Line[] {
  const out: Line[] = [];
  const ctes: CteDefinition[] = [];
  flatten(root, '', '', '', 1, out, ctes, 0, followed);
  for (let i = 0; i < ctes.length; i++) {
    const cte = ctes[i]!;
    out.push({ prefix: '', label: '', plan: cte.seed, times: 1, cte });
    const seedLast = cte.recursive === null;
    flatten(cte.seed, seedLast ? '└─' : '├─', seedLast ? '  ' : '│ ', '(Seed Part)', 1, out, ctes, cte.id);
    if (cte.recursive !== null) flatten(cte.recursive, '└─', '  ', '(Recursive Part)', 1, out, ctes, cte.id);
  }
  return out;
}

/** Expressions without the numbers of derived columns: what plan_tree prints. */
const withoutNumbers = (text: string): string => text.replace(/Column#\d+/g, 'Column');

const isDml = (p: PhysicalPlan): boolean => p.op === 'Insert' || p.op === 'Update' || p.op === 'Delete';

/** Operators up to which a plan is kept with the statement that had it. */
const KEPT_OPERATORS = 400;

/** Whether a plan has more operators than are kept: thousands (a UNION of as many) would be written for a good part of a second. */
export function isLarge(root: PhysicalPlan): boolean {
  const open = [root];
  for (let seen = 1; seen <= KEPT_OPERATORS; seen++) {
    const p = open.pop();
    if (p === undefined) return false;
    open.push(...planInputs(p));
  }
  return true;
}

/** The rows of EXPLAIN as they are kept of a statement that has run: long lists are cut, and there are none of a large plan. */
export const recordedRows = (
  planned: { readonly plan: PhysicalPlan },
  format: ExplainFormat,
): ExplainTable['rows'] =>
  isLarge(planned.plan) ? [] : withShortLists(() => explainRows(planned, format).rows);

/** Operators of a plan and what they read, a line each, the root first. */
export function planOutline(root: PhysicalPlan): string[] {
  const lines: string[] = [];
  const open = [root];
  for (let p = open.pop(); p !== undefined; p = open.pop()) {
    lines.push(`${operatorName(p)}|${p.task}|${accessObject(p)}`);
    open.push(...planInputs(p).reverse());
  }
  return lines;
}

/** The binary plan of a statement that has run, with long lists cut. */
export const recordedBinary = (planned: { readonly plan: PhysicalPlan }): string =>
  isLarge(planned.plan)
    ? encodeBinaryPlan({ discardedDueToTooLong: true })
    : withShortLists(() => binaryPlan(planned.plan));

/** EXPLAIN's result. With `stats`, EXPLAIN ANALYZE's. */
export function explainRows(
  planned: { readonly plan: PhysicalPlan },
  format: ExplainFormat,
  stats?: ActualFigures,
  steps: readonly ForeignKeyStep[] = [],
): ExplainTable {
  const root = planned.plan;
  if (format === 'hint') return { columns: ['hint'], rows: [[planHints(root).join(', ')]] };
  if (format === 'binary') return { columns: ['binary plan'], rows: [[binaryPlan(root, stats)]] };
  if (format === 'dot') return { columns: ['dot contents'], rows: [[dot(root)]] };
  if (format === 'json')
    return { columns: ['TiDB_JSON'], rows: [[JSON.stringify([json(root, stats)], null, 4)]] };
  const plain = format === 'brief' || format === 'tree';
  const id: IdText = (p) => (plain ? operatorName(p) : `${operatorName(p)}_${p.id}`);
  const columns = header(format, stats !== undefined);
  const tree = lines(root, steps.length > 0);
  const costs = columns.includes('estCost') ? new PlanCosts(tree.map((line) => line.plan)) : null;
  const rows = tree.map((line) => {
    const { plan: p, cte } = line;
    const name = cte !== undefined ? `CTE_${cte.id - 1}` : `${id(p)}${line.label}`;
    const info = cte !== undefined ? cteInfo(cte) : operatorInfo(p, id);
    const cells: Record<string, string> = {
      id: `${line.prefix}${name}`,
      estRows: isDml(p) ? 'N/A' : (p.estRows * line.times).toFixed(2),
      estCost: costs?.text(p) ?? '',
      costFormula: costs?.formula(p) ?? '',
      task: cte !== undefined ? 'root' : p.task,
      'access object': cte !== undefined ? '' : accessObject(p),
      'operator info': format === 'tree' ? withoutNumbers(info) : info,
    };
    if (stats !== undefined) {
      const s = stats.of(figuresOf(p));
      cells['actRows'] = String(s.rows);
      const extra = [...s.extra].map(([k, v]) => `, ${k}: {${v}}`).join('');
      cells['execution info'] = `time:${durationText(s.timeMs)}, loops:${s.loops}${extra}`;
      cells['memory'] = bytesText(s.memoryBytes);
      cells['disk'] = bytesText(s.diskBytes);
    }
    return columns.map((c) => cells[c] ?? '');
  });
  steps.forEach((step, i) => {
    const cells: Record<string, string> = {
      id: `${i === steps.length - 1 ? '└─' : '├─'}${step.name}${plain ? '' : `_${i + root.id + 1}`}`,
      estRows: '0.00',
      estCost: 'N/A',
      task: 'root',
      'access object': step.access,
      'operator info': step.info,
    };
    rows.push(columns.map((c) => cells[c] ?? ''));
  });
  return { columns, rows };
}

function cteInfo({ recursive, limit }: CteDefinition): string {
  if (recursive === null) return 'Non-Recursive CTE';
  return limit === null
    ? 'Recursive CTE'
    : `Recursive CTE, limit(offset:${limit.offset}, count:${limit.count})`;
}

function header(format: ExplainFormat, analyze: boolean): string[] {
  if (format === 'tree' && !analyze) return ['id', 'task', 'access object', 'operator info'];
  const cost = format === 'verbose' ? ['estCost'] : format === 'cost_trace' ? ['estCost', 'costFormula'] : [];
  if (!analyze) return ['id', 'estRows', ...cost, 'task', 'access object', 'operator info'];
  return [
    'id',
    'estRows',
    ...cost,
    'actRows',
    'task',
    'access object',
    'execution info',
    'operator info',
    'memory',
    'disk',
  ];
}

interface JsonPlan {
  id: string;
  estRows: string;
  actRows?: string;
  taskType: string;
  accessObject?: string;
  operatorInfo: string;
  subOperators?: JsonPlan[];
}

function json(p: PhysicalPlan, stats: ActualFigures | undefined, label = '', times = 1): JsonPlan {
  const id: IdText = (x) => `${operatorName(x)}_${x.id}`;
  const access = accessObject(p);
  const below = children(p).map((c) => json(c.plan, stats, c.label, times * (c.times ?? 1)));
  return {
    id: `${id(p)}${label}`,
    estRows: isDml(p) ? 'N/A' : (p.estRows * times).toFixed(2),
    ...(stats === undefined ? {} : { actRows: String(stats.of(figuresOf(p)).rows) }),
    taskType: p.task,
    ...(access === '' ? {} : { accessObject: access }),
    operatorInfo: operatorInfo(p, id),
    ...(below.length === 0 ? {} : { subOperators: below }),
  };
}
