import { mysqlError } from '../../types/error-table.js';
import { memoryLimit } from '../engine/server-memory.js';
import type { VariableContext } from './system-variable.js';

const MIN_SERVER_LIMIT = 512 << 20;

const truncated = (name: string, value: string, ctx: VariableContext): void =>
  ctx.warn({ level: 'Warning', code: 1292, message: `Truncated incorrect ${name} value: '${value}'` });

/** Positive values below `least` become it, with warning 1292, as TiDB does. */
export function atLeast(name: string, least: number): (value: string, ctx: VariableContext) => string {
  return (value, ctx) => {
    const n = Number(value);
    if (n <= 0 || n >= least) return value;
    truncated(name, value, ctx);
    return String(least);
  };
}

/** tidb_server_memory_limit: '80%', '1GB' or bytes; 0 turns it off, and less than 512 MB becomes that. */
export function serverLimit(value: string, ctx: VariableContext): string {
  const name = 'tidb_server_memory_limit';
  const bytes = memoryLimit(value);
  if (Number.isNaN(bytes)) throw mysqlError('ER_WRONG_VALUE_FOR_VAR', name, value);
  if (bytes === 0 || bytes >= MIN_SERVER_LIMIT) return value;
  truncated(name, value, ctx);
  return `${MIN_SERVER_LIMIT >> 20}MB`;
}
