import { DISCARDED_PLAN } from '../summary/summary-record.js';
import type { SlowQuery } from './slow-query.js';

/** `2026-01-02T03:04:05.678901+08:00`: the server's local time. */
function stamp(ms: number): string {
  const offset = -new Date(ms).getTimezoneOffset();
  const local = new Date(ms + offset * 60_000).toISOString().slice(0, -1);
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
  return `${local}000${zone}`;
}

const seconds = (ms: number): string => String(Math.round(ms * 1e6) / 1e9);

/** An entry of the slow query log (TiDB docs, "Identify Slow Queries", "Fields description"). */
export function formatEntry(q: SlowQuery): string {
  const lines = [
    `Time: ${stamp(q.endedAt)}`,
    `Txn_start_ts: ${q.startTs}`,
    `User@Host: ${q.user}[${q.user}] @ ${q.host} [${q.host}]`,
    `Conn_ID: ${q.connectionId}`,
    q.alias === '' ? null : `Session_alias: ${q.alias}`,
    `Query_time: ${seconds(q.ms)}`,
    `Parse_time: ${seconds(q.parseMs)}`,
    `Compile_time: ${seconds(q.compileMs)}`,
    q.db === '' ? null : `DB: ${q.db.toLowerCase()}`,
    q.indexes === '' ? null : `Index_names: ${q.indexes}`,
    `Is_internal: ${q.internal}`,
    `Digest: ${q.digest}`,
    q.memory === 0 ? null : `Mem_max: ${q.memory}`,
    `Prepared: ${q.prepared}`,
    `Plan_from_cache: ${q.fromCache}`,
    `Plan_from_binding: ${q.fromBinding}`,
    'Has_more_results: false',
    `Succ: ${q.succeeded}`,
    `IsExplicitTxn: ${q.explicitTxn}`,
    'IsWriteCacheTable: false',
    q.resourceGroup === '' ? null : `Resource_group: ${q.resourceGroup}`,
    `Result_rows: ${q.rows}`,
    q.warnings === '' ? null : `Warnings: ${q.warnings.replace(/\n/g, ' ')}`,
    q.plan === '' ? null : `Plan: tidb_decode_plan('${shortPlan(q.plan)}')`,
    q.binaryPlan === '' ? null : `Binary_plan: tidb_decode_binary_plan('${shortPlan(q.binaryPlan)}')`,
    q.planDigest === '' ? null : `Plan_digest: ${q.planDigest}`,
  ];
  const head = lines.map((line) => (line === null ? '' : `# ${line}\n`)).join('');
  const use = q.db === '' ? '' : `use ${q.db.toLowerCase()};\n`;
  return `${head}${use}${q.sql}${q.sql.endsWith(';') ? '' : ';'}\n`;
}

/** The longest plan that is logged; TiDB's mark stands for one that is longer (constants of megabytes). */
const LONGEST_PLAN = 1 << 20;
const shortPlan = (plan: string): string => (plan.length > LONGEST_PLAN ? DISCARDED_PLAN : plan);

/** An entry's fields as text, by the names of SLOW_QUERY's columns. */
export type SlowEntry = ReadonlyMap<string, string>;

const USER_HOST = /^(.*)\[.*\] @ (.*) \[(.*)\]$/;
/** `Name: value` several times in a line. */
const FIELD = /(\w+): (.*?)(?= \w+: |$)/g;
/** Fields whose value is the rest of the line. */
const WHOLE_LINE: ReadonlySet<string> = new Set([
  'Time',
  'User@Host',
  'DB',
  'Index_names',
  'Stats',
  'Warnings',
  'Plan',
  'Binary_plan',
  'Prev_stmt',
  'Backoff_Detail',
  'Session_alias',
]);

/** The entries of a log, oldest first: lines with `#`, then the statement up to the `;` at the end of a line. */
export function parseSlowLog(text: string): SlowEntry[] {
  const entries: SlowEntry[] = [];
  let fields = new Map<string, string>();
  let statement = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) {
      // A statement that was cut off by a crash belongs to no entry.
      if (line.startsWith('# Time: ')) fields = new Map();
      statement = '';
      parseFields(line.slice(2), fields);
      continue;
    }
    if (fields.size === 0) continue;
    if (statement === '' && /^use .*;$/.test(line) && !fields.has('used')) {
      fields.set('used', '');
      continue;
    }
    statement += statement === '' ? line : `\n${line}`;
    if (!line.endsWith(';')) continue;
    fields.set('Query', statement);
    entries.push(fields);
    fields = new Map();
    statement = '';
  }
  return entries;
}

function parseFields(line: string, fields: Map<string, string>): void {
  const name = line.slice(0, line.indexOf(': '));
  const rest = line.slice(name.length + 2);
  if (name === 'User@Host') {
    const [, user, host, ip] = USER_HOST.exec(rest) ?? [];
    fields.set('User', user ?? '');
    fields.set('Host', ip || (host ?? ''));
  } else if (WHOLE_LINE.has(name)) fields.set(name, rest);
  else for (const [, key, value] of line.matchAll(FIELD)) fields.set(key!, value!);
}
