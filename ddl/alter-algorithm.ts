import type { AlterAlgorithm, AlterTableSpec } from '../parser/ast/index.js';
import { mysqlError } from '../types/error-table.js';
import type { DdlContext } from './ddl-context.js';

/** From the slowest to the fastest. */
const ORDER: readonly AlterAlgorithm[] = ['DEFAULT', 'COPY', 'INPLACE', 'INSTANT'];

/**
 * Checks an ALGORITHM clause: a change is made by the one algorithm there is for it. A slower one asked for is an entry of
 * SHOW WARNINGS, a faster one error 1846.
 */
export function checkAlgorithm(ctx: DdlContext, asked: AlterAlgorithm | null, used: AlterAlgorithm): void {
  if (asked === null || asked === 'DEFAULT' || asked === used) return;
  const error = mysqlError(
    'ER_ALTER_OPERATION_NOT_SUPPORTED_REASON',
    `ALGORITHM=${asked}`,
    `Cannot alter table by ${asked}`,
    `ALGORITHM=${used}`,
  );
  if (ORDER.indexOf(asked) > ORDER.indexOf(used)) throw error;
  ctx.warn({ level: 'Error', code: error.code, message: error.message });
}

/** How a clause is carried out; null when it does nothing. */
export function algorithmOf(spec: AlterTableSpec): AlterAlgorithm | null {
  switch (spec.kind) {
    case 'Algorithm':
    case 'Lock':
    case 'Validation':
      return null;
    case 'AddConstraint':
      return spec.constraint.kind === 'Key' ? 'INPLACE' : 'INSTANT';
    case 'AddPartitions':
    case 'DropPartitions':
    case 'TruncatePartitions':
    case 'ExchangePartition':
    case 'CoalescePartitions':
    case 'ReorganizePartitions':
      return 'INPLACE';
    default:
      return 'INSTANT';
  }
}
