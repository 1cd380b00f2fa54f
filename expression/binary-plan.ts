import {
  ExplainData,
  type AccessObject,
  type ExplainDataInit,
  type ExplainOperator,
} from '../kv/tikv/generated/explain.js';
import { snappyDecompress, snappyLiterals } from './snappy.js';

/**
 * Plans as EXPLAIN FORMAT='binary', the slow log and the statement summaries have them: base64 of snappy of tipb's ExplainData.
 */
export const encodeBinaryPlan = (data: ExplainDataInit): string =>
  Buffer.from(snappyLiterals(ExplainData.encode(data))).toString('base64');

export const BUILD_SIDE = 1;
export const PROBE_SIDE = 2;
export const SEED_PART = 3;
export const RECURSIVE_PART = 4;
const LABELS: Readonly<Record<number, string>> = {
  [BUILD_SIDE]: '(Build)',
  [PROBE_SIDE]: '(Probe)',
  [SEED_PART]: '(Seed Part)',
  [RECURSIVE_PART]: '(Recursive Part)',
};
/** Kinds of tasks and stores by number. */
export const TASKS: readonly string[] = ['unknown', 'root', 'cop', 'batchCop', 'mpp'];
export const STORES: readonly string[] = ['', 'tidb', 'tikv', 'tiflash'];

const PLAIN = ['id', 'estRows', 'estCost', 'task', 'access object', 'operator info'];
const MEASURED = [
  ...['id', 'estRows', 'estCost', 'actRows', 'task', 'access object', 'execution info', 'operator info'],
  ...['memory', 'disk'],
];
/** What stands for a plan that was too long to be kept. */
const DISCARDED = '[discarded]';

/** A plan's table as text, an empty line before it. Throws what is wrong with a text that is none. */
export function decodeBinaryPlan(text: string): string {
  const bytes = /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? snappyDecompress(Buffer.from(text, 'base64')) : null;
  if (bytes === null) throw new Error('not a binary plan');
  const data = ExplainData.decode(bytes);
  if (data.discardedDueToTooLong) return DISCARDED;
  if (data.main === undefined) throw new Error('a binary plan without operators');
  const measured = data.withRuntimeStats;
  const rows: string[][] = [[...(measured ? MEASURED : PLAIN)]];
  for (const tree of [data.main, ...data.ctes, ...data.subqueries]) add(tree, '', '', measured, rows);
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((r) => [...r[c]!].length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, c) => cell + ' '.repeat(widths[c]! - [...cell].length)).join(' | ')} |`;
  return `\n${rows.map(line).join('\n')}`;
}

function add(op: ExplainOperator, own: string, below: string, measured: boolean, out: string[][]): void {
  const name = `${own}${op.name}${op.labels.map((l) => LABELS[l] ?? '').join('')}`;
  const task =
    op.taskType === 1
      ? 'root'
      : `${TASKS[op.taskType] ?? ''}${op.storeType === 0 ? '' : `[${STORES[op.storeType] ?? ''}]`}`;
  const access = op.accessObjects.map(accessText).join(', ');
  const estimates = [op.estRows.toFixed(2), op.cost.toFixed(2)];
  if (measured) {
    const info = [op.rootBasicExecInfo, ...op.rootGroupExecInfo, op.copExecInfo]
      .filter((s) => s !== '')
      .join(', ');
    const memory = [op.memoryBytes, op.diskBytes].map(bytesText);
    out.push([name, ...estimates, String(op.actRows), task, access, info, op.operatorInfo, ...memory]);
  } else out.push([name, ...estimates, task, access, op.operatorInfo]);
  op.children.forEach((child, i) => {
    const last = i === op.children.length - 1;
    add(child, `${below}${last ? '└─' : '├─'}`, `${below}${last ? '  ' : '│ '}`, measured, out);
  });
}

function accessText(a: AccessObject): string {
  const { scanObject: scan, dynamicPartitionObjects: dynamic } = a;
  if (scan !== undefined) {
    const parts = [`table:${scan.table}`];
    if (scan.partitions.length > 0) parts.push(`partition:${scan.partitions.join(',')}`);
    for (const index of scan.indexes)
      parts.push(
        `${index.isClusteredIndex ? 'clustered index' : 'index'}:${index.name}(${index.cols.join(', ')})`,
      );
    return parts.join(', ');
  }
  if (dynamic === undefined) return a.otherObject;
  const several = dynamic.objects.length > 1;
  return dynamic.objects
    .map((o) => {
      const read = o.allPartitions ? 'all' : o.partitions.length === 0 ? 'dual' : o.partitions.join(',');
      return `partition:${read}${several ? ` of ${o.table}` : ''}`;
    })
    .join(', ');
}

/** Bytes as EXPLAIN ANALYZE shows them; -1: not known. */
export function bytesText(n: number): string {
  if (n <= 0) return 'N/A';
  if (n < 1024) return `${n} Bytes`;
  return n < 1048576 ? `${(n / 1024).toFixed(1)} KB` : `${(n / 1048576).toFixed(1)} MB`;
}
