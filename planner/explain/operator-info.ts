import { indexedType } from '../../catalog/table-layout.js';
import { evalDatum } from '../../expression/compile.js';
import { aggToExplain, datumText, listText, shownExecution, toExplain } from '../../expression/explain.js';
import type { ByItem, Column, Expression } from '../../expression/expression.js';
import { decodeUtf8, utf8InvalidAt } from '../../types/charset.js';
import { collationOf } from '../../types/collation.js';
import { evalType, type FieldType } from '../../types/field-type.js';
import { hasCorrelated } from '../logical/expression-walk.js';
import { leafScan } from '../physical/leaf-scan.js';
import { memTableText } from '../physical/mem-table-conditions.js';
import type {
  Bound,
  FrameBound,
  IndexScan,
  KeyRangeDatum,
  PhysicalPlan,
  ReadPartitions,
  ScanRanges,
  Selection,
  TableScan,
  WindowFrame,
} from '../physical/plan.js';

/** TiDB's name of an operator, as EXPLAIN's id column begins. */
export function operatorName(p: PhysicalPlan): string {
  switch (p.op) {
    case 'TableScan':
      return p.byRowId === true ? 'TableRowIDScan' : isWhole(p) ? 'TableFullScan' : 'TableRangeScan';
    case 'IndexScan':
      return isWhole(p) ? 'IndexFullScan' : 'IndexRangeScan';
    case 'IndexJoin':
      return p.hashed === true ? 'IndexHashJoin' : p.op;
    case 'MemTableScan':
      return p.sample === undefined ? p.op : 'TableSample';
    case 'PointGet':
      return 'Point_Get';
    case 'BatchPointGet':
      return 'Batch_Point_Get';
    case 'UnionAll':
      return p.partitions === true ? 'PartitionUnion' : 'Union';
    case 'CteRef':
      return p.working === true ? 'CTETable' : 'CTEFullScan';
    default:
      return p.op;
  }
}

/** Whether a scan reads all there is, NULLs perhaps left out. */
function isWhole(p: TableScan | IndexScan): boolean {
  if (p.full) return true;
  const { ranges, rebuild } = p.ranges;
  const only = ranges[0];
  if (rebuild !== undefined || ranges.length !== 1 || only === undefined) return false;
  return only.low.length === 1 && only.lowExclusive && isNullEnd(only.low[0]) && only.high[0] === 'max';
}

/** How ids are written: HashJoin_12 or HashJoin. */
export type IdText = (p: PhysicalPlan) => string;

const list = (exprs: readonly Expression[]): string => listText(exprs, toExplain);
const sorted = (exprs: readonly Expression[]): string => exprs.map(toExplain).sort().join(', ');
const spaced = (exprs: readonly Expression[]): string => `[${exprs.map(toExplain).join(' ')}]`;
const by = (items: readonly ByItem[]): string =>
  items.map((b) => `${toExplain(b.expr)}${b.desc ? ':desc' : ''}`).join(', ');

/** The access object column. */
export function accessObject(p: PhysicalPlan): string {
  switch (p.op) {
    case 'TableScan':
      return tableText(p);
    case 'IndexScan':
      return `${tableText(p)}, ${indexText(p)}`;
    case 'TableReader':
    case 'IndexReader':
    case 'IndexLookUp':
    case 'IndexMerge':
      return partitionsRead(p);
    case 'PointGet':
    case 'BatchPointGet': {
      const several = p.op === 'BatchPointGet' ? p.partitions : undefined;
      const table = several === undefined ? tableText(p) : `table:${p.alias}, partition:${several.text}`;
      return p.index === null ? table : `${table}, ${indexText({ index: p.index, table: p.table })}`;
    }
    case 'MemTableScan':
      return `table:${p.table.name}`;
    case 'CteRef':
      return p.working === true ? '' : `CTE:${p.cte.name}`;
    default:
      return '';
  }
}

