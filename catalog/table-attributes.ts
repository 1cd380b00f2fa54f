import { mysqlError } from '../types/error-table.js';
import type { TableInfo } from './model.js';

/** Attributes that ALTER TABLE … [PARTITION p] ATTRIBUTES gives a table or partition (TiDB's "Table Attributes"). */

const OPTION = 'ATTRIBUTES';

const optionName = (partition: string | null): string =>
  partition === null ? OPTION : `${OPTION} ${partition.toLowerCase()}`;

function invalid(why: string): never {
  throw mysqlError('ER_INVALID_ATTRIBUTES_SPEC', why);
}

/** `key=value` pairs, each once. Throws 8237 for another form and for two values of a key. */
function parseAttributes(text: string): string[] {
  const values = new Map<string, string>();
  for (const part of text.trim() === '' ? [] : text.split(',')) {
    const item = part.trim();
    const [key = '', value = '', ...rest] = item.split('=').map((s) => s.trim());
    if (key === '' || value === '' || rest.length > 0)
      invalid(`attributes should be in format 'key=value': ${item}`);
    const other = values.get(key);
    if (other !== undefined && other !== value)
      invalid(`conflicting attributes: '${key}=${value}' and '${key}=${other}'`);
    values.set(key, value);
  }
  return [...values].map(([key, value]) => `${key}=${value}`);
}

/** The table with other attributes of its own or of a partition; null takes them away. Throws 8237 and 1735. */
export function withAttributes(table: TableInfo, partition: string | null, text: string | null): TableInfo {
  const { definitions = [] } = table.partition ?? {};
  if (partition !== null) {
    if (table.partition === undefined) throw mysqlError('ER_PARTITION_MGMT_ON_NONPARTITIONED');
    if (!definitions.some((d) => d.lower === partition.toLowerCase()))
      throw mysqlError('ER_UNKNOWN_PARTITION', partition, table.name);
  }
  const name = optionName(partition);
  const rest = Object.entries(table.options ?? {}).filter(([n]) => n !== name);
  const attributes = text === null ? [] : parseAttributes(text);
  const options = attributes.length === 0 ? rest : [...rest, [name, attributes.join(',')]];
  return { ...table, options: Object.fromEntries(options) as Record<string, string> };
}

/** What is stored of a table's attributes and of its partitions': the ids of the ranges of keys that they are for. */
export function attributesOf(
  table: TableInfo,
): { readonly partition: string | null; readonly attributes: readonly string[]; readonly ids: number[] }[] {
  const { options } = table;
  if (options === undefined) return [];
  const definitions = table.partition?.definitions ?? [];
  const own = options[OPTION];
  const out = [];
  if (own !== undefined)
    out.push({
      partition: null,
      attributes: own.split(','),
      ids: [table.id, ...definitions.map((d) => d.id)],
    });
  for (const d of definitions) {
    const given = options[optionName(d.lower)];
    if (given !== undefined) out.push({ partition: d.lower, attributes: given.split(','), ids: [d.id] });
  }
  return out;
}
