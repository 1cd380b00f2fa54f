import type { ImportIntoStmt, NamedOption } from '../../parser/ast/index.js';
import { stripParens } from '../../parser/ast/index.js';
import { charset as findCharset } from '../../types/charset.js';
import { mysqlError } from '../../types/error-table.js';

/** How IMPORT INTO reads its files (TiDB docs, "IMPORT INTO", WithOptions). */
export interface ImportOptions {
  readonly format: 'csv' | 'sql' | 'parquet';
  readonly charset: string;
  readonly fieldsTerminatedBy: string;
  readonly fieldsEnclosedBy: string;
  readonly fieldsEscapedBy: string;
  readonly nullBy: string;
  /** Null: \n, \r\n or \r, as the file has it. */
  readonly linesTerminatedBy: string | null;
  readonly skipRows: number;
  readonly detached: boolean;
  readonly groupKey: string;
  readonly precheck: boolean;
}

type Value = string | number | bigint | null | undefined;

/** One option: whether it may stand alone, whether it is about CSV, and what values it takes. */
interface OptionRule {
  readonly csv?: boolean;
  /** Stands without a value. */
  readonly flag?: boolean;
  readonly accepts?: (value: Value) => boolean;
}

const isText = (v: Value): v is string => typeof v === 'string';
const isCount =
  (min: number) =>
  (v: Value): boolean =>
    (typeof v === 'number' || typeof v === 'bigint') && v >= min;
/** 50, '50MiB', '1.5 GB'. */
const isSize = (v: Value): boolean => isText(v) && /^\s*\d+(\.\d+)?\s*([kmgtp]i?b?|b)?\s*$/i.test(v);
const STORAGE = /^(s3|gs|gcs|azure|azblob|ks3|oss):\/\/[^/]+/i;

const RULES: ReadonlyMap<string, OptionRule> = new Map<string, OptionRule>([
  ['character_set', { csv: true, accepts: (v) => isText(v) && findCharset(v) !== undefined }],
  ['fields_terminated_by', { csv: true, accepts: (v) => isText(v) && v !== '' }],
  ['fields_enclosed_by', { csv: true, accepts: (v) => isText(v) && v.length <= 1 }],
  ['fields_escaped_by', { csv: true, accepts: (v) => isText(v) && v.length <= 1 }],
  ['fields_defined_null_by', { csv: true, accepts: isText }],
  ['lines_terminated_by', { csv: true, accepts: (v) => isText(v) && v !== '' }],
  ['skip_rows', { csv: true, accepts: isCount(0) }],
  ['split_file', { csv: true, flag: true }],
  ['disk_quota', { accepts: isSize }],
  ['thread', { accepts: isCount(1) }],
  ['max_write_speed', { accepts: (v) => isSize(v) || isCount(0)(v) }],
  [
    'checksum_table',
    { accepts: (v) => isText(v) && ['required', 'optional', 'off'].includes(v.toLowerCase()) },
  ],
  ['record_errors', { accepts: isCount(-1) }],
  ['cloud_storage_uri', { accepts: (v) => isText(v) && (v === '' || STORAGE.test(v)) }],
  ['group_key', { accepts: (v) => isText(v) && /^[A-Za-z0-9_-]{1,256}$/.test(v) }],
  ['detached', { flag: true }],
  ['disable_tikv_import_mode', { flag: true }],
  ['disable_precheck', { flag: true }],
  ['manual_recovery', { flag: true }],
]);
/** What IMPORT INTO ... FROM SELECT knows of them. */
const QUERY_OPTIONS: ReadonlySet<string> = new Set(['thread', 'disable_precheck', 'checksum_table']);

/** The value when it is a literal; undefined for another expression. */
function literal(option: NamedOption): Value {
  if (option.value === null) return undefined;
  const e = stripParens(option.value);
  if (e.kind === 'StringLiteral') return e.value;
  if (e.kind === 'NullLiteral') return null;
  if (e.kind === 'IntLiteral') return e.value;
  if (e.kind === 'Unary' && e.op === '-') {
    const inner = stripParens(e.expr);
    if (inner.kind === 'IntLiteral') return -Number(inner.value);
  }
  return undefined;
}

/** Checks the WITH clause. Throws 8157, 8163 to 8166. */
export function importOptions(stmt: ImportIntoStmt): ImportOptions {
  const format = (stmt.format ?? 'csv').toLowerCase();
  if (format !== 'csv' && format !== 'sql' && format !== 'parquet')
    throw mysqlError('ER_LOAD_DATA_UNSUPPORTED_FORMAT', stmt.format ?? '');
  const given = new Map<string, Value>();
  for (const option of stmt.options) {
    const name = option.name.toLowerCase();
    const rule = RULES.get(name);
    if (rule === undefined) throw mysqlError('ER_UNKNOWN_OPTION', name);
    if (given.has(name)) throw mysqlError('ER_DUPLICATE_OPTION', name);
    if (stmt.query !== null && !QUERY_OPTIONS.has(name))
      throw mysqlError('ER_LOAD_DATA_UNSUPPORTED_OPTION', name, 'import from query');
    if (rule.csv === true && format !== 'csv')
      throw mysqlError('ER_LOAD_DATA_UNSUPPORTED_OPTION', name, 'non-CSV format');
    given.set(name, literal(option));
  }
  for (const option of stmt.options) {
    const name = option.name.toLowerCase();
    const rule = RULES.get(name)!;
    const fits = rule.flag === true ? option.value === null : rule.accepts?.(given.get(name)) === true;
    if (!fits) throw mysqlError('ER_INVALID_OPTION_VAL', name);
  }
  const text = (name: string, fallback: string): string => String(given.get(name) ?? fallback);
  const skipRows = Number(given.get('skip_rows') ?? 0);
  if (given.has('split_file')) {
    if (!given.has('lines_terminated_by'))
      throw mysqlError(
        'ER_INVALID_OPTION_VAL',
        'lines_terminated_by, should not be empty when use split_file',
      );
    if (skipRows > 1)
      throw mysqlError('ER_INVALID_OPTION_VAL', 'skip_rows, should be <= 1 when split-file is enabled');
  }
  return {
    format,
    charset: text('character_set', 'utf8mb4'),
    fieldsTerminatedBy: text('fields_terminated_by', ','),
    fieldsEnclosedBy: text('fields_enclosed_by', '"'),
    fieldsEscapedBy: text('fields_escaped_by', '\\'),
    nullBy: text('fields_defined_null_by', '\\N'),
    linesTerminatedBy: given.has('lines_terminated_by') ? text('lines_terminated_by', '') : null,
    skipRows,
    detached: given.has('detached'),
    groupKey: text('group_key', ''),
    precheck: !given.has('disable_precheck'),
  };
}