/** The partitions that a reader reads: one after the other, or through a global index. */
function partitionsRead(p: Extract<PhysicalPlan, { partitions?: ReadPartitions }>): string {
  if (p.partitions !== undefined) return `partition:${p.partitions.text}`;
  let scan: PhysicalPlan = p.op === 'IndexReader' ? p.child : p.op === 'IndexLookUp' ? p.indexPlan : p;
  while ('child' in scan) scan = scan.child;
  if (scan.op !== 'IndexScan' || scan.globalIn === undefined) return '';
  const { ids, filterId } = scan.globalIn;
  if (filterId === undefined) return 'partition:all';
  const names = scan.table.partition!.definitions.filter((d) => ids.includes(d.id)).map((d) => d.name);
  return `partition:${names.length === 0 ? 'dual' : names.join(',')}`;
}

/** The partitions that a scan of a global index leaves out its other entries by, as TiDB's filter of them; null: none are. */
function partitionFilter(p: PhysicalPlan): string | null {
  if (p.op !== 'IndexScan' || p.globalIn?.filterId === undefined) return null;
  const { ids } = p.globalIn;
  const column = `${p.db.name}.${p.table.name}._tidb_tid`.toLowerCase();
  return `in(${column}, ${ids.length === 0 ? 'dual' : ids.join(', ')})`;
}

/** The filter that a scan does itself, as the operator that TiDB has for it; null without. */
export function filterOf(scan: PhysicalPlan): Selection | null {
  if (scan.op !== 'IndexScan' || scan.globalIn?.filterId === undefined) return null;
  const { schema, estRows, task } = scan;
  return { op: 'Selection', id: scan.globalIn.filterId, schema, estRows, task, child: scan, conditions: [] };
}

function tableText(p: Pick<TableScan, 'alias' | 'table' | 'physicalId'>): string {
  const part = p.table.partition?.definitions.find((d) => d.id === p.physicalId);
  return part === undefined ? `table:${p.alias}` : `table:${p.alias}, partition:${part.name}`;
}

/** The columns of an index, or the expressions that it is over. */
export const indexParts = (p: Pick<IndexScan, 'index' | 'table'>): string[] =>
  p.index.columns.map((c) => {
    const column = p.table.columns[c.offset]!;
    return column.hidden ? column.generated : c.name;
  });

const indexText = (p: Pick<IndexScan, 'index' | 'table'>): string =>
  `index:${p.index.primary ? 'PRIMARY' : p.index.name}(${indexParts(p).join(', ')})`;

/** Whose actual figures an operator has: a filter that its scan does itself has the scan's. */
export const figuresOf = (p: PhysicalPlan): PhysicalPlan =>
  p.op === 'Selection' && p.conditions.length === 0 ? p.child : p;

