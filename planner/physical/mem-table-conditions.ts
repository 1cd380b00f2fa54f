import { datumText } from '../../expression/explain.js';
import type { Column, Constant, Expression } from '../../expression/expression.js';
import { decodeUtf8 } from '../../types/charset.js';
import { splitDnf } from '../logical/expression-walk.js';

/** Columns of virtual tables by which a scan picks its rows itself, and what EXPLAIN calls them. */
const NAMES: readonly string[] = [
  'table_schema',
  'table_name',
  'column_name',
  'index_name',
  'constraint_name',
];
const same = (columns: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(columns.map((c) => [c, c]));
const COLUMNAR = {
  tiflash_instance: 'tiflash_instances',
  tidb_database: 'tidb_databases',
  tidb_table: 'tidb_tables',
};
const NODES = { type: 'node_types', instance: 'instances' };
const BY_TABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  columns: same(NAMES),
  tables: same(NAMES),
  partitions: same([...NAMES, 'partition_name']),
  statistics: same(NAMES),
  sequences: same(['sequence_schema', 'sequence_name']),
  views: same(NAMES),
  schemata: same(['schema_name']),
  key_column_usage: same([...NAMES, 'constraint_schema']),
  table_constraints: same([...NAMES, 'constraint_schema']),
  referential_constraints: same([...NAMES, 'constraint_schema']),
  check_constraints: same([...NAMES, 'constraint_schema']),
  tidb_check_constraints: same([...NAMES, 'constraint_schema']),
  tidb_indexes: { ...same(NAMES), key_name: 'key_name' },
  tidb_index_usage: same(NAMES),
  table_storage_stats: { table_schema: 'schema', table_name: 'table' },
  cluster_config: NODES,
  cluster_load: NODES,
  cluster_hardware: NODES,
  cluster_systeminfo: NODES,
  statements_summary: { digest: 'digests' },
  cluster_statements_summary: { digest: 'digests' },
  statements_summary_history: { digest: 'digests' },
  cluster_statements_summary_history: { digest: 'digests' },
  inspection_rules: { type: 'node_types' },
  inspection_result: { rule: 'rules', item: 'items' },
  tiflash_tables: COLUMNAR,
  tiflash_segments: COLUMNAR,
  tiflash_indexes: COLUMNAR,
};
/** Tables whose labels come in the order of their columns above; those of others by name. */
const IN_ORDER: ReadonlySet<string> = new Set(['inspection_result', ...tablesWith(COLUMNAR)]);

function tablesWith(labels: Readonly<Record<string, string>>): string[] {
  return Object.keys(BY_TABLE).filter((t) => BY_TABLE[t] === labels);
}
/** What a scan says whose conditions leave no row. */
const NOTHING_LEFT: Readonly<Record<string, string>> = {
  inspection_result: 'skip_inspection:true',
  inspection_rules: 'skip_request: true',
};
/** Columns of time by whose range a scan picks its rows. */
const TIMES: Readonly<Record<string, string>> = {
  slow_query: 'time',
  cluster_slow_query: 'time',
  cluster_log: 'time',
};

/** A column, also in one letter case: names are shown in lower case. */
function columnIn(e: Expression): Column | null {
  if (e.kind === 'column') return e;
  if (e.kind !== 'function' || (e.name !== 'lower' && e.name !== 'upper')) return null;
  return e.args[0]?.kind === 'column' ? e.args[0] : null;
}

/**
 * `column = 'text'`, `column IN ('text', …)`, or a disjunction of those on one column. Parameters are as good: plans over virtual tables
 * serve one execution.
 */
export function wantedValues(
  e: Expression,
): { readonly column: Column; readonly values: readonly Constant[] } | null {
  let column: Column | null = null;
  const values: Constant[] = [];
  for (const part of splitDnf(e)) {
    if (part.kind !== 'function' || (part.name !== 'eq' && part.name !== 'in')) return null;
    for (const a of part.args) {
      const own: Column | null = columnIn(a);
      if (own !== null) {
        if (column !== null && column.id !== own.id) return null;
        column = own;
      } else if (a.kind === 'constant' && a.value instanceof Uint8Array) values.push(a);
      else return null;
    }
  }
  return column === null || values.length === 0 ? null : { column, values };
}

const LIMITS: Readonly<Record<string, readonly [string, string]>> = {
  ge: ['start_time', 'end_time'],
  gt: ['start_time', 'end_time'],
  le: ['end_time', 'start_time'],
  lt: ['end_time', 'start_time'],
};

function timeLimit(
  e: Expression,
): { readonly column: Column; readonly label: string; readonly value: Constant } | null {
  if (e.kind !== 'function') return null;
  const labels = LIMITS[e.name];
  const [a, b] = e.args;
  if (labels === undefined || a === undefined || b === undefined) return null;
  if (a.kind === 'column' && b.kind === 'constant' && b.param === undefined && b.value !== null)
    return { column: a, label: labels[0], value: b };
  if (b.kind === 'column' && a.kind === 'constant' && a.param === undefined && a.value !== null)
    return { column: b, label: labels[1], value: a };
  return null;
}

/** A column as its table names it. */
export const bareName = (c: Column): string => c.name.slice(c.name.lastIndexOf('.') + 1).toLowerCase();

interface Described {
  readonly label: string;
  /** Values that the column may have, or the end of a range. */
  readonly values: readonly string[] | string;
}

/** What a condition on a virtual table's scan is shown as; null for one that stays a filter above it. */
function described(table: string, e: Expression): Described | null {
  const lower = table.toLowerCase();
  const time = TIMES[lower];
  if (time !== undefined) {
    const limit = timeLimit(e);
    if (limit === null || bareName(limit.column) !== time) return null;
    return { label: limit.label, values: datumText(limit.value.value!, limit.value.type) };
  }
  const labels = BY_TABLE[lower];
  const w = labels === undefined ? null : wantedValues(e);
  const label = w === null ? undefined : labels![bareName(w.column)];
  if (w === null || label === undefined) return null;
  const values = w.values.map((v) => `"${decodeUtf8(v.value as Uint8Array).toLowerCase()}"`);
  return { label, values: [...new Set(values)].sort() };
}

/** Whether a scan of a virtual table evaluates a condition itself. */
export const scanTakes = (table: string, e: Expression): boolean => described(table, e) !== null;

/** The operator info of a scan with conditions. */
export function memTableText(table: string, conditions: readonly Expression[]): string {
  const lower = table.toLowerCase();
  const parts = new Map<string, readonly string[] | string>();
  const names = Object.values(BY_TABLE[lower] ?? {});
  for (const c of conditions) {
    const d = described(table, c);
    if (d === null) continue;
    const before = parts.get(d.label);
    const both =
      typeof before === 'object' && typeof d.values === 'object'
        ? before.filter((v) => d.values.includes(v))
        : d.values;
    if (both.length === 0) return NOTHING_LEFT[lower] ?? 'skip_request:true';
    parts.set(d.label, both);
  }
  if (lower === 'inspection_result' && parts.size > 0)
    for (const name of names) if (!parts.has(name)) parts.set(name, []);
  const ordered =
    TIMES[lower] !== undefined ? ['start_time', 'end_time'] : IN_ORDER.has(lower) ? names : null;
  const place = (label: string): string =>
    ordered === null ? label : String.fromCharCode(ordered.indexOf(label) + 1);
  return [...parts]
    .sort(([a], [b]) => (place(a) < place(b) ? -1 : 1))
    .map(([label, values]) => `${label}:${typeof values === 'string' ? values : `[${values.join(',')}]`}`)
    .join(', ');
}
