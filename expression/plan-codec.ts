import { decodeUtf8, encodeUtf8 } from '../types/charset.js';
import { snappyDecompress, snappyLiterals } from './snappy.js';

/**
 * Plans as TiDB writes them into its slow log and statement summary: base64 of snappy of a line per operator, its fields apart by tabs —
 * depth, operator (number of its kind, `_`, id), task, rows, info, and after EXPLAIN ANALYZE what was measured (plancodec).
 */

/** Kinds by number, from 1. */
const KINDS = [
  'Selection',
  'Set',
  'Projection',
  'Aggregation',
  'StreamAgg',
  'HashAgg',
  'Show',
  'Join',
  'Union',
  'TableScan',
  'MemTableScan',
  'UnionScan',
  'IndexScan',
  'Sort',
  'TopN',
  'Limit',
  'HashJoin',
  'MergeJoin',
  'IndexJoin',
  'IndexMergeJoin',
  'IndexHashJoin',
  'Apply',
  'MaxOneRow',
  'Exists',
  'TableDual',
  'SelectLock',
  'Insert',
  'Update',
  'Delete',
  'IndexLookUp',
  'TableReader',
  'IndexReader',
  'Window',
  'TiKVSingleGather',
  'IndexMerge',
  'Point_Get',
  'ShowDDLJobs',
  'Batch_Point_Get',
  'ClusterMemTableReader',
  'DataSource',
  'LoadData',
  'TableSample',
  'TableFullScan',
  'TableRangeScan',
  'TableRowIDScan',
  'IndexFullScan',
  'IndexRangeScan',
  'ExchangeReceiver',
  'ExchangeSender',
  'CTE',
  'CTEDefinition',
  'CTETable',
  'PartitionUnion',
  'Shuffle',
  'ShuffleReceiver',
  'Foreign_Key_Check',
  'Foreign_Key_Cascade',
  'Expand',
  'ImportInto',
  'ScalarSubQuery',
  'Sequence',
] as const;

const HEADERS = ['id', 'task', 'estRows', 'operator info', 'actRows', 'execution info', 'memory', 'disk'];
/** Stores by number, as tasks name them. */
const STORES = ['tikv', 'tiflash', 'tidb'];

interface Line {
  readonly depth: number;
  readonly fields: string[];
}

function operatorName(text: string): string {
  const [kind, id] = text.split('_');
  const name = KINDS[Number(kind) - 1];
  return name === undefined ? text : id === undefined ? name : `${name}_${id}`;
}

/** `0` is root; `1` cop, with `_` and the store's number in later versions. */
function taskName(text: string): string {
  if (text === '0') return 'root';
  if (text === '1') return 'cop';
  const [kind, store] = text.split('_');
  const name = { '1': 'cop', '2': 'batchCop', '3': 'mpp' }[kind ?? ''];
  const of = STORES[Number(store)];
  return name === undefined || of === undefined ? text : `${name}[${of}]`;
}

/** The tree before an operator's name: `└─` under its parent, `│` beside those to come. */
function branches(lines: readonly Line[]): string[] {
  return lines.map(({ depth }, i) => {
    if (depth === 0) return '';
    const followed = (d: number): boolean => {
      for (let k = i + 1; k < lines.length && lines[k]!.depth >= d; k++)
        if (lines[k]!.depth === d) return true;
      return false;
    };
    let text = '';
    for (let d = 1; d < depth; d++) text += followed(d) ? '│ ' : '  ';
    return text + (followed(depth) ? '├─' : '└─');
  });
}

/** One operator of a plan as EXPLAIN prints it. */
export interface PlanLine {
  readonly depth: number;
  /** With its number, such as TableReader_5. */
  readonly operator: string;
  /** 'root', 'cop[tikv]', … */
  readonly task: string;
  /** Rows, operator info, and what was measured. */
  readonly rest: readonly string[];
}

function encodedOperator(text: string): string {
  const at = text.lastIndexOf('_');
  const kind = KINDS.findIndex((k) => k === (at < 0 ? text : text.slice(0, at))) + 1;
  return kind === 0 ? text : at < 0 ? String(kind) : `${kind}_${text.slice(at + 1)}`;
}

function encodedTask(text: string): string {
  const [, name, store] = /^(cop|batchCop|mpp)\[(\w+)\]$/.exec(text) ?? [];
  if (name === undefined) return text === 'root' ? '0' : text;
  return `${{ cop: 1, batchCop: 2, mpp: 3 }[name as 'cop']}_${Math.max(0, STORES.indexOf(store!))}`;
}

/** A plan as decodePlan reads it. */
export function encodePlan(lines: readonly PlanLine[]): string {
  const text = lines
    .map((l) =>
      [
        l.depth,
        encodedOperator(l.operator),
        encodedTask(l.task),
        ...l.rest.map((c) => c.replace(/[\t\n]/g, ' ')),
      ].join('\t'),
    )
    .join('\n');
  return Buffer.from(snappyLiterals(encodeUtf8(text))).toString('base64');
}

/** The table that a plan's text stands for; null where it is none. */
export function decodePlan(text: string): string | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return null;
  const bytes = snappyDecompress(Buffer.from(text, 'base64'));
  if (bytes === null) return null;
  const lines: Line[] = [];
  for (const line of decodeUtf8(bytes).split('\n')) {
    if (line === '') continue;
    const [depth, operator, task, ...rest] = line.split('\t');
    if (operator === undefined || task === undefined || !/^\d+$/.test(depth!)) return null;
    lines.push({ depth: Number(depth), fields: [operatorName(operator), taskName(task), ...rest] });
  }
  if (lines.length === 0) return null;
  branches(lines).forEach((b, i) => (lines[i]!.fields[0] = b + lines[i]!.fields[0]!));
  const columns = Math.max(...lines.map((l) => l.fields.length));
  const table = [HEADERS.slice(0, columns), ...lines.map((l) => l.fields)];
  // The tree's characters are one column wide; elsewhere widths are in bytes.
  const width = (s: string, c: number): number => (c === 0 ? [...s].length : encodeUtf8(s).length);
  const widths = table[0]!.map((_, c) => Math.max(...table.map((row) => width(row[c] ?? '', c))));
  return table
    .map((row) =>
      widths
        .map((w, c) => {
          const cell = row[c] ?? '';
          return `\t${cell}${c === widths.length - 1 ? '' : ' '.repeat(w - width(cell, c))}`;
        })
        .join(''),
    )
    .join('\n');
}