/** The operator info column. */
export function operatorInfo(p: PhysicalPlan, id: IdText): string {
  switch (p.op) {
    case 'TableReader':
      return `data:${id(p.child)}`;
    case 'IndexReader':
      return `index:${id(filterOf(p.child) ?? p.child)}`;
    case 'IndexLookUp':
      return p.pushedLimit === undefined
        ? ''
        : `limit embedded(offset:${p.pushedLimit.offset}, count:${p.pushedLimit.count})`;
    case 'LocalIndexLookUp': {
      const { table, schema } = leafScan(p.child);
      return `index handle offsets:[${table.isCommonHandle ? '' : schema.length - 1}]`;
    }
    case 'IndexMerge': {
      const type = `type: ${p.intersection ? 'intersection' : 'union'}`;
      return p.pushedLimit === undefined
        ? type
        : `${type}, limit embedded(offset:${p.pushedLimit.offset}, count:${p.pushedLimit.count})`;
    }
    case 'TableScan':
      return scanInfo(p, p.columns.length > 0 || p.schema.length > 0 ? handleTypes(p) : []);
    case 'IndexScan':
      return scanInfo(p, keyTypes(p));
    case 'PointGet':
      return [
        ...(p.index === null ? [`handle:${p.key.map(toExplain).join(' ')}`] : []),
        ...(p.lock === null ? [] : ['lock']),
      ].join(', ');
    case 'BatchPointGet':
      return [
        ...(p.index === null ? [`handle:[${listText(p.keys, (k) => k.map(toExplain).join(' '), ' ')}]`] : []),
        `keep order:${p.keepOrder}`,
        `desc:${p.desc}`,
        ...(p.lock === null ? [] : ['lock']),
      ].join(', ');
    case 'MemTableScan':
      return p.sample === undefined ? memTableText(p.table.name, p.conditions) : '';
    case 'TableDual':
      return `rows:${p.rowCount}`;
    case 'Selection': {
      const filter = partitionFilter(p.child);
      if (filter !== null) return [...p.conditions.map(toExplain), filter].sort().join(', ');
      return sorted(p.conditions);
    }
    case 'UnionScan':
      return sorted(p.conditions);
    case 'Projection':
      return p.exprs.map((e, i) => named(e, p.schema[i]!)).join(', ');
    case 'HashAgg':
    case 'StreamAgg': {
      const groups = p.groupBy.length > 0 ? `group by:${sorted(p.groupBy)}, ` : '';
      return groups + funcs(p);
    }
    case 'HashJoin':
    case 'Apply': {
      const equal = p.leftKeys.map(
        (l, i) => `${p.nullEq[i] === true ? 'nulleq' : 'eq'}(${toExplain(l)}, ${toExplain(p.rightKeys[i]!)})`,
      );
      const prefix = p.leftKeys.length === 0 ? 'CARTESIAN ' : p.nullAware ? 'Null-aware ' : '';
      return joinText(p, id, prefix, equal.length > 0 ? [`equal:[${equal.join(' ')}]`] : []);
    }
    case 'MergeJoin':
      return joinText(p, id, '', [`left key:${list(p.leftKeys)}`, `right key:${list(p.rightKeys)}`]);
    case 'IndexJoin': {
      const inner = p.outer === 'left' ? p.right : p.left;
      const equal = p.outerKeys.map((o, i) => {
        const pair = [toExplain(o), toExplain(p.innerKeys[i]!)];
        return `eq(${(p.outer === 'left' ? pair : pair.reverse()).join(', ')})`;
      });
      const text = [joinName(p.joinType), `inner:${id(inner)}`];
      if (p.joinType !== 'inner') text.push(`left side:${id(p.left)}`);
      text.push(
        `outer key:${list(p.outerKeys)}`,
        `inner key:${list(p.innerKeys)}`,
        `equal cond:${equal.join(', ')}`,
      );
      return [...text, ...conditions(p)].join(', ');
    }
    case 'Sort':
      return by(p.by);
    case 'TopN':
      return `${by(p.by)}, offset:${limitText(p.offset)}, count:${limitText(p.count)}`;
    case 'Limit':
      return `offset:${limitText(p.offset)}, count:${limitText(p.count)}`;
    case 'SelectLock':
      return `for ${p.lock.mode} 0`;
    case 'Window':
      return windowText(p);
    case 'Expand':
      return expandText(p);
    case 'JsonTable':
      return `table:${p.alias}, doc:${toExplain(p.doc)}`;
    case 'CteRef':
      return `${p.working === true ? 'Scan on ' : 'data:'}CTE_${p.cte.id - 1}`;
    case 'Insert':
    case 'Update':
    case 'Delete':
      return 'N/A';
    default:
      return '';
  }
}

function named(e: Expression, c: Column): string {
  const text = toExplain(e);
  return text === c.name ? text : `${text}->${c.name}`;
}

function funcs(p: Extract<PhysicalPlan, { op: 'HashAgg' | 'StreamAgg' }>): string {
  let at = 0;
  const parts: string[] = [];
  for (const a of p.aggs) {
    // A partial average is two columns: its count and its sum.
    const states = a.mode === 'partial1' || a.mode === 'partial2' ? (a.name === 'avg' ? 2 : 1) : 1;
    if (states === 2) {
      parts.push(
        `funcs:count(${list(a.args)})->${p.schema[at]!.name}`,
        `funcs:sum(${list(a.args)})->${p.schema[at + 1]!.name}`,
      );
    } else if (!(
      a.mode === 'partial1' &&
      a.name === 'first_row' &&
      p.groupBy.some((g) => toExplain(g) === toExplain(a.args[0]!))
    )) {
      parts.push(`funcs:${aggToExplain(a)}->${p.schema[at]!.name}`);
    }
    at += states;
  }
  return parts.join(', ');
}

