import { mysqlError } from '../../types/error-table.js';
import type { SqlWarning } from '../../types/error.js';

/** Where a variable has a value. 'none': the server's own, read-only. */
export type VariableScope = 'session' | 'global' | 'both' | 'none';

export interface VariableContext {
  warn(warning: SqlWarning): void;
}

/** One system variable. All values are text, as SHOW VARIABLES prints them. */
export interface SystemVariable {
  readonly name: string;
  readonly scope: VariableScope;
  readonly default: string;
  readonly kind: 'bool' | 'int' | 'uint' | 'float' | 'enum' | 'string';
  readonly min?: number | bigint;
  readonly max?: number | bigint;
  /** -1 stands for a value that the server chooses, whatever the range. */
  readonly auto?: boolean;
  /** The empty text is a value, which stands for none. */
  readonly allowEmpty?: boolean;
  /** Members of an enum, as printed; they may also be given by position. */
  readonly values?: readonly string[];
  readonly readOnly?: boolean;
  /** Another name of the same variable (tx_isolation, transaction_isolation): both always hold one value. */
  readonly aliasOf?: string;
  /** Accepted, kept and shown, without effect. */
  readonly noop?: boolean;
  /** Kind 'bool' is printed as 1/0 by SELECT @@x and as ON/OFF by SHOW. */
  readonly doc: string;
  /** Checks and rewrites a value that has passed the kind's check; throws MysqlError 1231. */
  readonly normalize?: (value: string, ctx: VariableContext) => string;
}

const registry = new Map<string, SystemVariable>();

/** Registers variables; called once per definition file. */
export function registerVariables(list: readonly SystemVariable[]): void {
  for (const v of list) {
    if (registry.has(v.name)) throw new Error(`system variable ${v.name} is registered twice`);
    registry.set(v.name, v);
  }
}

export const findVariable = (name: string): SystemVariable | undefined => registry.get(name.toLowerCase());
let sorted: readonly SystemVariable[] = [];
export function allVariables(): readonly SystemVariable[] {
  if (sorted.length !== registry.size)
    sorted = [...registry.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted;
}

const wrongValue = (v: SystemVariable, value: string): Error =>
  mysqlError('ER_WRONG_VALUE_FOR_VAR', v.name, value);
const wrongType = (v: SystemVariable): Error => mysqlError('ER_WRONG_TYPE_FOR_VAR', v.name);

/**
 * The value as it is kept. Booleans become ON/OFF, integers are clamped into range with warning 1292 (as TiDB and
 * MySQL do), enums take their canonical spelling. Throws 1231/1232.
 */
export function normalizeValue(v: SystemVariable, value: string, ctx: VariableContext): string {
  let kept = value;
  switch (v.kind) {
    case 'bool':
      kept = normalizeBool(v, value);
      break;
    case 'int':
    case 'uint':
      kept = normalizeInteger(v, value, ctx);
      break;
    case 'float':
      kept = normalizeFloat(v, value, ctx);
      break;
    case 'enum':
      kept = normalizeEnum(v, value);
      break;
    case 'string':
      break;
  }
  return v.normalize === undefined ? kept : v.normalize(kept, ctx);
}

function normalizeBool(v: SystemVariable, value: string): string {
  switch (value.toUpperCase()) {
    case 'ON':
    case '1':
    case 'TRUE':
      return 'ON';
    case 'OFF':
    case '0':
    case 'FALSE':
      return 'OFF';
    default:
      throw wrongValue(v, value);
  }
}

function normalizeInteger(v: SystemVariable, value: string, ctx: VariableContext): string {
  if (v.allowEmpty === true && value === '') return '';
  if (!/^\s*[-+]?\d+\s*$/.test(value)) throw wrongType(v);
  let n = BigInt(value.trim().replace(/^\+/, ''));
  if (v.auto === true && n === -1n) return '-1';
  const min = BigInt(v.min ?? (v.kind === 'uint' ? 0 : -(2n ** 63n)));
  const max = BigInt(v.max ?? (v.kind === 'uint' ? 2n ** 64n - 1n : 2n ** 63n - 1n));
  if (n < min || n > max) {
    ctx.warn({ level: 'Warning', code: 1292, message: `Truncated incorrect ${v.name} value: '${value}'` });
    n = n < min ? min : max;
  }
  return n.toString();
}

function normalizeFloat(v: SystemVariable, value: string, ctx: VariableContext): string {
  const n = Number(value);
  if (value.trim() === '' || Number.isNaN(n)) throw wrongType(v);
  const min = Number(v.min ?? -Infinity);
  const max = Number(v.max ?? Infinity);
  if (n >= min && n <= max) return String(n);
  ctx.warn({ level: 'Warning', code: 1292, message: `Truncated incorrect ${v.name} value: '${value}'` });
  return String(n < min ? min : max);
}

function normalizeEnum(v: SystemVariable, value: string): string {
  const values = v.values ?? [];
  const found = values.find((m) => m.toLowerCase() === value.toLowerCase());
  if (found !== undefined) return found;
  const position = /^\d+$/.test(value) ? values[Number(value)] : undefined;
  if (position === undefined) throw wrongValue(v, value);
  return position;
}
