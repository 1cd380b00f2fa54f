import {
  BUILD_SIDE,
  encodeBinaryPlan,
  PROBE_SIDE,
  RECURSIVE_PART,
  SEED_PART,
  STORES,
  TASKS,
} from '../../expression/binary-plan.js';
import type { AccessObjectInit, ExplainOperatorInit } from '../../kv/tikv/generated/explain.js';
import type { CteDefinition, IndexScan, PhysicalPlan, TableScan } from '../physical/plan.js';
import { durationText } from './duration-text.js';
import {
  accessObject,
  figuresOf,
  indexParts,
  operatorInfo,
  operatorName,
  type IdText,
} from './operator-info.js';
import { costOf } from './plan-costs.js';
import { children } from './plan-tree.js';
import type { ActualFigures } from './explain.js';

const SIDES: Readonly<Record<string, number>> = { '(Build)': BUILD_SIDE, '(Probe)': PROBE_SIDE };

/** A plan with its estimates, and what was measured of it, for dashboards and TIDB_DECODE_BINARY_PLAN. */
export function binaryPlan(root: PhysicalPlan, stats?: ActualFigures): string {
  const ctes: CteDefinition[] = [];
  const main = operator(root, [], 1, stats, ctes, 0);
  const below: ExplainOperatorInit[] = [];
  // References that are met on the way come behind.
  for (let i = 0; i < ctes.length; i++) {
    const cte = ctes[i]!;
    const parts = [operator(cte.seed, [SEED_PART], 1, stats, ctes, cte.id)];
    if (cte.recursive !== null) parts.push(operator(cte.recursive, [RECURSIVE_PART], 1, stats, ctes, cte.id));
    below.push({
      name: `CTE_${cte.id - 1}`,
      briefName: 'CTE',
      taskType: TASKS.indexOf('root'),
      estRows: cte.seed.estRows,
      operatorInfo: cte.recursive === null ? 'Non-Recursive CTE' : 'Recursive CTE',
      memoryBytes: -1,
      diskBytes: -1,
      children: parts,
    });
  }
  return encodeBinaryPlan({ main, ctes: below, withRuntimeStats: stats !== undefined });
}

function operator(
  p: PhysicalPlan,
  labels: readonly number[],
  times: number,
  stats: ActualFigures | undefined,
  ctes: CteDefinition[],
  inCte: number,
): ExplainOperatorInit {
  if (p.op === 'CteRef' && p.cte.id !== inCte && !ctes.some((c) => c.id === p.cte.id)) ctes.push(p.cte);
  const id: IdText = (x) => `${operatorName(x)}_${x.id}`;
  const [, kind, store] = /^(\w+)(?:\[(\w+)\])?/.exec(p.task)!;
  const figures = stats?.of(figuresOf(p));
  const extra = figures === undefined ? [] : [...figures.extra].map(([k, v]) => `${k}: {${v}}`);
  const measured =
    figures === undefined ? '' : `time:${durationText(figures.timeMs)}, loops:${figures.loops}`;
  return {
    name: id(p),
    briefName: operatorName(p),
    labels,
    cost: costOf(p) ?? 0,
    estRows: p.estRows * times,
    actRows: figures?.rows ?? 0,
    taskType: Math.max(0, TASKS.indexOf(kind!)),
    storeType: store === undefined ? STORES.indexOf('tidb') : Math.max(0, STORES.indexOf(store)),
    accessObjects: accessOf(p),
    operatorInfo: operatorInfo(p, id),
    briefOperatorInfo: operatorInfo(p, operatorName),
    ...(kind === 'root'
      ? { rootBasicExecInfo: measured, rootGroupExecInfo: extra }
      : { copExecInfo: [measured, ...extra].filter((s) => s !== '').join(', ') }),
    memoryBytes: figures === undefined || figures.memoryBytes <= 0 ? -1 : figures.memoryBytes,
    diskBytes: figures === undefined || figures.diskBytes <= 0 ? -1 : figures.diskBytes,
    children: children(p).map((c) => {
      const side = SIDES[c.label];
      return operator(c.plan, side === undefined ? [] : [side], times * (c.times ?? 1), stats, ctes, inCte);
    }),
  };
}

function accessOf(p: PhysicalPlan): AccessObjectInit[] {
  if (p.op === 'TableScan' || p.op === 'IndexScan') return [{ scanObject: scanObject(p) }];
  const text = accessObject(p);
  return text === '' ? [] : [{ otherObject: text }];
}

function scanObject(p: TableScan | IndexScan): NonNullable<AccessObjectInit['scanObject']> {
  const part = p.table.partition?.definitions.find((d) => d.id === p.physicalId);
  return {
    database: p.db.name,
    table: p.alias,
    partitions: part === undefined ? [] : [part.name],
    indexes:
      p.op === 'TableScan' ? [] : [{ name: p.index.primary ? 'PRIMARY' : p.index.name, cols: indexParts(p) }],
  };
}