const JOIN_NAMES: Readonly<Record<string, string>> = {
  inner: 'inner join',
  leftOuter: 'left outer join',
  rightOuter: 'right outer join',
  semi: 'semi join',
  antiSemi: 'anti semi join',
  leftOuterSemi: 'left outer semi join',
  antiLeftOuterSemi: 'anti left outer semi join',
};
const joinName = (t: string): string => JOIN_NAMES[t]!;

type AnyJoin = Extract<PhysicalPlan, { op: 'HashJoin' | 'Apply' | 'IndexJoin' | 'MergeJoin' }>;

function conditions(p: AnyJoin): string[] {
  const out: string[] = [];
  if (p.leftConditions.length > 0) out.push(`left cond:${spaced(p.leftConditions)}`);
  if (p.rightConditions.length > 0) out.push(`right cond:${sorted(p.rightConditions)}`);
  if (p.otherConditions.length > 0) out.push(`other cond:${sorted(p.otherConditions)}`);
  return out;
}

function joinText(p: AnyJoin, id: IdText, prefix: string, equal: readonly string[]): string {
  const side = p.joinType === 'inner' ? [] : [`left side:${id(p.left)}`];
  return [`${prefix}${joinName(p.joinType)}`, ...side, ...equal, ...conditions(p)].join(', ');
}

const limitText = (e: Expression): string =>
  e.kind === 'constant' && e.param !== undefined ? '?' : toExplain(e);

/** The ranges that a scan reads, those of parameters in the execution shown; null where they are decided at run time. */
function shownRanges({ ranges, accessConditions }: TableScan | IndexScan): ScanRanges | null {
  if (ranges.rebuild === undefined) return ranges.ranges.length === 0 ? null : ranges;
  const execution = shownExecution();
  if (execution === null || (accessConditions ?? []).some(hasCorrelated)) return null;
  return { ranges: ranges.rebuild((e, row) => evalDatum(e, execution, row)) };
}

function scanInfo(p: TableScan | IndexScan, types: readonly FieldType[]): string {
  const out: string[] = [];
  const byRowId = p.op === 'TableScan' && p.byRowId === true;
  if (!isWhole(p) && !byRowId) {
    const ranges = shownRanges(p);
    if (ranges === null) out.push(`range: decided by ${spaced(p.accessConditions ?? [])}`);
    else out.push(`range:${rangesText(ranges, types)}`);
  }
  out.push(`keep order:${p.keepOrder}`);
  if (p.desc) out.push('desc');
  if (p.statsInfo !== '') out.push(p.statsInfo);
  return out.join(', ');
}

function handleTypes(p: TableScan): FieldType[] {
  const pk = p.table.indices.find((i) => i.primary);
  if (p.table.isCommonHandle && pk !== undefined)
    return pk.columns.map((c) => p.table.columns[c.offset]!.type);
  const column = p.table.columns.find((c) => (c.type.flag & 2) !== 0);
  return column === undefined ? [INT] : [column.type];
}
const INT: FieldType = { tp: 8, flag: 0, flen: 20, decimal: 0, charset: 'binary', collate: 'binary' };

function keyTypes(p: IndexScan): FieldType[] {
  const types = p.index.columns.map((c) => indexedType(p.table, c));
  const pk = p.table.indices.find((i) => i.primary);
  if (p.table.isCommonHandle && pk !== undefined)
    types.push(...pk.columns.map((c) => p.table.columns[c.offset]!.type));
  else types.push(p.table.columns.find((c) => (c.type.flag & 2) !== 0)?.type ?? INT);
  return types;
}

const rangesText = (r: ScanRanges, types: readonly FieldType[]): string =>
  listText(r.ranges, (x) => rangeText(x, types));

export function rangeText(r: KeyRangeDatum, types: readonly FieldType[]): string {
  const end = (b: Bound, i: number, low: boolean): string => {
    if (b === 'min') return '-inf';
    if (b === 'max') return '+inf';
    if (b.value === null) return low && r.lowExclusive && i === r.low.length - 1 ? '-inf' : 'NULL';
    const t = types[i] ?? INT;
    if (b.value instanceof Uint8Array) {
      // The ends as the keys have them: of a collation, its sort keys.
      const c = collationOf(t);
      return quoted(b.sortKey ?? (c.isBinary ? b.value : c.sortKey(b.value)));
    }
    const text = datumText(b.value, t);
    return evalType(t) === 'string' ? `"${text}"` : text;
  };
  const lowNull = r.lowExclusive && isNullEnd(r.low[r.low.length - 1]);
  const low = r.low.map((b, i) => end(b, i, true)).join(' ');
  const high = r.high.map((b, i) => end(b, i, false)).join(' ');
  return `${r.lowExclusive && !lowNull ? '(' : '['}${low},${high}${r.highExclusive ? ')' : ']'}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};
const PRINTABLE = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;
const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');

/** Bytes as a quoted string: printable characters as they are, others escaped (Go's %q). */
function quoted(bytes: Uint8Array): string {
  let out = '"';
  for (let i = 0; i < bytes.length;) {
    const lead = bytes[i]!;
    const width = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const one = bytes.subarray(i, i + width);
    if (utf8InvalidAt(one) >= 0) {
      out += `\\x${hex(lead, 2)}`;
      i++;
      continue;
    }
    const ch = decodeUtf8(one);
    const cp = ch.codePointAt(0)!;
    if (ESCAPES[ch] !== undefined) out += ESCAPES[ch];
    else if (PRINTABLE.test(ch)) out += ch;
    else if (cp < 0x80) out += `\\x${hex(cp, 2)}`;
    else out += cp > 0xffff ? `\\U${hex(cp, 8)}` : `\\u${hex(cp, 4)}`;
    i += width;
  }
  return `${out}"`;
}

const isNullEnd = (b: Bound | undefined): boolean => typeof b === 'object' && b.value === null;

/** One projection for each level. */
function expandText(p: Extract<PhysicalPlan, { op: 'Expand' }>): string {
  const own = p.schema.slice(p.child.schema.length);
  const levels = [...p.groups, null].map((_, level) => {
    const groups = p.groups.map((g, i) => {
      const name = own[i]!.name;
      return i < p.groups.length - level ? `${toExplain(g)}->${name}` : `<nil>->${name}`;
    });
    return `[${[...groups, `${level}->${own.at(-1)!.name}`].join(', ')}]`;
  });
  return `level-projection:${levels.join(',')}; schema: [${p.schema.map((c) => c.name).join(',')}]`;
}

function windowText(p: Extract<PhysicalPlan, { op: 'Window' }>): string {
  const first = p.schema.length - p.functions.length;
  const calls = p.functions
    .map((f, i) => `${f.name}(${list(f.args)})->${p.schema[first + i]!.name}`)
    .join(', ');
  const over: string[] = [];
  const items = (b: readonly ByItem[]): string =>
    b.map((x) => `${toExplain(x.expr)}${x.desc ? ' desc' : ''}`).join(', ');
  if (p.partitionBy.length > 0) over.push(`partition by ${items(p.partitionBy)}`);
  if (p.orderBy.length > 0) over.push(`order by ${items(p.orderBy)}`);
  const frame = p.frame ?? (p.functions.some((f) => f.name === 'row_number') ? CURRENT_ROWS : null);
  if (frame !== null) over.push(frameText(frame));
  return `${calls} over(${over.join(' ')})`;
}

const CURRENT_ROWS: WindowFrame = {
  unit: 'rows',
  start: { kind: 'currentRow' },
  end: { kind: 'currentRow' },
};

function frameText(f: WindowFrame): string {
  const bound = (b: FrameBound): string => {
    switch (b.kind) {
      case 'currentRow':
        return 'current row';
      case 'unboundedPreceding':
        return 'unbounded preceding';
      case 'unboundedFollowing':
        return 'unbounded following';
      default: {
        const value = b.value === undefined ? '' : toExplain(b.value);
        return `${b.intervalUnit === undefined ? value : `interval ${value} ${b.intervalUnit}`} ${b.kind}`;
      }
    }
  };
  return `${f.unit} between ${bound(f.start)} and ${bound(f.end)}`;
}
